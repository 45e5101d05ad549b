"""The migrated database is the one that `schema.py` describes, also for PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from ledger.store import Store, migrate, open_store
from ledger.store.schema import metadata
from tests.store.samples import sqlite_only


def test_migrations_lead_to_the_schema(disk: Store) -> None:
    with disk._database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD


def test_schema_compiles_for_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    texts = [str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables]
    assert any("BIGINT" in text for text in texts)
    indexes = [
        str(CreateIndex(index).compile(dialect=dialect))
        for table in metadata.sorted_tables
        for index in table.indexes
    ]
    assert any("WHERE state NOT IN" in text for text in indexes)


@sqlite_only
def test_pragmas(disk: Store) -> None:
    with disk._database.read() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


def test_opening_again_does_not_load_alembic(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    code = (
        "import sys, pathlib, ledger.store as s;"
        "s.open_store(pathlib.Path(sys.argv[1])).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=root, env=os.environ, check=False
    )
    assert done.returncode == 0


def test_first_use_by_several_processes(tmp_path: Path) -> None:
    code = "import sys, pathlib, ledger.store as s; s.open_store(pathlib.Path(sys.argv[1])).close()"
    root = Path(__file__).parents[2]
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=root) for _ in range(3)
    ]
    assert [process.wait() for process in started] == [0, 0, 0]


def test_folder_names_that_mean_something_in_urls(tmp_path: Path) -> None:
    home = tmp_path / "a b?c#d%e 学证"
    open_store(home).close()
    assert (home / "store.db").exists()
