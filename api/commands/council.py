"""`xuezheng council propose|approve|list|execute|veto`: who may do what, decided by k of n."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from api.commands import Subcommands, with_home
from api.home import read_file
from api.wiring import Institution, opened
from ledger.core.canonical import parse_json
from ledger.core.streams import origin, stream_id
from ledger.errors import BadEvidence, WrongUse
from ledger.office import council as office_council
from ledger.ports import Change, Proposal, Proposed
from ledger.terminal import Parser, Terminal


def add(subcommands: Subcommands) -> None:
    parser = subcommands.add_parser("council", help="理事会 / the council")
    actions = parser.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)
    _add_propose(actions)
    for name, handler, words in (
        ("approve", approve, "批准 / approve"),
        ("execute", execute, "公示期满后执行 / execute after the delay"),
        ("veto", veto, "否决 / veto a change of one's own keys or writers"),
    ):
        action = with_home(actions.add_parser(name, help=words))
        action.add_argument("proposal", metavar="ID")
        action.set_defaults(handler=handler)
    with_home(actions.add_parser("list", help="成员与提案 / members and proposals")).set_defaults(
        handler=listing
    )


def _add_propose(actions: Subcommands) -> None:
    propose = actions.add_parser("propose", help="提案 / propose a change")
    with_home(propose)
    propose.add_argument("--k", type=int, help="改变成员时的新门限 / threshold from then on")
    changes = propose.add_subparsers(required=True, metavar="CHANGE", parser_class=Parser)
    admit = changes.add_parser("admit", help="接纳申请机构 / admit an applicant")
    admit.add_argument("file", metavar="FILE", type=Path)
    accredit = changes.add_parser("accredit", help="授权 / accredit")
    accredit.add_argument("code", metavar="CODE")
    accredit.add_argument("--kinds", default="all")
    accredit.add_argument("--types", default="all")
    accredit.add_argument("--from", dest="from_date", metavar="D")
    accredit.add_argument("--until", dest="until_date", metavar="D")
    writer = changes.add_parser("writer", help="更换写入账户 / name a stream's writer")
    writer.add_argument("code", metavar="CODE")
    writer.add_argument("kind", choices=[k.name.lower() for k in office_council.STREAM_KINDS])
    writer.add_argument("account", metavar="ACCOUNT")
    key = changes.add_parser("key", help="登记密钥或下调截止 / add a key or lower a cut-off")
    key.add_argument("code", metavar="CODE")
    key.add_argument("public_key", metavar="PUBLIC_KEY")
    key.add_argument("--purpose", choices=sorted(office_council.PURPOSES), default="credential")
    key.add_argument("--cut-off", type=int, metavar="SIZE")
    remove = changes.add_parser("remove", help="除名 / end accreditation and membership")
    remove.add_argument("code", metavar="CODE")
    for change in (admit, accredit, writer, key, remove):
        change.add_argument("--k", type=int, default=argparse.SUPPRESS)
        change.set_defaults(handler=run_propose, change=change.prog.rsplit(" ", 1)[-1])


def run_propose(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        office_council.require_member(institution.office.reader(), institution.account)
        changes = _CHANGES[options.change](institution, options)
        expiry = int(time.time()) + office_council.PROPOSAL_DAYS * 86_400
        proposed = institution.registrar.propose(changes, expiry)
    return _told(terminal, proposed)


def _admit(institution: Institution, options: argparse.Namespace) -> list[Change]:
    given = _application_file(options.file)
    reader = institution.office.reader()
    account = str(given.get("account"))
    office_council.same_as_file(office_council.open_application(reader, account), given)
    return office_council.admission(reader, account, options.k)


def _accredit(institution: Institution, options: argparse.Namespace) -> list[Change]:
    reader = institution.office.reader()
    granted = office_council.grant(
        options.kinds, options.types, options.from_date, options.until_date, int(time.time())
    )
    return office_council.accreditation(
        office_council.institution_by_code(reader, options.code), granted
    )


def _writer(institution: Institution, options: argparse.Namespace) -> list[Change]:
    row = office_council.institution_by_code(institution.office.reader(), options.code)
    stream = stream_id(origin(row.domain, options.kind))
    return [Change("setWriter", (stream, institution.checked_address(options.account)))]


def _key(institution: Institution, options: argparse.Namespace) -> list[Change]:
    row = office_council.institution_by_code(institution.office.reader(), options.code)
    try:
        public_key = bytes.fromhex(options.public_key)
    except ValueError as error:
        raise WrongUse("usage", why="PUBLIC_KEY: 64 hex digits") from error
    if len(public_key) != 32:
        raise WrongUse("usage", why="PUBLIC_KEY: 64 hex digits")
    if options.cut_off is not None:
        if not 0 <= options.cut_off < 1 << 64:
            raise WrongUse("usage", why="--cut-off SIZE >= 0")
        return [Change("lowerCutOff", (public_key, options.cut_off))]
    office_council.require_proper_key(public_key)
    purpose = office_council.PURPOSES[options.purpose]
    return [Change("addKey", (row.id, (public_key, purpose, office_council.ED25519)))]


def _remove(institution: Institution, options: argparse.Namespace) -> list[Change]:
    reader = institution.office.reader()
    row = office_council.institution_by_code(reader, options.code)
    return office_council.removal(reader, row, options.k)


_CHANGES = {
    "admit": _admit,
    "accredit": _accredit,
    "writer": _writer,
    "key": _key,
    "remove": _remove,
}


def approve(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        reader = institution.office.reader()
        proposal = office_council.find_proposal(reader, options.proposal)
        office_council.check_admitted_keys(reader, proposal, institution.registrar.readable)
        proposed = institution.registrar.approve(proposal.id)
    return _told(terminal, proposed)


def execute(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        proposal = office_council.find_proposal(institution.office.reader(), options.proposal)
        proposed = institution.registrar.execute(proposal.id)
    return _told(terminal, proposed)


def veto(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        proposal = office_council.find_proposal(institution.office.reader(), options.proposal)
        institution.registrar.veto(proposal.id)
    terminal.say(f"✓ 已否决提案 {proposal.number}。", f"✓ proposal {proposal.number} vetoed.")
    terminal.result({"proposal": proposal.id, "executed": False})
    return 0


def listing(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        reader = institution.office.reader()
        members, needed = list(reader.members()), reader.threshold()
        names = {
            row.account.lower(): row
            for row in (reader.institution(number) for number in reader.institution_ids())
        }
        proposals = [_as_json(institution, proposal) for proposal in reader.proposals()]
    terminal.say(
        f"成员 {len(members)} 位，更改需 {needed} 位同意：",
        f"{len(members)} members; a change needs {needed}:",
    )
    for account in members:
        row = names.get(account.lower())
        terminal.say(
            f"  {row.name if row else '?'}  {account}",
            f"  {row.name_en or row.name if row else '?'}  {account}",
        )
    for proposal in proposals:
        line = f"  #{proposal['number']} {proposal['state']} {proposal['changes']} {proposal['id']}"
        terminal.say(line, line)
    terminal.result({"members": members, "threshold": needed, "proposals": proposals})
    return 0


def _as_json(institution: Institution, proposal: Proposal) -> dict[str, Any]:
    return {
        "id": proposal.id,
        "number": proposal.number,
        "state": proposal.state,
        "approvals": list(proposal.approvals),
        "expiry": proposal.expiry,
        "ready_at": proposal.ready_at,
        "changes": [
            f"{change.function}{_shown(change.arguments)}"
            for change in institution.registrar.readable(proposal)
        ],
    }


def _shown(arguments: tuple[Any, ...]) -> str:
    def one(value: Any) -> str:
        if isinstance(value, bytes):
            return value.hex()
        return _shown(value) if isinstance(value, tuple) else str(value)

    return f"({', '.join(one(value) for value in arguments)})"


def _application_file(path: Path) -> dict[str, Any]:
    try:
        value = parse_json(read_file(path))
    except BadEvidence as error:
        raise WrongUse("application-file", why=error.detail.get("reason")) from error
    if not isinstance(value, dict) or not isinstance(value.get("account"), str):
        raise WrongUse("application-file", why="account")
    return value


def _told(terminal: Terminal, proposed: Proposed) -> int:
    state_zh = "已生效" if proposed.executed else "等待其他成员批准"
    state_en = "executed" if proposed.executed else "awaiting other members"
    terminal.say(
        f"✓ 提案 {proposed.proposal}：{state_zh}。", f"✓ proposal {proposed.proposal}: {state_en}."
    )
    terminal.result({"proposal": proposed.proposal, "executed": proposed.executed})
    return 0
