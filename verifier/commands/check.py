"""`xuezheng-verify check`: one credential, record or archive of records; every check, the verdict.

Exit 0 valid, 1 invalid, 2 undetermined, 64 no credential in the input or no usable trust file.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ledger.core.dates import end_of_day, parse_day
from ledger.core.record import calls_itself_record
from ledger.core.verdict import Check, State, Verdict
from ledger.errors import WrongUse
from ledger.terminal import Terminal
from verifier.archive import SIGNATURE
from verifier.checking import Checker
from verifier.commands import is_node, nodes_of, read_file, trust_of, with_trust
from verifier.commands.records import SHOWN, ArchiveReport, check_archive
from verifier.presenting import looks_like_link, present

EXIT = {"valid": 0, "invalid": 1, "undetermined": 2}
MARK = {
    State.PASS: ("✓", "green"),
    State.FAIL: ("✗", "red"),
    State.UNKNOWN: ("?", "yellow"),
    State.NOT_CHECKED: ("·", "dim"),
    State.WARN: ("!", "yellow"),
}
COLOUR = {"valid": "green", "invalid": "red", "undetermined": "yellow"}


def add(subcommands: Any) -> None:
    parser = with_trust(subcommands.add_parser("check", help="核验一份证书 / check a credential"))
    # Optional for the parser only: `--node URL … INPUT` takes the input for one more node.
    parser.add_argument(
        "input", metavar="INPUT", nargs="?", help="JSON, PDF, picture or ZIP file, or QR text"
    )
    parser.add_argument("--offline", action="store_true", help="不联网 / ask nobody")
    parser.add_argument("--at", metavar="DATE", help="按某日 / as of the end of that day (UTC+8)")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    trust = trust_of(options)
    given = _given(options)
    checker = Checker(trust, nodes_of(options), options.offline)
    if _is_archive(given):
        _undated(options)
        return _archive(terminal, Path(given), checker)
    data = _input(given)
    if calls_itself_record(data):
        _undated(options)
        verdict = checker.records()(data)
    else:
        at = day_end(options.at) if options.at is not None else None
        verdict = checker.check(present(data), at)
    show(terminal, verdict)
    terminal.result(verdict.to_json(terminal.lang))
    return EXIT[verdict.verdict]


def _undated(options: argparse.Namespace) -> None:
    if options.at is not None:
        raise WrongUse("usage", why="--at: a record has no status")


def _is_archive(given: str) -> bool:
    """Whether INPUT is a file that begins as a ZIP does."""
    if looks_like_link(given.strip()):
        return False
    try:
        with Path(given).open("rb") as file:
            return file.read(len(SIGNATURE)) == SIGNATURE
    except (OSError, ValueError):
        return False  # whoever reads it says why it cannot be read


def _archive(terminal: Terminal, path: Path, checker: Checker) -> int:
    with terminal.progress("核验", "checking") as progress:
        report = check_archive(path, checker.records(), progress)
    _show_archive(terminal, report)
    terminal.result(report.to_json(terminal.lang))
    return EXIT[report.verdict]


def _show_archive(terminal: Terminal, report: ArchiveReport) -> None:
    """The first record in full, then what is not valid."""
    show(terminal, report.records[0][1])
    counts = report.counts
    terminal.say(
        f"共 {sum(counts.values())} 个文件：有效 {counts['valid']}，无效 {counts['invalid']}，"
        f"无法判断 {counts['undetermined']}；未附证明的 {len(report.others)} 个。",
        f"{sum(counts.values())} files: {counts['valid']} valid, {counts['invalid']} invalid, "
        f"{counts['undetermined']} undetermined; {len(report.others)} without proof.",
    )
    bad = [(name, verdict) for name, verdict in report.records if verdict.verdict != "valid"]
    for name, verdict in bad[:SHOWN]:
        zh, en = verdict.lines[1]
        terminal.say(f"  {name}：{zh}", f"  {name}: {en}")


def _given(options: argparse.Namespace) -> str:
    """INPUT, wherever it stands; WrongUse when there is none."""
    if options.input is None and options.node and len(options.node[-1]) > 1:
        last = options.node[-1].pop()
        if not is_node(last):
            return str(last)
    if options.input is None:
        raise WrongUse("usage", why="INPUT: JSON, PDF, PNG, QR, ZIP")
    return str(options.input)


def _input(given: str) -> bytes:
    """A file's bytes, or the QR text itself."""
    if looks_like_link(given.strip()):
        return given.encode("utf-8", "replace")
    return read_file(Path(given))


def day_end(date: str) -> int:
    """The first second after that day in UTC+8, Unix time."""
    try:
        return end_of_day(parse_day(date))
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
