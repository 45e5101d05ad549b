"""`xuezheng ingest`: statements (JSON lines, also gzip) into a stream."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands import Subcommands, with_home
from api.wiring import opened
from ledger.errors import WrongUse
from ledger.office.ingest import KINDS, RefusedLine, ingest
from ledger.terminal import Terminal

SHOWN = 20


def add(subcommands: Subcommands) -> None:
    parser = with_home(subcommands.add_parser("ingest", help="导入学习/教学记录 / take statements"))
    parser.add_argument("--stream", required=True, choices=sorted(KINDS))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        try:
            source = options.file.open("rb")
        except OSError as error:
            raise WrongUse("file-unreadable", path=options.file, why=error.strerror) from error
        with source, terminal.progress("导入", "taking") as progress:
            report = ingest(institution.office, options.stream, source, progress)
    terminal.say(
        f"✓ 新记录 {report.accepted}，重复 {report.duplicate}，拒绝 {len(report.refused)}",
        f"✓ accepted {report.accepted}, duplicate {report.duplicate}, "
        f"refused {len(report.refused)}",
    )
    for refused in report.refused[:SHOWN]:
        terminal.warn(
            f"  第 {refused.line} 行：{refused.refusal.zh} [{refused.refusal.code}]",
            f"  line {refused.line}: {refused.refusal.en} [{refused.refusal.code}]",
        )
    if len(report.refused) > SHOWN:
        terminal.warn(
            f"  ……还有 {len(report.refused) - SHOWN} 行（--json 列出全部）",
            f"  … {len(report.refused) - SHOWN} more (--json lists all)",
        )
    terminal.result(
        {
            "accepted": report.accepted,
            "duplicate": report.duplicate,
            "refused": [_as_json(refused, terminal.lang) for refused in report.refused],
        }
    )
    return 3 if report.refused else 0


def _as_json(refused: RefusedLine, lang: str) -> dict[str, object]:
    return {
        "line": refused.line,
        "code": refused.refusal.code,
        "detail": refused.refusal.message(lang),
    }
