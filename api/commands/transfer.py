"""`xuezheng transfer`: credits of another institution's certificate, for one of our students."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands import Subcommands, with_home
from api.home import read_file
from api.wiring import opened
from ledger.core.canonical import parse_json
from ledger.errors import WrongUse
from ledger.office.transfer import Transfer, transfer
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    parser = with_home(
        subcommands.add_parser("transfer", help="外校学分 / credits of another institution")
    )
    parser.add_argument("certificate", metavar="CERTIFICATE.json", type=Path)
    parser.add_argument("--person", required=True, metavar="ACCOUNT")
    parser.add_argument("--course", required=True, metavar="IRI", help="抵免的本校课程")
    parser.add_argument("--credits", default="", metavar="N")
    parser.add_argument(
        "--verdict", required=True, metavar="FILE", type=Path,
        help="xuezheng-verify check --json 的输出 / what it printed",
    )  # fmt: skip
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    lines = read_file(options.verdict).strip().splitlines()
    verdict = parse_json(lines[-1]) if lines else None
    if not isinstance(verdict, dict):
        raise WrongUse("usage", why="--verdict: xuezheng-verify check --json")
    wanted = Transfer(options.person, options.course, options.credits)
    with opened(options.home) as institution:
        done = transfer(institution.office, read_file(options.certificate), verdict, wanted)
    terminal.say(
        f"✓ {options.person}：{done.institution} 的证书 {done.certificate} 计 {done.credits} 学分"
        f"（学习流第 {done.leaf} 条）；报告经认定后有效。",
        f"✓ {options.person}: certificate {done.certificate} of {done.institution} stands for "
        f"{done.credits} credits (leaf {done.leaf} of the learning stream), once recognised.",
    )
    terminal.result({"leaf": done.leaf, "fresh": done.fresh, "credits": done.credits})
    return 0
