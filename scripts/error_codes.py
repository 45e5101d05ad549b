"""Writes `docs/spec/errors.md` from the rooms' own tables: `python -m scripts.error_codes`."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ledger import errors

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "spec" / "errors.md"
CAUSES = ("BadEvidence", "CouldNotLook", "NotAllowed", "UnknownNumber", "WrongUse", "Refusal")
OTHERS = {
    "Conflict": ("NotAllowed", 0),
    "PreconditionFailed": ("NotAllowed", 0),
    "Unauthorized": ("NotAllowed", 0),
    "Shape": ("BadEvidence", 0),
    "held": ("CouldNotLook", 0),
}
"""Calls that end in a refusal: its cause and which argument is the code."""
PARTS = {"problem": 2, "_find": 0, "Finding": 0}
"""Calls that put a code into a larger answer: problems of a roster, findings of an audit."""
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
HEADINGS = {
    "ledger/core": "核心 / Core",
    "ledger/core/xapi": "经验接口的规则 / Rules of the Experience API",
    "ledger/core/teaching": "教学记录 / Teaching records",
    "ledger/core/learning": "学习记录 / Learning records",
    "ledger/core/evaluation": "教学评价 / Evaluation",
    "ledger/office": "办事流程 / Use cases",
    "ledger/chain": "链 / Chain",
    "ledger/keys": "密钥 / Keys",
    "ledger/store": "存储 / Store",
    "ledger": "两个命令共同的 / Both commands",
    "api": "机构 / Institution",
    "api/xapi": "经验接口 / Experience API",
    "api/printing": "印制 / Printing",
    "verifier": "核验方 / Verifier",
}


def sources() -> Iterator[Path]:
    """Every Python file of the three packages."""
    for package in ("ledger", "api", "verifier"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in path.parts and "migrations" not in path.parts:
                yield path


@cache
def registered() -> dict[str, tuple[str, str]]:
    """All codes of the product with their sentences; imports every file that registers some."""
    for path in sources():
        if re.search(r"^register\(", path.read_text("utf-8"), re.MULTILINE):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return errors.registered()


@cache
def calls() -> tuple[tuple[str, str, str], ...]:
    """(call, code, file) wherever the source names a code in a refusal or a part of an answer."""
    places = {
        **dict.fromkeys(CAUSES, 0),
        **{name: place for name, (_, place) in OTHERS.items()},
        **PARTS,
    }
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                given = node.args[places[name] : places[name] + 1] if name in places else []
                for one in given:
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        found.append((name, one.value, str(path.relative_to(ROOT))))
    return tuple(found)


def cause_of(code: str) -> str:
    """Exit codes with which the code leaves a command; a dash where it is part of an answer."""
    exits = set()
    for name, raised, _ in calls():
        if raised == code and name not in PARTS:
            cause = OTHERS[name][0] if name in OTHERS else name
            exits.add(getattr(errors, cause).exit_code)
    return ", ".join(map(str, sorted(exits))) or "—"


def home_of() -> dict[str, str]:
    """Code → folder of the file that registers it."""
    homes = {}
    for path in sources():
        text = path.read_text("utf-8")
        if re.search(r"^register\(", text, re.MULTILINE):
            folder = str(path.parent.relative_to(ROOT))
            for code in re.findall(r'^    +"([a-z0-9-]+)": \(', text, re.MULTILINE):
                homes[code] = folder
    return homes


def table(codes: list[str]) -> str:
    """Rows of code, exit code, both sentences."""
    rows = ["| code | exit | 中文 | English |", "|---|---|---|---|"]
    for code in codes:
        zh, en = (sentence.replace("|", "\\|") for sentence in registered()[code])
        rows.append(f"| `{code}` | {cause_of(code)} | {zh} | {en} |")
    return "\n".join(rows)


def example() -> str:
    """One refusal as the command and as HTTP give it."""
    refusal = errors.UnknownNumber("no-such-certificate", number="D2026-0404")
    answers = {
        "exit": refusal.exit_code,
        "last line with --json": {"error": {"code": refusal.code, "detail": refusal.zh}},
        "HTTP": {
            "type": "about:blank",
            "title": refusal.en,
            "detail": refusal.zh,
            "status": refusal.http_status,
            "code": refusal.code,
        },
    }
    return json.dumps(answers, ensure_ascii=False, indent=2)


def page() -> str:
    """The whole page."""
    known, homes = registered(), home_of()
    parts = [INTRODUCTION.format(example=example())]
    for folder, heading in HEADINGS.items():
        codes = sorted(code for code in known if homes.get(code) == folder)
        if codes:
            parts.append(f"## {heading}\n{table(codes)}\n")
    return "\n".join(parts)


INTRODUCTION = """# Refusals

Version 1. Code: `ledger/errors.py`; each room registers its own. Made by
`python -m scripts.error_codes`; a test holds the page to the source.

Every error that a person or a program outside may meet is a refusal: a stable code, a cause, a
sentence in Chinese and English, details by name. A code keeps its meaning for ever; sentences may
improve. `{{name}}` in a sentence stands for a detail.

| cause | exit | HTTP | what to do |
|---|---|---|---|
| `BadEvidence`: the bytes are not what they claim to be | 1 | 400 | look at what was handed in |
| `CouldNotLook`: node, host, disk or lock | 2 | 503 | try again; nothing was lost |
| `NotAllowed`: authority, state, passphrase, token | 3 | 403, 401 without a token | ask who may |
| `UnknownNumber`: no such certificate, record, proposal | 4 | 404 | look at the number |
| `WrongUse`: the command or request itself | 64 | 400 | look at the options |
| `Refusal`: anything else | 1 | 400 | read the sentence |

A dash in the column *exit*: the code is one line of a larger answer (a problem of a
[roster](roster.md), a finding of the audit, a reason inside a [verdict](verdict.md)).

## Worked example
```json example
{example}
```
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
