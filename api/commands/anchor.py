"""`xuezheng anchor`: anchors every stream that grew."""

from __future__ import annotations

import argparse

from api.commands import Subcommands, with_home
from api.wiring import opened
from ledger.office.anchor import AnchorDone, anchor
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    parser = with_home(subcommands.add_parser("anchor", help="上链锚定 / anchor what grew"))
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        done = anchor(institution.office)
    for item in done:
        terminal.say(
            f"✓ {item.stream}：{item.size} 条，区块 {item.block}，{item.gas} gas",
            f"✓ {item.stream}: {item.size} entries, block {item.block}, {item.gas} gas",
        )
    if not done:
        terminal.say("没有需要上链的内容。", "Nothing to anchor.")
    terminal.result({"anchored": [as_json(item) for item in done]})
    return 0


def as_json(item: AnchorDone) -> dict[str, object]:
    """The shape of commands.md: stream, size, root, tx, block, gas."""
    return {
        "stream": item.stream,
        "size": item.size,
        "root": item.root.hex(),
        "tx": item.tx,
        "block": item.block,
        "gas": item.gas,
    }
