"""`xuezheng token create`: an API credential; the secret is shown once."""

from __future__ import annotations

import argparse

from api.commands import Subcommands, with_home
from api.tokens import create_token, parse_scopes
from api.wiring import opened_store
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    parser = subcommands.add_parser("token", help="接口令牌 / API credentials")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    create = with_home(actions.add_parser("create", help="新令牌 / a new one"))
    create.add_argument("--name", required=True)
    create.add_argument("--scope", required=True, metavar="SCOPE[,SCOPE]")
    create.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    scopes = parse_scopes(options.scope)
    with opened_store(options.home) as store:
        key, secret = create_token(store, options.name, scopes)
    terminal.say(
        f"✓ 令牌 {options.name}：{key}.{secret}（只显示一次）",
        f"✓ token {options.name}: {key}.{secret} (shown once)",
    )
    terminal.result({"key": key, "secret": secret})
    return 0
