"""Errors of PostgreSQL by cause, and databases that are not there."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from ledger.errors import BadEvidence, CouldNotLook, NotAllowed, Refusal, WrongUse
from ledger.store import Store, open_store
from ledger.store.failures import of_database
from scripts.postgres import Postgres
from tests.store.samples import record, sealed_store


def told(error: psycopg.Error) -> Refusal:
    wrapped = DBAPIError.instance("SELECT", None, error, psycopg.Error)
    assert isinstance(wrapped, DBAPIError)
    return of_database(wrapped)


@pytest.mark.parametrize(
    ("state", "cause", "code"),
    [
        ("53100", CouldNotLook, "disk-full"),
        ("55P03", CouldNotLook, "store-busy"),
        ("40001", CouldNotLook, "store-busy"),
        ("40P01", CouldNotLook, "store-busy"),
        ("25006", CouldNotLook, "store-unwritable"),
        ("42501", CouldNotLook, "store-unwritable"),
        ("58030", CouldNotLook, "disk-error"),
        ("57P01", CouldNotLook, "store-unreachable"),
        ("53300", CouldNotLook, "store-unreachable"),
        ("08006", CouldNotLook, "store-unreachable"),
        ("XX001", BadEvidence, "store-damaged"),
        ("42P01", BadEvidence, "store-damaged"),
        ("23505", BadEvidence, "store-damaged"),
    ],
)
def test_by_sqlstate(state: str, cause: type[Refusal], code: str) -> None:
    refusal = told(errors.lookup(state)("why"))
    assert (type(refusal), refusal.code) == (cause, code)


def test_no_answer_at_all() -> None:
    assert told(psycopg.OperationalError("gone")).code == "store-unreachable"


def test_a_taken_certificate() -> None:
    refusal = told(errors.UniqueViolation('constraint "certificate_number_key"'))
    assert (type(refusal), refusal.code) == (NotAllowed, "certificate-taken")


def test_no_server(tmp_path: Path) -> None:
    with pytest.raises(CouldNotLook) as refused:
        open_store(tmp_path, f"postgresql+psycopg://nobody@/none?host={tmp_path}")
    assert refused.value.code == "store-unreachable"


@pytest.mark.parametrize("url", ["mysql://localhost/x", "no url", "sqlite+nothing"])
def test_other_databases(tmp_path: Path, url: str) -> None:
    with pytest.raises(WrongUse) as refused:
        open_store(tmp_path, url)
    assert refused.value.code == "database-unknown"


def test_any_postgresql_url_means_psycopg(tmp_path: Path, postgres_server: Postgres) -> None:
    url = postgres_server.create_database().replace("+psycopg", "")
    store = sealed_store(tmp_path, url)
    assert store._database.engine.dialect.driver == "psycopg"
    store.close()


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_connection_that_is_cut(disk: Store, url: str) -> None:
    """The transaction leaves nothing, and the next one has a connection again."""

    def cut() -> None:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    with disk.writer("learning") as writer:
        writer.append([record(1)])
        cut()
        with pytest.raises(CouldNotLook) as refused:
            writer.append([record(2)])
    assert refused.value.code == "store-unreachable"
    with disk.writer("learning") as writer:
        writer.append([record(2)])
    assert disk.size("learning") == 2
