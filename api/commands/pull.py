"""`xuezheng pull`: statements of another xAPI store into a stream, from where the last run stopped.

The cursor lies in `DIR/pull/`, one file for each other store and stream.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

from api.commands import Subcommands, with_home
from api.commands.ingest import as_json, show
from api.home import Home, read_file, write_json
from api.outbound import OtherStore, authorization
from api.wiring import opened
from ledger.core.canonical import parse_json
from ledger.core.xapi.values import parse_timestamp
from ledger.errors import BadEvidence, WrongUse
from ledger.office.ingest import KINDS
from ledger.office.pull import pull
from ledger.office.queries import timestamp
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    parser = with_home(
        subcommands.add_parser("pull", help="从其他 LRS 拉取 / pull from another store")
    )
    parser.add_argument("--from", required=True, metavar="URL", dest="source")
    parser.add_argument("--token-file", required=True, metavar="FILE", type=Path)
    parser.add_argument("--stream", default="learning", choices=sorted(KINDS))
    parser.add_argument(
        "--since", metavar="T", help="从此时刻起重新拉取 / start again from this time (RFC 3339)"
    )
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    since = None if options.since is None else _time(options.since)
    token = authorization(read_file(options.token_file))
    store = OtherStore(options.source, token)
    options.home.config()
    cursor = CursorFile(options.home, store.url, options.stream)
    start = cursor.read() if since is None else since
    with (
        opened(options.home) as institution,
        terminal.counting("拉取", "pulling", 0) as count,
        store as ask,
    ):
        report = pull(institution.office, options.stream, ask, start, cursor.write, count)
    show(terminal, report)
    since = cursor.read()
    value: dict[str, Any] = as_json(report, terminal.lang)
    value["since"] = None if since is None else timestamp(since)
    terminal.result(value)
    return 3 if report.refused else 0


def _time(given: str) -> int:
    try:
        return parse_timestamp(given)
    except BadEvidence as bad:
        raise WrongUse("usage", why=f"--since 2026-09-01T00:00:00Z, not {given!r}") from bad


class CursorFile:
    """How far one other store was pulled into one stream, in Unix milliseconds."""

    def __init__(self, home: Home, url: str, stream: str) -> None:
        self._names = {"from": url, "stream": stream}
        digest = hashlib.sha256(f"{url}\n{stream}".encode()).hexdigest()[:16]
        self._path = home.root / "pull" / f"{digest}.json"

    def read(self) -> int | None:
        """None before the first run. BadEvidence("config-damaged") for a damaged file."""
        try:
            value = parse_json(self._path.read_bytes())
            return parse_timestamp(value["since"])
        except FileNotFoundError:
            return None
        except (OSError, BadEvidence, KeyError, TypeError) as error:
            raise BadEvidence("config-damaged", path=self._path, why=error) from error

    def write(self, since: int) -> None:
        """The whole file or nothing."""
        try:
            self._path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise WrongUse("file-unwritable", path=self._path, why=error.strerror) from error
        write_json(self._path, {**self._names, "since": timestamp(since)})
