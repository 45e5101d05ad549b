"""`xuezheng recognise|appeal|answer|timeline`: what becomes of a report."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands import Subcommands, with_home
from api.home import read_file
from api.signing import Requested, signing, with_signing, write_request
from api.timeline import case_lines, case_steps
from api.wiring import opened
from ledger.core.evaluation.acts import DECISIONS
from ledger.core.evaluation.recognition import Case, case_of
from ledger.core.evaluation.report import ReportFile, parse_report
from ledger.core.teaching.vocabulary import ROLES
from ledger.office.recognise import (
    Decided,
    answer,
    appeal,
    recognise,
    register_with_reports,
    report_act,
)
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    for name, words, handler in (
        ("recognise", "认定报告 / recognise a report", run_recognise),
        ("appeal", "对报告申诉 / appeal against a report", run_appeal),
        ("answer", "答复申诉 / answer an appeal", run_answer),
    ):
        parser = with_signing(with_home(subcommands.add_parser(name, help=words)))
        parser.add_argument("report", metavar="REPORT", type=Path)
        parser.set_defaults(handler=handler)
        if name != "appeal":
            parser.add_argument("--role", required=True, metavar="|".join(ROLES))
        if name != "recognise":
            parser.add_argument("--reason", required=True, metavar="TEXT")
        if name == "answer":
            parser.add_argument("--decision", required=True, choices=DECISIONS)
            parser.add_argument(
                "--successor",
                metavar="REPORT",
                type=Path,
                help="取代它的报告 / what takes its place",
            )
    parser = with_home(subcommands.add_parser("timeline", help="报告的经过 / a report's history"))
    parser.add_argument("report", metavar="REPORT", type=Path)
    parser.set_defaults(handler=run_timeline)


def report_of(path: Path) -> ReportFile:
    """The report in a file. Raises BadEvidence report-format, WrongUse file-unreadable."""
    return parse_report(read_file(path))


def run_recognise(terminal: Terminal, options: argparse.Namespace) -> int:
    file, who = report_of(options.report), signing(options)
    with opened(options.home) as institution:
        try:
            done = recognise(institution.office, file, options.role, who.sign)
        except Requested as asked:
            return write_request(terminal, institution.office, options, asked)
    return _told(terminal, done, f"{who.account} 认定了报告", f"{who.account} recognised it")


def run_appeal(terminal: Terminal, options: argparse.Namespace) -> int:
    file, who = report_of(options.report), signing(options)
    with opened(options.home) as institution:
        try:
            done = appeal(institution.office, file, options.reason, who.sign)
        except Requested as asked:
            return write_request(terminal, institution.office, options, asked)
    return _told(terminal, done, f"{who.account} 提出申诉", f"{who.account} appealed")


def run_answer(terminal: Terminal, options: argparse.Namespace) -> int:
    file, who = report_of(options.report), signing(options)
    successor = report_of(options.successor) if options.successor else None
    with opened(options.home) as institution:
        try:
            done = answer(
                institution.office, file, options.decision, options.reason, options.role,
                who.sign, successor,
            )  # fmt: skip
        except Requested as asked:
            return write_request(terminal, institution.office, options, asked)
    return _told(terminal, done, f"{who.account} 答复了申诉", f"{who.account} answered the appeal")


def run_timeline(terminal: Terminal, options: argparse.Namespace) -> int:
    file = report_of(options.report)
    with opened(options.home) as institution:
        register = register_with_reports(institution.office)
        case = case_of(register, report_act(institution.office, register, file).leaf)
    for zh, en in case_lines(case):
        terminal.say(zh, en)
    terminal.result(_json(case))
    return 0


def _told(terminal: Terminal, done: Decided, zh: str, en: str) -> int:
    leaf = done.written.leaf
    terminal.say(
        f"✓ {zh}（评价流第 {leaf} 条）。", f"✓ {en} (leaf {leaf} of the evaluation stream)."
    )
    for zh, en in case_lines(done.case)[-1:]:
        terminal.say(zh, en)
    terminal.result({"leaf": leaf, "fresh": done.written.fresh, **_json(done.case)})
    return 0


def _json(case: Case) -> dict[str, object]:
    return {
        "report": case.report.leaf,
        "effect": case.effect.value,
        "recognised_by": [{"account": account, "role": role} for account, role in case.by],
        "open": [sorted(roles) for roles in case.open_places],
        "successor": case.successor,
        "steps": case_steps(case),
    }
