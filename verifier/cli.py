"""The `xuezheng-verify` command: the stranger's door at the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.terminal import Parser, run
from verifier.commands import audit, check, serve

COMMANDS = (check, audit, serve)


def parser() -> Parser:
    """All subcommands; each module in `verifier.commands` adds its own."""
    top = Parser(
        prog="xuezheng-verify",
        description="学证:任何人的核验命令 / Xuezheng: the stranger's command "
        "(--json, --lang zh|en anywhere)",
    )
    subcommands = top.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for command in COMMANDS:
        command.add(subcommands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: see each subcommand; 64 wrong usage."""
    return run(parser(), arguments)
