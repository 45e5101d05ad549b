"""`xuezheng key list|add|freeze`: the institution's signing keys."""

from __future__ import annotations

import argparse
import time

from api.commands import Subcommands, with_home
from api.wiring import Institution, opened
from ledger.errors import NotAllowed, UnknownNumber
from ledger.office.council import ED25519, PROPOSAL_DAYS, PURPOSES
from ledger.ports import Change, InstitutionRow, KeyRow
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    parser = subcommands.add_parser("key", help="签名密钥 / signing keys")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    with_home(actions.add_parser("list", help="列出 / list")).set_defaults(handler=list_keys)
    adding = with_home(actions.add_parser("add", help="新密钥 / a new key (council approves)"))
    adding.add_argument("--purpose", choices=sorted(PURPOSES), default="credential")
    adding.set_defaults(handler=add_key)
    freezing = with_home(
        actions.add_parser("freeze", help="立即停用 / stop a key at once, at the anchored size")
    )
    freezing.add_argument("key", metavar="PUBLIC_KEY", help="64 hex digits, or their beginning")
    freezing.set_defaults(handler=freeze_key)


def list_keys(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        keys = _registered(institution).keys
    for key in keys:
        terminal.say(_line(key, "zh"), _line(key, "en"))
    terminal.result({"keys": [_as_json(key) for key in keys]})
    return 0


def add_key(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        registered = _registered(institution)
        unregistered = [
            signer
            for signer in institution.office.signers(options.purpose)
            if signer.public_key not in {key.public_key for key in registered.keys}
        ]
        signer = unregistered[-1] if unregistered else institution.keys.add(options.purpose)
        new_key = (signer.public_key, PURPOSES[options.purpose], ED25519)
        proposed = institution.registrar.propose(
            [Change("addKey", (registered.id, new_key))],
            int(time.time()) + PROPOSAL_DAYS * 86_400,
        )
    terminal.say(
        f"✓ 新密钥 {signer.public_key.hex()}，提案 {proposed.proposal}"
        + ("，已生效。" if proposed.executed else "，等待理事会批准。"),
        f"✓ new key {signer.public_key.hex()}, proposal {proposed.proposal}"
        + (", in force." if proposed.executed else ", awaiting the council."),
    )
    terminal.result(
        {
            "public_key": signer.public_key.hex(),
            "proposal": proposed.proposal,
            "executed": proposed.executed,
        }
    )
    return 0


def freeze_key(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        found = [
            key
            for key in _registered(institution).keys
            if key.public_key.hex().startswith(options.key.lower())
        ]
        if len(found) != 1:
            raise UnknownNumber("key-unknown", key=options.key)
        institution.registrar.freeze_key(found[0].public_key)
        frozen = next(
            key for key in _registered(institution).keys if key.public_key == found[0].public_key
        )
    terminal.say(_line(frozen, "zh"), _line(frozen, "en"))
    terminal.result(_as_json(frozen))
    return 0


def _registered(institution: Institution) -> InstitutionRow:
    office = institution.office
    row = office.reader().institution_by_domain(office.identity.domain)
    if row is None:
        raise NotAllowed("not-registered")
    return row


def _purpose(key: KeyRow) -> str:
    return next((name for name, code in PURPOSES.items() if code == key.purpose), str(key.purpose))


def _line(key: KeyRow, lang: str) -> str:
    if lang == "zh":
        state = "有效" if key.cut_off is None else f"第 {key.cut_off} 条起停用"
        return f"{_purpose(key):<11} {key.public_key.hex()} 自第 {key.from_size} 条，{state}"
    state = "living" if key.cut_off is None else f"cut off at {key.cut_off}"
    return f"{_purpose(key):<11} {key.public_key.hex()} from size {key.from_size}, {state}"


def _as_json(key: KeyRow) -> dict[str, object]:
    return {
        "public_key": key.public_key.hex(),
        "purpose": _purpose(key),
        "from_size": key.from_size,
        "cut_off": key.cut_off,
    }
