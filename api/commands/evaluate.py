"""`xuezheng evaluate`: a report for everybody, as JSON and as a page; the records with proofs."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands import Subcommands, with_home
from api.wiring import opened
from ledger.core.evaluation.labels import LABEL_WORDS
from ledger.errors import NotAllowed
from ledger.office.evaluate import Evaluation, evaluate, parse_period
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    parser = with_home(subcommands.add_parser("evaluate", help="评价 / reports from records"))
    parser.add_argument("--rules", required=True, metavar="ID[@VERSION]")
    parser.add_argument("--period", required=True, metavar="FROM/UNTIL")
    parser.add_argument("--out", required=True, metavar="DIR2", type=Path)
    parser.add_argument("--subject", metavar="ACCOUNT", help="只评一人 / one subject only")
    parser.add_argument(
        "--hints",
        action="store_true",
        help="一览中列出值得一看之处 / what to look at, on the overview",
    )
    parser.add_argument("--no-records", action="store_true", help="不写记录文件 / no records.jsonl")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    from api.evaluation_files import Wanted, write_evaluation  # loads what draws pages

    period = parse_period(options.period)
    with opened(options.home) as institution:
        office = institution.office
        with terminal.progress("评价", "evaluating") as progress:
            done = evaluate(office, options.rules, period, options.subject, progress)
        if not done.reports:
            raise NotAllowed("not-anchored", what=office.identity.origin(done.basis.stream))
        with terminal.progress("写文件", "writing files") as progress:
            wanted = Wanted(not options.no_records, options.hints)
            names = write_evaluation(office, done, options.out, terminal.lang, wanted, progress)
    _tell(terminal, done, options.out)
    terminal.result(
        {
            "reports": len(done.reports),
            "fresh": sum(one.fresh for one in done.reports),
            "rules": f"{done.basis.rules.id}@{done.basis.rules.version}",
            "labels": list(done.reports[0].report.data["labels"]),
            "files": names,
        }
    )
    return 0


def _tell(terminal: Terminal, done: Evaluation, out: Path) -> None:
    fresh, rules = sum(one.fresh for one in done.reports), done.basis.rules
    terminal.say(
        f"✓ {rules.title[0]}（{rules.id}@{rules.version}）：{len(done.reports)} 份报告，"
        f"其中新算 {fresh} 份；文件在 {out}。认定之前没有效力。",
        f"✓ {rules.title[1]} ({rules.id}@{rules.version}): {len(done.reports)} reports, {fresh} of "
        f"them new; files in {out}. Without effect until recognised.",
    )
    for label in done.reports[0].report.data["labels"]:
        zh, en = LABEL_WORDS[label]
        terminal.warn(f"! {zh} [{label}]", f"! {en} [{label}]")
