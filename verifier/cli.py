"""The `xuezheng-verify` command: the stranger's door at the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.terminal import Parser, command_parser, run
from verifier.commands import audit, check, recompute, serve

COMMANDS = (check, audit, recompute, serve)


def parser() -> Parser:
    """All subcommands; each module in `verifier.commands` adds its own."""
    return command_parser(
        "xuezheng-verify", "学证：任何人的核验命令 / Xuezheng: the stranger's command", COMMANDS
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: see each subcommand; 64 wrong usage.

    What broke on the way (a full disk, a closed pipe, Ctrl-C) is 2, could not look: 1 would say
    invalid.
    """
    return run(parser(), arguments, broken=2)
