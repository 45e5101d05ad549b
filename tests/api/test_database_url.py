"""Which database an institution's folder names, and that the commands use that one."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from api.founding import Founding, found
from api.home import Home, database_url, kept_database
from api.naming import checked_identity
from api.wiring import opened, opened_store
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence
from ledger.office.committer import Committer
from ledger.office.queries import page
from ledger.office.receipt import receipt
from ledger.office.statements import prepare
from ledger.ports.statements import BatchOutcome, StatementQuery
from scripts.postgres import Postgres
from tests.office.records import AUTHORITY, raw, statement
from tests.postgres import postgres_server as postgres_server  # the fixture

PASSPHRASE = "for the tests only"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUEZHENG_PASSPHRASE", PASSPHRASE)
    monkeypatch.delenv("XUEZHENG_DATABASE", raising=False)


def founded(root: Path, database: str | None) -> Home:
    home = Home(root)
    identity = checked_identity(
        "北方大学", "north.example", None, None, "http://127.0.0.1:8080", "http://127.0.0.1:8081"
    )
    found(Founding(home, identity, None, None, None, database))
    return home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_environment_replaces_what_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert database_url(None) is None
    assert database_url("sqlite:///a.db") == "sqlite:///a.db"
    monkeypatch.setenv("XUEZHENG_DATABASE", "sqlite:///b.db")
    assert database_url("sqlite:///a.db") == database_url(None) == "sqlite:///b.db"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("postgresql://u:secret@db.example:5432/x?sslmode=require",) * 2,
        ("sqlite:////var/x.db",) * 2,
    ],
)
def test_the_option_is_kept_as_given(url: str, kept: str) -> None:
    assert kept_database(url) == kept


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (
            "postgresql://u:se:cr%40et@db.example:5432/x?sslmode=require",
            "postgresql://u@db.example:5432/x?sslmode=require",
        ),
        ("postgresql+psycopg://u:secret@/x?host=/run/pg", "postgresql+psycopg://u@/x?host=/run/pg"),
        ("postgresql://db.example/x", "postgresql://db.example/x"),
        ("sqlite:////var/x.db", "sqlite:////var/x.db"),
    ],
)
def test_of_the_environment_all_but_the_password_is_kept(
    url: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUEZHENG_DATABASE", url)
    assert kept_database(None) == kept


def test_an_institution_on_a_database_of_its_own(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    home = founded(tmp_path / "home", url)
    assert home.config().database == url
    assert mode(home.config_file) == 0o600
    with opened(home) as institution:
        assert institution.office.statements.statement(bytes(16)) is None
    with opened_store(home) as store:
        assert store.token("nobody") is None
    assert (tmp_path / "elsewhere.db").exists()
    assert not (home.root / "store.db").exists()


def test_an_institution_on_postgresql(
    tmp_path: Path, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named by the environment: the folder keeps all but the password."""
    url = postgres_server.create_database()
    monkeypatch.setenv("XUEZHENG_DATABASE", url)
    home = founded(tmp_path / "home", None)
    assert home.config().database == url.replace(f":{postgres_server.password}@", "@")
    with opened(home) as institution:
        office = institution.office
        committer = Committer(office)
        committer.start()
        batch, _ = prepare(office, [statement(1), statement(2)], Version.V2, AUTHORITY)
        assert committer.submit(batch) == BatchOutcome((0, 1), (True, True))
        committer.stop()
        found, following = page(office, StatementQuery(ascending=True, limit=1))
        assert [one.id for one in found] == [raw(1)]
        assert following is not None
        assert receipt(office, "learning", 1)["index"] == 1
    assert not (home.root / "store.db").exists()
    postgres_server.drop_database(url)


def test_an_institution_without_one_has_it_in_its_folder(tmp_path: Path) -> None:
    home = founded(tmp_path / "home", None)
    assert home.config().database is None
    assert (home.root / "store.db").exists()
    home.config_file.write_text(
        home.config_file.read_text("utf-8").replace('"database": null', '"database": 7'), "utf-8"
    )
    with pytest.raises(BadEvidence, match="config-damaged"):
        home.config()
