"""`xuezheng ingest`: statements from a file into a stream."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from api.commands import Subcommands, with_home
from api.home import read_file
from api.wiring import opened
from ledger.errors import Refusal, WrongUse
from ledger.office.ingest import (
    KINDS,
    IngestReport,
    RefusedLine,
    as_text,
    ingest,
    preview,
)
from ledger.office.mapping import TableMapping, parse_mapping
from ledger.terminal import Terminal

SHOWN = 20
PREVIEWED = 5
TABLES = (".csv", ".tsv", ".xlsx", ".csv.gz", ".tsv.gz")


def add(subcommands: Subcommands) -> None:
    parser = with_home(subcommands.add_parser("ingest", help="导入学习/教学记录 / take statements"))
    parser.add_argument("--stream", required=True, choices=sorted(KINDS))
    parser.add_argument(
        "--mapping", metavar="FILE", type=Path, help="CSV/XLSX 各列的意义 / what the columns mean"
    )
    parser.add_argument(
        "--preview", action="store_true", help="只看前几条，不导入 / show the first ones only"
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    mapping = _mapping(options)
    try:
        file = options.file.open("rb")
    except OSError as error:
        raise WrongUse("file-unreadable", path=options.file, why=error.strerror) from error
    with file:
        if options.preview:
            options.home.config()
            return _preview(terminal, preview(file, mapping, PREVIEWED))
        size = options.file.stat().st_size
        with (
            opened(options.home) as institution,
            terminal.counting("导入", "taking", size) as count,
        ):
            report = ingest(institution.office, options.stream, file, count, mapping)
    show(terminal, report)
    terminal.result(as_json(report, terminal.lang))
    return 3 if report.refused else 0


def _mapping(options: argparse.Namespace) -> TableMapping | None:
    name = options.file.name.lower()
    if options.mapping is None:
        if name.endswith(TABLES):
            raise WrongUse("mapping-needed")
        return None
    if name.removesuffix(".gz").endswith((".json", ".jsonl")):
        raise WrongUse("mapping-not-needed")
    return parse_mapping(read_file(options.mapping))


def show(terminal: Terminal, report: IngestReport) -> None:
    """The counts, and the first of what was refused."""
    refused = len(report.refused) + report.unnamed
    terminal.say(
        f"✓ 新记录 {report.accepted}，重复 {report.duplicate}，拒绝 {refused}",
        f"✓ accepted {report.accepted}, duplicate {report.duplicate}, refused {refused}",
    )
    for one in report.refused[:SHOWN]:
        terminal.warn(
            f"  第 {one.line} 行：{one.refusal.zh} [{one.refusal.code}]",
            f"  line {one.line}: {one.refusal.en} [{one.refusal.code}]",
        )
    if refused > SHOWN:
        terminal.warn(
            f"  ……还有 {refused - SHOWN} 行（--json 列出）",
            f"  … {refused - SHOWN} more (--json lists them)",
        )


def as_json(report: IngestReport, lang: str) -> dict[str, Any]:
    """The shape of commands.md; `unnamed` only where more were refused than are named."""
    value: dict[str, Any] = {
        "accepted": report.accepted,
        "duplicate": report.duplicate,
        "refused": [_refused(one, lang) for one in report.refused],
    }
    if report.unnamed:
        value["unnamed"] = report.unnamed
    return value


def _refused(one: RefusedLine, lang: str) -> dict[str, object]:
    return {"line": one.line, "code": one.refusal.code, "detail": one.refusal.message(lang)}


def _preview(terminal: Terminal, shown: list[tuple[int, Any | None, Refusal | None]]) -> int:
    for line, statement, refusal in shown:
        terminal.say(f"第 {line} 行", f"line {line}")
        if statement is not None:
            text = as_text(statement)
            terminal.say(text, text)
        if refusal is not None:
            terminal.refuse(refusal)
    terminal.result({"preview": [_shown(*one, terminal.lang) for one in shown]})
    return 3 if any(refusal for _, _, refusal in shown) else 0


def _shown(
    line: int, statement: Any | None, refusal: Refusal | None, lang: str
) -> dict[str, object]:
    value: dict[str, object] = {"line": line, "statement": statement}
    if refusal is not None:
        value |= {"code": refusal.code, "detail": refusal.message(lang)}
    return value
