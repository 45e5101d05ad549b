"""`xuezheng-verify recompute`: whether a report follows from its records, and where it does not.

Exit 0 same, 1 differs, 2 could not look, 64 unusable report or trust file. Without `--node` nobody
is asked: then that the records are anchored rests on the institution's signed checkpoint.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from ledger.core.evaluation.report import parse_report
from ledger.core.records_file import MAX_HEADER
from ledger.core.verdict import Check
from ledger.errors import BadEvidence, WrongUse
from ledger.terminal import Terminal
from verifier.commands import nodes_of, read_file, trust_of, with_trust
from verifier.commands.check import MARK
from verifier.recomputing import Outcome, recompute

EXIT = {"same": 0, "differs": 1, "undetermined": 2}
COLOUR = {"same": "green", "differs": "red", "undetermined": "yellow"}
WORDS = {
    "same": (
        "✓ 相同：报告由这些记录按这份规则算出",
        "✓ Same: the report follows from these records",
    ),
    "differs": ("✗ 不同", "✗ Differs"),
    "undetermined": ("? 无法判断", "? Undetermined"),
}
MAX_REPORT = 64 << 20
SHOWN = 40


def add(subcommands: Any) -> None:
    parser = with_trust(
        subcommands.add_parser("recompute", help="重算教学评价 / recompute an evaluation")
    )
    parser.add_argument("report", metavar="REPORT", type=Path)
    parser.add_argument("--records", required=True, metavar="FILE", type=Path)
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    trust, nodes = trust_of(options), nodes_of(options)
    data = read_file(options.report, MAX_REPORT)
    try:
        file = parse_report(data)
    except BadEvidence as bad:
        raise WrongUse("report-unreadable", why=bad.message(terminal.lang)) from bad
    try:
        with options.records.open("rb") as lines:
            size = options.records.stat().st_size
            with terminal.counting("重算", "recomputing", size) as counted:
                bounded = iter(partial(lines.readline, MAX_HEADER + 1), b"")
                outcome = recompute(file, bounded, trust, nodes, counted)
    except OSError as error:
        raise WrongUse("file-unreadable", path=options.records, why=error.strerror) from error
    show(terminal, outcome)
    terminal.result(outcome.to_json(terminal.lang))
    return EXIT[outcome.verdict]


def show(terminal: Terminal, outcome: Outcome) -> None:
    """Whose report, the verdict, every check, every difference."""
    from rich.console import Console
    from rich.text import Text

    zh = terminal.lang == "zh"
    console = Console(stderr=terminal.json, highlight=False, soft_wrap=True)
    console.print(Text(outcome.title(terminal.lang), style="bold"))
    colour = COLOUR[outcome.verdict]
    console.print(Text(WORDS[outcome.verdict][0 if zh else 1], style=f"bold {colour}"))
    for check in outcome.checks:
        console.print(_line(terminal, check))
    for one in outcome.differences[:SHOWN]:
        where = f"  {one.where}{'：' if zh else ': '}"
        sentence = (one.refusal.message(terminal.lang), "red")
        console.print(Text.assemble(where, sentence, (f" [{one.code}]", "dim")))
    if len(outcome.differences) > SHOWN:
        more = len(outcome.differences) - SHOWN
        console.print(f"  … {f'还有 {more} 处' if zh else f'{more} more'}", markup=False)


def _line(terminal: Terminal, check: Check) -> Any:
    from rich.text import Text

    mark, style = MARK[check.state]
    return Text.assemble((f"  {mark} {check.code:<14}", style), check.detail(terminal.lang))
