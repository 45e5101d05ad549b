"""The project's figures, measured here and now.

``python -m scripts.bench [--small] [--only WORD …] [--statements N] [--out FILE] [--page]`` prints
a table and writes the rows with the machine as JSON; ``--page`` also puts them into
docs/benchmarks.md, which tells what each row measures. Nothing is asserted: the aims
stand beside the figures.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts import (
    bench_gas,
    bench_issue,
    bench_merkle,
    bench_ralph,
    bench_store,
    bench_teaching,
    bench_verify,
    bench_xapi,
)
from scripts.bench_rows import Aim, Machine, Row, Tell, this_machine

OUT = Path("build/bench.json")
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_MARKS = ("<!-- figures -->\n", "<!-- end of figures -->\n")


@dataclass(frozen=True)
class Sizes:
    """How much of everything: counts of entries, leaves and certificates."""

    gas: Sequence[int] = bench_gas.SIZES
    batches: Sequence[tuple[int, int]] = bench_store.BATCHES
    prefill: int = 3_000_000
    leaves: int = 1_000_000
    rival_leaves: int = 100_000
    certificates: int = 10_000
    printed: int = 200
    verified: int = 2_000
    audited: int = 100_000
    xapi: bench_xapi.Load = bench_xapi.FULL
    rival_statements: int = 20_000
    teaching: bench_teaching.Load = bench_teaching.FULL


FULL = Sizes()
SMALL = Sizes(
    gas=(1, 1_000),
    batches=((1, 50), (256, 8), (10_240, 2)),
    prefill=50_000,
    leaves=100_000,
    rival_leaves=10_000,
    certificates=2_000,
    printed=20,
    verified=512,
    audited=5_000,
    xapi=bench_xapi.Load(
        burst=5_000, single=((8, 500), (16, 500), (32, 500)), filled=20_000, queries=100
    ),
    rival_statements=2_000,
    teaching=bench_teaching.SMALL,
)


def gas_rows(tell: Tell, sizes: Sequence[int]) -> list[Row]:
    """Gas of one anchor by the stream's size."""
    tell(f"gas per anchor at {', '.join(f'{size:,}' for size in sizes)} entries")
    expected = bench_gas.EXPECTED
    aim = Aim(low=expected.start, high=expected.stop - 1)
    method = (
        "whole transaction that adds one entry, consistency proof checked on chain; py-evm, London"
    )
    return [
        Row(f"Gas of an anchor at {size:,} entries", float(gas), "gas", method, aim)
        for size, gas in bench_gas.anchor_gas(sizes).items()
    ]


def parts(sizes: Sizes, tell: Tell) -> Mapping[str, Callable[[], list[Row]]]:
    """The measurements by name, in the order in which they run."""
    return {
        "merkle": lambda: bench_merkle.merkle_rows(tell, sizes.leaves, sizes.rival_leaves),
        "issue": lambda: bench_issue.issue_rows(tell, sizes.certificates, sizes.printed),
        "verify": lambda: bench_verify.verify_rows(tell, sizes.verified),
        "audit": lambda: bench_verify.audit_rows(tell, sizes.audited),
        "append": lambda: bench_store.append_rows(tell, 0, sizes.batches),
        "prefilled": lambda: bench_store.append_rows(tell, sizes.prefill, sizes.batches),
        "xapi": lambda: bench_xapi.xapi_rows(tell, sizes.xapi),
        "rival": lambda: bench_ralph.rival_rows(tell, sizes.rival_statements),
        "teaching": lambda: bench_teaching.teaching_rows(tell, sizes.teaching),
        "gas": lambda: gas_rows(tell, sizes.gas),
    }


def report(machine: Machine, rows: Sequence[Row]) -> dict[str, Any]:
    """The content of `bench.json`."""
    return {"machine": machine.to_json(), "rows": [row.to_json() for row in rows]}


def table(rows: Sequence[Row]) -> Table:
    """The rows for people; figures short of their aim stand out."""
    made = Table(title="Xuezheng benchmark")
    made.add_column("what")
    for heading in ("on the clock", "by CPU time", "unit", "aim"):
        made.add_column(heading, justify="right")
    for row in rows:
        short = row.aim is not None and (row.value is None or not row.aim.met(row.value))
        value = "not measured" if row.value is None else shown(row.value)
        made.add_row(
            row.name,
            f"[yellow]{value}[/]" if short else value,
            "" if row.cpu is None else shown(row.cpu),
            row.unit,
            str(row.aim or ""),
        )
    return made


def shown(value: float) -> str:
    """A figure with as many digits as it deserves."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def on_page(page: str, machine: Machine, rows: Sequence[Row], whole: bool = True) -> str:
    """The page with these figures between its two marks. If they are not the `whole`, the other
    rows stay as they are, and so does what was said of their machine."""
    start, end = (page.index(mark) for mark in _MARKS)
    begin = start + len(_MARKS[0])
    new = {row.name: _page_row(row) for row in rows}
    old = [] if whole else page[begin:end].splitlines()
    kept = [line for line in old if line.startswith("| ") and not line.startswith("| what |")]
    names = [line.split(" | ")[0].removeprefix("| ") for line in kept]
    lines = [
        *(line for line in old if line.startswith("- ")),
        *_page_machine(machine, "" if whole else f", {len(rows)} rows measured later"),
        "",
        "| what | on the clock | by CPU time | unit | aim | how |",
        "|---|---:|---:|---|---:|---|",
        *(new.pop(name, line) for name, line in zip(names, kept, strict=True)),
        *new.values(),
        "",
    ]
    return page[:begin] + "\n".join(lines) + page[end:]


def _page_machine(machine: Machine, what: str) -> list[str]:
    packages = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    return [
        f"- {machine.date}{what}: {machine.cpu}, {machine.cores} cores, {machine.memory_gib} GiB; "
        f"{machine.system}",
        f"- Python {machine.python}, SQLite {machine.sqlite}, {packages}",
        f"- load averages before the start: {', '.join(map(str, machine.load))}",
    ]


def _page_row(row: Row) -> str:
    value, cpu = ("" if one is None else shown(one) for one in (row.value, row.cpu))
    met = row.to_json()["met"]
    aim = f"{row.aim}{'' if met is None else ' ✓' if met else ' ✗'}" if row.aim else ""
    return f"| {row.name} | {value} | {cpu} | {row.unit} | {aim} | {row.method} |"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts.bench", description=__doc__)
    names = tuple(parts(SMALL, lambda _text: None))
    parser.add_argument("--small", action="store_true", help="small sizes: half a minute")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="WORD")
    parser.add_argument("--statements", type=int, metavar="N", help="in the record store when full")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--page", action="store_true", help="also into docs/benchmarks.md")
    options = parser.parse_args(arguments)
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {text}", file=sys.stderr, flush=True)

    machine = this_machine()
    sizes = SMALL if options.small else FULL
    if options.statements is not None:
        sizes = replace(sizes, xapi=replace(sizes.xapi, filled=options.statements))
    measured = parts(sizes, tell)
    rows = [row for name in options.only for row in measured[name]()]
    Console().print(table(rows))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report(machine, rows), ensure_ascii=False, indent=2)
    options.out.write_text(text + "\n", encoding="utf-8")
    if options.page:
        page = PAGE.read_text(encoding="utf-8")
        changed = on_page(page, machine, rows, whole=options.only == names)
        PAGE.write_text(changed, encoding="utf-8")
    print(f"{options.out}: {machine.cpu}, {machine.cores} cores, load {machine.load[0]} before")
    return 0


if __name__ == "__main__":
    sys.exit(main())
