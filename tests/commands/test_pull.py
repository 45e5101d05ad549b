"""`xuezheng pull` against our own store: one institution forwards to another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.commands.pull import CursorFile
from api.home import Home
from api.outbound import OtherStore, authorization
from ledger.errors import BadEvidence, WrongUse
from tests.commands.driver import serving, xuezheng
from tests.office.worlds import statement


@dataclass
class Pair:
    """A home that serves, and one that pulls from it."""

    giver: Path
    taker: Path
    url: str
    token: Path

    def pull(self, *options: object, code: int = 0) -> dict[str, object]:
        given = ("--from", f"{self.url}/xapi", "--token-file", self.token, "--json")
        found: dict[str, object] = xuezheng(
            "pull", "--home", self.taker, *given, *options, code=code
        ).json
        return found


def ingested(home: Path, numbers: range, folder: Path) -> None:
    path = folder / "given.jsonl"
    path.write_bytes(b"".join(map(statement, numbers)))
    xuezheng("ingest", "--home", home, "--stream", "learning", path)


@pytest.fixture(scope="module")
def pair(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pull")
    taker = folder / "taker"
    xuezheng("init", "--home", taker, "--institution", "南方大学", "--domain", "south.example")
    made = xuezheng(
        "token", "create", "--home", home, "--name", "south", "--scope", "all/read", "--json"
    ).json
    token = folder / "token"
    token.write_text(f"{made['key']}:{made['secret']}\n", "utf-8")
    ingested(home, range(450), folder)
    with serving("serve", "--home", home, "--port", 0) as url:
        yield Pair(home, taker, url, token)


def test_pull_and_pull_again(pair: Pair, tmp_path: Path) -> None:
    first = pair.pull()
    assert (first["accepted"], first["duplicate"], first["refused"]) == (450, 0, [])
    ingested(pair.giver, range(450, 460), tmp_path)
    second = pair.pull()
    assert second["accepted"] == 10
    assert str(second["since"]) > str(first["since"])
    (cursor,) = (pair.taker / "pull").iterdir()
    assert json.loads(cursor.read_bytes())["from"] == f"{pair.url}/xapi"
    from_the_start = pair.pull("--since", "2020-01-01T00:00:00Z")
    assert (from_the_start["accepted"], from_the_start["duplicate"]) == (0, 460)


def test_refusals(pair: Pair, tmp_path: Path) -> None:
    wrong = tmp_path / "token"
    wrong.write_text("key:secret")
    home, url = pair.taker, f"{pair.url}/xapi"
    asked = ("pull", "--home", home, "--from")
    with_wrong = ("--token-file", wrong, "--json")
    assert xuezheng(*asked, url, *with_wrong, code=3).error == "source-refused"
    nowhere = "http://127.0.0.1:1/xapi"
    assert xuezheng(*asked, nowhere, *with_wrong, code=2).error == "source-unreachable"
    assert xuezheng(*asked, f"{pair.url}/nothing", *with_wrong, code=2).error == "source-garbage"
    for bad in ("http://lrs.example/xapi", "ftp://127.0.0.1/", f"{url}?a=b"):
        assert xuezheng(*asked, bad, *with_wrong, code=64).error == "bad-url"
    bad_since = ("--since", "yesterday")
    assert xuezheng(*asked, url, *with_wrong, *bad_since, code=64).error == "usage"
    wrong.write_text("two\nlines")
    assert xuezheng(*asked, url, *with_wrong, code=64).error == "source-token"


def test_token_files() -> None:
    assert authorization(b"key:secret\n") == "Basic a2V5OnNlY3JldA=="
    assert authorization(b"key.secret\r\n") == "Bearer key.secret"
    for bad in (b"", b"a b", "密".encode(), b"a:b\nc:d"):
        with pytest.raises(WrongUse, match="source-token"):
            authorization(bad)


def test_the_token_goes_to_one_host_only() -> None:
    store = OtherStore("https://lrs.example/xapi", "Bearer x")
    for more in ("https://other.example/xapi/more", "//other.example/", "http://lrs.example/x"):
        with pytest.raises(Exception, match="source-garbage"):
            store(more)


def test_a_damaged_cursor_is_not_a_new_beginning(tmp_path: Path) -> None:
    cursor = CursorFile(Home(tmp_path), "https://lrs.example", "learning")
    assert cursor.read() is None
    cursor.write(1_780_000_000_123)
    assert cursor.read() == 1_780_000_000_123
    (path,) = (tmp_path / "pull").iterdir()
    path.write_bytes(b"{")
    with pytest.raises(BadEvidence, match="config-damaged"):
        cursor.read()
