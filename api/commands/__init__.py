"""One file per subcommand of `xuezheng`; `add` declares it, its handler runs the use case."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from api.home import Home

Subcommands = Any
"""What `argparse.ArgumentParser.add_subparsers` returns (a private class of argparse)."""


def with_home(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Adds `--home DIR`."""
    parser.add_argument(
        "--home", required=True, metavar="DIR", type=_home, help="机构数据目录 / data folder"
    )
    return parser


def _home(given: str) -> Home:
    return Home(Path(given))
