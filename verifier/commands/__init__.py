"""One file per subcommand of `xuezheng-verify`."""

from __future__ import annotations

import argparse
from pathlib import Path

from ledger.core.trust import TrustBundle
from ledger.errors import WrongUse
from verifier.checking import load_trust


def with_trust(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Adds `--trust FILE` and `--node URL …`."""
    parser.add_argument("--trust", required=True, metavar="FILE", type=Path)
    parser.add_argument("--node", metavar="URL", action="append", nargs="+", default=[])
    return parser


def trust_of(options: argparse.Namespace) -> TrustBundle:
    """The trust file's bundle; WrongUse (exit 64) when it cannot be used."""
    return load_trust(read_file(options.trust))


def nodes_of(options: argparse.Namespace) -> tuple[str, ...]:
    """All `--node` addresses, in order; WrongUse for what is no address."""
    nodes = tuple(url for group in options.node for url in group)
    for url in nodes:
        if not is_node(url):
            raise WrongUse("usage", why=f"--node URL, not {url!r}")
    return nodes


def is_node(given: str) -> bool:
    """Whether a word on the command line can be a node's address (a QR link cannot)."""
    return given.startswith(("http://", "https://")) and "#" not in given


def read_file(path: Path, limit: int = 64 << 20) -> bytes:
    """At most `limit` bytes of a file; WrongUse("file-unreadable")."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise WrongUse("file-unreadable", path=path, why=why) from error
    if len(data) > limit:
        raise WrongUse("file-unreadable", path=path, why=f"> {limit} bytes")
    return data
