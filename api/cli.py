"""The `xuezheng` command: the institution's door at the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from api.commands import (
    anchor,
    chain,
    council,
    ingest,
    init,
    issue,
    key,
    serve,
    status,
    token,
    trust,
)
from ledger.terminal import Parser, run

COMMANDS = (init, chain, council, serve, token, key, ingest, anchor, issue, status, trust)


def parser() -> Parser:
    """All subcommands; each module in `api.commands` adds its own."""
    top = Parser(
        prog="xuezheng",
        description="学证:机构的命令 / Xuezheng: the institution's command "
        "(--json, --lang zh|en anywhere)",
    )
    subcommands = top.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for command in COMMANDS:
        command.add(subcommands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 other, 2 could not look, 3 refused, 4 unknown number, 64 usage."""
    return run(parser(), arguments)
