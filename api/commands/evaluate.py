"""`xuezheng evaluate`: a report for everybody, as JSON and as a page; the records with proofs."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands import Subcommands, with_home
from api.wiring import opened
from ledger.errors import NotAllowed
from ledger.office.evaluate import Evaluation, evaluate, parse_period
from ledger.terminal import Terminal

SENTENCES = {
    "no-charter": ("没有章程：谁批准、谁认定都没有规定", "no charter: nobody is named to approve"),
    "charter-late": ("章程在时段开始之后才上链", "the charter came after the period began"),
    "unapproved": ("规则未经批准", "the rules are not approved"),
    "retroactive": (
        "规则在时段开始之后才批准（追溯）",
        "approved after the period began: retroactive",
    ),
    "outside-dates": ("规则不在其有效日期内", "the rules were not in effect in this period"),
}


def add(subcommands: Subcommands) -> None:
    parser = with_home(subcommands.add_parser("evaluate", help="评价 / reports from records"))
    parser.add_argument("--rules", required=True, metavar="ID[@VERSION]")
    parser.add_argument("--period", required=True, metavar="FROM/UNTIL")
    parser.add_argument("--out", required=True, metavar="DIR2", type=Path)
    parser.add_argument("--subject", metavar="ACCOUNT", help="只评一人 / one subject only")
    parser.add_argument("--no-records", action="store_true", help="不写记录文件 / no records.jsonl")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    from api.evaluation_files import write_evaluation  # loads what draws pages

    period = parse_period(options.period)
    with opened(options.home) as institution:
        office = institution.office
        with terminal.progress("评价", "evaluating") as progress:
            done = evaluate(office, options.rules, period, options.subject, progress)
        if not done.reports:
            raise NotAllowed("not-anchored", what=office.identity.origin(done.basis.stream))
        with terminal.progress("写文件", "writing files") as progress:
            names = write_evaluation(
                office, done, options.out, terminal.lang, not options.no_records, progress
            )
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
        zh, en = SENTENCES[label]
        terminal.warn(f"! {zh} [{label}]", f"! {en} [{label}]")
