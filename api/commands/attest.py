"""`xuezheng attest`: a person says, signed, that records are right, or disputes one."""

from __future__ import annotations

import argparse
from datetime import datetime

from api.commands import Subcommands, with_home
from api.signing import Requested, signing, with_signing, write_request
from api.wiring import opened
from ledger.core.teaching.vocabulary import ROLES
from ledger.errors import BadEvidence, WrongUse
from ledger.office.attest import Attesting, attest, select, target
from ledger.office.evaluate import parse_period
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    parser = with_signing(
        with_home(subcommands.add_parser("attest", help="证实或质疑教学记录 / attest or dispute"))
    )
    parser.add_argument("statements", metavar="STATEMENT", nargs="*", help="记录编号 / ids")
    parser.add_argument("--role", required=True, metavar="|".join(ROLES))
    parser.add_argument("--dispute", action="store_true", help="有异议 / it is not right")
    parser.add_argument("--reason", default="", metavar="TEXT")
    parser.add_argument("--type", metavar="TYPE", help="某类全部记录 / all records of a type")
    parser.add_argument("--period", metavar="FROM/UNTIL")
    parser.add_argument("--subject", metavar="ACCOUNT", help="只限某位教师 / of one teacher only")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    if bool(options.statements) == bool(options.type):
        raise WrongUse("usage", why="STATEMENT … | --type TYPE --period FROM/UNTIL")
    who = signing(options)
    asked_at = _timestamp(who.given) if who.given is not None else None
    one = Attesting(who.account, options.role, not options.dispute, options.reason, asked_at)
    with opened(options.home) as institution:
        office = institution.office
        if options.statements:
            targets = [target(office, id) for id in options.statements]
        else:
            period = parse_period(options.period or "")
            targets = list(select(office, options.type, period, options.subject))
        try:
            with terminal.progress("签名", "signing") as progress:
                done = attest(office, targets, one, who.sign, bool(options.type), progress)
        except Requested as asked:
            return write_request(terminal, office, options, asked)
    terminal.say(
        f"✓ {who.account} 作为 {options.role} {'质疑' if options.dispute else '证实'}了 "
        f"{len(done.leaves)} 条记录（此前已有 {done.already} 条）；上链后起算。",
        f"✓ {who.account} as {options.role} {'disputed' if options.dispute else 'attested'} "
        f"{len(done.leaves)} records ({done.already} before); they count once anchored.",
    )
    terminal.result({"attested": len(done.leaves), "already": done.already, "leaves": done.leaves})
    return 0


def _timestamp(content: dict[str, object]) -> int:
    """When the request was made: the signature is over that very statement."""
    try:
        return int(datetime.fromisoformat(str(content["timestamp"])).timestamp())
    except (KeyError, ValueError) as error:
        raise BadEvidence("signing-request", pointer="/content", expected="attestation") from error
