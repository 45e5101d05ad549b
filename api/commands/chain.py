"""`xuezheng chain serve`: an embedded chain alone, for several institutions to share."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from api.commands import Subcommands
from ledger.terminal import Terminal, port_number


def add(subcommands: Subcommands) -> None:
    parser = subcommands.add_parser("chain", help="内嵌链 / the embedded chain")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    serve = actions.add_parser("serve", help="供多方共用 / serve it to several parties")
    serve.add_argument("--dir", required=True, metavar="DIR", type=Path)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=port_number, default=8545)
    serve.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    from ledger.chain.embedded.engine import GenesisSpec
    from ledger.chain.embedded.server import serve_chain

    def ready(url: str) -> None:
        if terminal.json:
            terminal.result({"url": url})
        else:
            terminal.say(
                f"内嵌链（单一运营方）已就绪：{url}", f"embedded chain (one operator) ready: {url}"
            )

    create = GenesisSpec.random(os.urandom, int(time.time()))
    serve_chain(options.dir, options.host, options.port, ready, create=create, wait=5.0)
    return 0
