"""`xuezheng person create|show`: a person's own signing key; no institution's folder is needed."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands import Subcommands
from api.home import person_passphrase, write_json
from ledger.core.canonical import canonical_json
from ledger.keys.person import PersonSigner, create_person_key, open_person_key
from ledger.terminal import Parser, Terminal


def add(subcommands: Subcommands) -> None:
    parser = subcommands.add_parser("person", help="个人的签名密钥 / a person's own signing key")
    actions = parser.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)
    create = actions.add_parser("create", help="新密钥文件 / a new key file")
    create.add_argument("--account", required=True, metavar="ACCOUNT", help="<home page>|<name>")
    create.add_argument("--out", required=True, metavar="FILE", type=Path)
    create.add_argument(
        "--public", metavar="FILE", type=Path, help="公钥写入文件，交给教务处 / for the registrar"
    )
    create.set_defaults(handler=run_create)
    show = actions.add_parser("show", help="公钥 / the public key of a key file")
    show.add_argument("file", metavar="FILE", type=Path)
    show.set_defaults(handler=run_show)


def run_create(terminal: Terminal, options: argparse.Namespace) -> int:
    secret = person_passphrase(options.out, create=True)
    signer = create_person_key(options.out, options.account, secret)
    if options.public is not None:
        write_json(options.public, signer.key.to_json())
    terminal.say(
        f"✓ 密钥文件 {options.out}：请与口令分开保管；丢失后须由教务处重新任命。",
        f"✓ key file {options.out}: keep it apart from its passphrase; if it is lost, the "
        "registrar has to appoint another key.",
    )
    return _shown(terminal, signer)


def run_show(terminal: Terminal, options: argparse.Namespace) -> int:
    return _shown(terminal, open_person_key(options.file, person_passphrase(options.file)))


def _shown(terminal: Terminal, signer: PersonSigner) -> int:
    public = signer.key.to_json()
    key, text = signer.key.id.hex(), canonical_json(public).decode()
    terminal.say(
        f"账户 {signer.account}\n密钥编号 {key}\n公钥（交给教务处）{text}",
        f"account {signer.account}\nkey id {key}\npublic key, for the registrar: {text}",
    )
    terminal.result({"account": signer.account, "key": key, "public": public})
    return 0
