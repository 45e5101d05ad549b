"""`xuezheng issue`: a roster of certificates, all or nothing, then their files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from api.commands import Subcommands, with_home
from api.home import read_file
from api.wiring import opened
from ledger.errors import Refusal, WrongUse
from ledger.office.issue import issue
from ledger.office.roster import TEMPLATES, Problem
from ledger.terminal import Terminal

SHOWN = 50


def add(subcommands: Subcommands) -> None:
    parser = with_home(subcommands.add_parser("issue", help="按名册颁发 / issue from a roster"))
    parser.add_argument("roster", metavar="ROSTER", type=Path)
    parser.add_argument("--template", required=True, metavar="|".join(TEMPLATES))
    parser.add_argument("--out", required=True, metavar="DIR2", type=Path)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--no-pdf", action="store_true")
    parser.add_argument("--mapping", metavar="FILE", type=Path)
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    from api.certificates import CertificateFiles  # these load the typesetter
    from api.roster import read_mapping, validated

    if options.template not in TEMPLATES:
        raise WrongUse("unknown-template", template=options.template, known=", ".join(TEMPLATES))
    data = read_file(options.roster)
    mapping = read_mapping(options.mapping)
    with opened(options.home) as institution:
        office = institution.office
        rows, problems = validated(
            office, data, options.roster.name, options.template, mapping, not options.no_pdf
        )
        if problems:
            return _refused(terminal, problems)
        if options.dry_run:
            terminal.say(
                f"✓ 名册无误，共 {len(rows)} 行。", f"✓ the roster is fine: {len(rows)} rows."
            )
            terminal.result({"issued": 0, "already": 0, "errors": []})
            return 0
        with terminal.progress("签发", "issuing") as progress:
            issued, already = issue(office, rows, progress)
        files = CertificateFiles(office, options.out, pdf=not options.no_pdf)
        with terminal.progress("制作文件", "writing files") as progress:
            files.write([row.number for row in rows], progress)
    terminal.say(
        f"✓ 新颁发 {issued}，此前已颁发 {already}；文件在 {options.out}。上链后可核验。",
        f"✓ issued {issued}, already issued {already}; files in {options.out}. "
        "They can be verified once anchored.",
    )
    terminal.result({"issued": issued, "already": already, "errors": []})
    return 0


def _refused(terminal: Terminal, problems: Sequence[Problem]) -> int:
    refusal = Refusal("roster-refused", count=len(problems))
    terminal.refuse(refusal)
    for problem in problems[:SHOWN]:
        terminal.warn(
            f"  {_place(problem, '第 {} 行', '「{}」', '：')}{problem.detail_zh} [{problem.code}]",
            f"  {_place(problem, 'row {}', ', {}', ': ')}{problem.detail_en} [{problem.code}]",
        )
    if len(problems) > SHOWN:
        terminal.warn(
            f"  ……还有 {len(problems) - SHOWN} 处（--json 列出全部）",
            f"  … {len(problems) - SHOWN} more (--json lists all)",
        )
    errors = [
        {
            "row": problem.row,
            "column": problem.column,
            "code": problem.code,
            "detail": problem.detail_zh if terminal.lang == "zh" else problem.detail_en,
        }
        for problem in problems
    ]
    terminal.result({"issued": 0, "already": 0, "errors": errors})
    return 3


def _place(problem: Problem, row: str, column: str, end: str) -> str:
    """Row and column as far as there are any: a file that cannot be read has neither."""
    place = row.format(problem.row) if problem.row else ""
    place += column.format(problem.column) if problem.column else ""
    return place and place + end
