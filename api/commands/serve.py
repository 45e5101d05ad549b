"""`xuezheng serve`: the issuer's HTTP door; anchors by itself, stops cleanly on a signal."""

from __future__ import annotations

import argparse
from urllib.parse import urlsplit

from api.commands import Subcommands, with_home
from ledger.terminal import Terminal, port_number

MOST_WORKERS = 64


def add(subcommands: Subcommands) -> None:
    parser = with_home(subcommands.add_parser("serve", help="启动服务 / serve the issuer"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port", type=port_number, help="默认取自公开地址 / default: the public URL's"
    )
    parser.add_argument(
        "--anchor-interval", type=int, metavar="S", help="秒 / seconds between rounds of anchoring"
    )
    parser.add_argument(
        "--workers",
        type=_workers,
        default=1,
        metavar="N",
        help="进程数，默认 1 / processes, default 1",
    )
    parser.set_defaults(handler=run)


def _workers(given: str) -> int:
    if not (given.isascii() and given.isdecimal() and 1 <= int(given) <= MOST_WORKERS):
        raise argparse.ArgumentTypeError(f"1…{MOST_WORKERS}, not {given!r}")
    return int(given)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    from api.server import serve

    config = options.home.config()
    parts = urlsplit(config.identity.public_url)
    default = parts.port or (443 if parts.scheme == "https" else 80)

    def ready(url: str) -> None:
        if terminal.json:
            terminal.result({"url": url})
        else:
            terminal.say(
                f"{config.identity.name} 服务已就绪：{url}",
                f"{config.identity.name_en} ready: {url}",
            )

    serve(
        options.home,
        options.host,
        default if options.port is None else options.port,
        options.anchor_interval or config.anchor_interval,
        ready,
        options.workers,
    )
    return 0
