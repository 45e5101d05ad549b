"""`xuezheng-verify check`: one credential, every check, the verdict.

Exit 0 valid, 1 invalid, 2 undetermined, 64 no credential in the input or no usable trust file.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from ledger.core.verdict import Check, State, Verdict
from ledger.errors import WrongUse
from ledger.terminal import Terminal
from verifier.checking import Checker
from verifier.commands import nodes_of, read_file, trust_of, with_trust
from verifier.presenting import present

EXIT = {"valid": 0, "invalid": 1, "undetermined": 2}
MARK = {
    State.PASS: ("✓", "green"),
    State.FAIL: ("✗", "red"),
    State.UNKNOWN: ("?", "yellow"),
    State.NOT_CHECKED: ("·", "dim"),
    State.WARN: ("!", "yellow"),
}
COLOUR = {"valid": "green", "invalid": "red", "undetermined": "yellow"}
UTC8 = timezone(timedelta(hours=8))


def add(subcommands: Any) -> None:
    parser = with_trust(subcommands.add_parser("check", help="核验一份证书 / check a credential"))
    parser.add_argument("input", metavar="INPUT", help="JSON, PDF, picture file, or QR text")
    parser.add_argument("--offline", action="store_true", help="不联网 / ask nobody")
    parser.add_argument("--at", metavar="DATE", help="按某日 / as of the end of that day (UTC+8)")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    trust = trust_of(options)
    presented = present(_input(options.input))
    at = day_end(options.at) if options.at else None
    checker = Checker(trust, nodes_of(options), options.offline)
    verdict = checker.check(presented, at)
    show(terminal, verdict)
    terminal.result(verdict.to_json(terminal.lang))
    return EXIT[verdict.verdict]


def _input(given: str) -> bytes:
    """A file's bytes, or the QR text itself."""
    if "/v#" in given and "\n" not in given and not Path(given).exists():
        return given.encode(errors="replace")
    return read_file(Path(given))


def day_end(date: str) -> int:
    """The first second after that day in UTC+8, Unix time."""
    try:
        day = datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC8)
        return int((day + timedelta(days=1)).astimezone(UTC).timestamp())
    except (ValueError, OverflowError) as error:
        raise WrongUse("usage", why=f"--at YYYY-MM-DD, not {date!r}") from error


def show(terminal: Terminal, verdict: Verdict) -> None:
    """The verdict for people: the first lines, then every check with its mark."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=terminal.json, highlight=False, soft_wrap=True)
    for number, (zh, en) in enumerate(verdict.lines):
        style = f"bold {COLOUR[verdict.verdict]}" if number == 1 else "bold" if not number else ""
        console.print(Text(zh if terminal.lang == "zh" else en, style=style))
    for check in verdict.checks:
        console.print(_line(terminal, check))


def _line(terminal: Terminal, check: Check) -> Any:
    from rich.text import Text

    mark, style = MARK[check.state]
    return Text.assemble((f"  {mark} {check.code:<14}", style), check.detail(terminal.lang))
