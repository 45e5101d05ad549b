"""`xuezheng init`: an institution's folder, its keys, and its place on a chain."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands import Subcommands
from api.founding import Founding, found, prepare
from api.home import Home
from api.naming import checked_identity
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    parser = subcommands.add_parser("init", help="新建机构 / set up an institution")
    parser.add_argument("--home", required=True, metavar="DIR", type=lambda g: Home(Path(g)))
    parser.add_argument("--institution", metavar="NAME")
    parser.add_argument("--domain", metavar="DOMAIN")
    parser.add_argument("--code", metavar="CODE")
    parser.add_argument("--name-en", metavar="NAME")
    parser.add_argument("--public-url", default="http://127.0.0.1:8080", metavar="URL")
    parser.add_argument("--verify-url", default="http://127.0.0.1:8081", metavar="URL")
    parser.add_argument("--chain", metavar="URL")
    parser.add_argument("--council", metavar="ADDRESS")
    parser.add_argument("--account", metavar="KEYFILE", type=Path)
    parser.add_argument("--database", metavar="URL")
    parser.add_argument("--prepare", action="store_true", help="只建账户 / only the account")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    if options.prepare:
        account = prepare(options.home, options.account)
        terminal.say(
            f"✓ 账户 {account}；获准后再运行 init。", f"✓ account {account}; run init again."
        )
        terminal.result({"account": account})
        return 0
    identity = checked_identity(
        options.institution,
        options.domain,
        options.code,
        options.name_en,
        options.public_url,
        options.verify_url,
    )
    done = found(
        Founding(
            options.home,
            identity,
            options.chain,
            options.council,
            options.account,
            options.database,
        )
    )
    if done.made_passphrase:
        terminal.warn(
            f"⚠ 没有口令，已生成并写入 {options.home.passphrase_file}（0600），请妥善保管。",
            f"⚠ no passphrase given: one was written to {options.home.passphrase_file} (0600).",
        )
    terminal.say(
        f"✓ {identity.name}（{identity.code}），链 {done.chain_id}，理事会 {done.council}",
        f"✓ {identity.name} ({identity.code}), chain {done.chain_id}, council {done.council}",
    )
    if options.council:
        terminal.say(
            f"  申请文件：{options.home.application_file}，请交理事会成员 council propose admit。",
            f"  application: {options.home.application_file}; hand it to a council member.",
        )
    terminal.result(
        {
            "institution": identity.name,
            "code": identity.code,
            "chain_id": done.chain_id,
            "council": done.council,
            "account": done.account,
        }
    )
    return 0
