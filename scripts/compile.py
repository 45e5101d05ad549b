"""Compile the contracts into the committed artifacts, or check that they are what the sources say.

``python -m scripts.compile`` writes ``ledger/chain/artifacts/<Contract>.json``; ``--check``
compiles and compares instead, and ends with 1 where anything differs. Needs the compiler from npm
(``npm ci``); users of the artifacts do not. One artifact holds name, ABI, creation and runtime
bytecode, where the immutables lie in the runtime bytecode (by name), and the storage layout: the
storage proofs depend on it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from solcx import compile_standard

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
ARTIFACTS = ROOT / "ledger" / "chain" / "artifacts"
NODE_MODULES = ROOT / "node_modules"
SOLC = ROOT / "scripts" / "solc-wrapper"
PUBLISHED = ("Council", "IssuerRegistry", "RecordLog")
SETTINGS: Mapping[str, Any] = {
    "evmVersion": "london",
    "optimizer": {"enabled": True, "runs": 200},
    # No hash of the sources in the code: a comment must not change the code hash that networks pin.
    "metadata": {"bytecodeHash": "none"},
    "outputSelection": {
        "*": {
            "": ["ast"],
            "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode", "storageLayout"],
        }
    },
}
_IMPORT = re.compile(r'^\s*import\b[^;]*?"([^"]+)"\s*;', re.MULTILINE)
_AST_ID = re.compile(r"\)\d+")


def _resolve(name: str, imported: str) -> str:
    """The source unit that an import in the unit ``name`` means."""
    if not imported.startswith("."):
        return imported
    parts = name.split("/")[:-1]
    for part in imported.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _read(name: str) -> str:
    base = ROOT if name.startswith(("contracts/", "tests/")) else NODE_MODULES
    return (base / name).read_text(encoding="utf-8")


def gather(roots: Sequence[str]) -> dict[str, dict[str, str]]:
    """All source units that the ``roots`` reach; the compiler itself reads no files."""
    sources: dict[str, dict[str, str]] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in sources:
            content = _read(name)
            sources[name] = {"content": content}
            waiting += [_resolve(name, path) for path in _IMPORT.findall(content)]
    return dict(sorted(sources.items()))


def compile_units(roots: Sequence[str], solc: Path = SOLC) -> dict[str, Any]:
    """Compile source units (paths below the project) and return the compiler's output.

    Raises ``solcx.exceptions.SolcError`` on errors and ``ValueError`` on any warning.
    """
    source = {"language": "Solidity", "sources": gather(roots), "settings": SETTINGS}
    output: dict[str, Any] = compile_standard(source, solc_binary=str(solc.resolve()))
    if output.get("errors"):
        raise ValueError("\n".join(error["formattedMessage"] for error in output["errors"]))
    return output


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def _variable_names(output: Mapping[str, Any]) -> dict[str, str]:
    """Names of the state variables by the compiler's running number."""
    return {
        str(node["id"]): node["name"]
        for unit in output["sources"].values()
        for node in _nodes(unit["ast"])
        if node.get("nodeType") == "VariableDeclaration" and node.get("stateVariable")
    }


def _plain(layout: Any) -> Any:
    """The storage layout without the running numbers, which change with unrelated lines."""
    if isinstance(layout, dict):
        plain = {_AST_ID.sub(")", k): _plain(v) for k, v in layout.items() if k != "astId"}
        if len(plain) != len([k for k in layout if k != "astId"]):
            raise ValueError("two types of one name in the storage layout")
        return plain
    if isinstance(layout, list):
        return [_plain(value) for value in layout]
    return _AST_ID.sub(")", layout) if isinstance(layout, str) else layout


def artifact(output: Mapping[str, Any], unit: str, contract: str) -> dict[str, Any]:
    """The artifact of one contract, from the compiler's output."""
    compiled = output["contracts"][unit][contract]
    names = _variable_names(output)
    deployed = compiled["evm"]["deployedBytecode"]
    return {
        "contractName": contract,
        "sourceName": unit,
        "abi": compiled["abi"],
        "bytecode": "0x" + compiled["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + deployed["object"],
        "immutableReferences": {
            names[number]: sorted(places, key=lambda place: int(place["start"]))
            for number, places in deployed["immutableReferences"].items()
        },
        "storageLayout": _plain(compiled["storageLayout"]),
    }


def build(solc: Path = SOLC) -> dict[str, str]:
    """Compile the published contracts; file name to file text, the same on every machine."""
    units = {name: f"contracts/{name}.sol" for name in PUBLISHED}
    output = compile_units(list(units.values()), solc)
    return {
        f"{name}.json": json.dumps(
            artifact(output, unit, name), sort_keys=True, separators=(",", ":"), ensure_ascii=True
        )
        + "\n"
        for name, unit in units.items()
    }


def differences(built: Mapping[str, str], folder: Path) -> list[str]:
    """What in ``folder`` is not as built; empty where all is well."""
    found = []
    for name, text in sorted(built.items()):
        path = folder / name
        if not path.is_file():
            found.append(f"{name}: missing")
        elif path.read_bytes() != text.encode():
            found.append(f"{name}: differs from what the sources compile to")
    found += [
        f"{path.name}: belongs to no contract"
        for path in sorted(folder.glob("*.json"))
        if path.name not in built
    ]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.compile", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="compare with the committed artifacts, write nothing"
    )
    parser.add_argument(
        "--solc",
        type=Path,
        default=SOLC,
        help="compiler that answers --version and --standard-json",
    )
    options = parser.parse_args(arguments)
    if not options.solc.is_file():
        print(f"compile: there is no compiler at {options.solc}: run npm ci first", file=sys.stderr)
        return 2
    built = build(options.solc)
    if options.check:
        found = differences(built, ARTIFACTS)
        for line in found:
            print(f"compile: {line}", file=sys.stderr)
        if found:
            print(
                "compile: run python -m scripts.compile and commit the artifacts", file=sys.stderr
            )
        return 1 if found else 0
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for name, text in built.items():
        (ARTIFACTS / name).write_bytes(text.encode())
        print(f"{ARTIFACTS.relative_to(ROOT)}/{name}: {len(text)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
