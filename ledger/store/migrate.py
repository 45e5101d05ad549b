"""Brings a database to the schema of this program (Alembic)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from ledger.errors import BadEvidence
from ledger.store.database import Database
from ledger.store.dialect import exclude

HEAD = "0003"
"""Newest revision under `migrations/versions`; a test compares."""

_MIGRATING = 0x585A4D49475241
"""Another host that migrates the same database goes first or waits."""
_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(database: Database) -> None:
    """Upgrades to `HEAD`; does nothing, and does not load Alembic, where that is so already.

    Raises BadEvidence("store-newer") for a database of a later program.
    """
    with database.read() as connection:
        found = _revision(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise BadEvidence("store-newer", found=found)
    _upgrade(database)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.write() as connection:
        exclude(connection, _MIGRATING)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
