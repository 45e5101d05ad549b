"""`xuezheng-verify serve`: the verifier web app."""

from __future__ import annotations

import argparse
from typing import Any

from ledger.terminal import Terminal, port_number
from verifier.commands import nodes_of, trust_of, with_trust


def add(subcommands: Any) -> None:
    parser = with_trust(subcommands.add_parser("serve", help="核验网页 / the verifier web app"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port_number, default=8081)
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    from verifier.running import serve

    trust = trust_of(options)

    def ready(url: str) -> None:
        if terminal.json:
            terminal.result({"url": url})
        else:
            terminal.say(f"核验网页已就绪：{url}/v", f"verifier ready: {url}/v")

    serve(options.trust, trust, nodes_of(options), options.host, options.port, ready)
    return 0
