"""The `xuezheng` command: the institution's door at the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from api.commands import (
    anchor,
    attest,
    certify,
    chain,
    charter,
    council,
    erase,
    evaluate,
    export,
    ingest,
    init,
    issue,
    key,
    person,
    pull,
    recognise,
    rules,
    serve,
    status,
    token,
    transfer,
    trust,
)
from ledger.terminal import Parser, command_parser, run

COMMANDS = (
    init, chain, council, serve, token, key, person, ingest, pull, export, erase, anchor, issue,
    status, trust, charter, rules, attest, evaluate, recognise, certify, transfer,
)  # fmt: skip


def parser() -> Parser:
    """All subcommands; each module in `api.commands` adds its own."""
    return command_parser(
        "xuezheng", "学证：机构的命令 / Xuezheng: the institution's command", COMMANDS
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 other, 2 could not look, 3 refused, 4 unknown number, 64 usage."""
    return run(parser(), arguments)
