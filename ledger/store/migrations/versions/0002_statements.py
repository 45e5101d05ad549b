"""Learning records: statements, their index, documents, people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, KEY, primary_key=True, autoincrement=False)


def _blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def upgrade() -> None:
    horizon = op.create_table(
        "horizon",
        _key("id"),
        sa.Column("stored", sa.BigInteger, nullable=False),
        sa.Column("erasures", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(horizon, [{"id": 1, "stored": 0, "erasures": 0}])
    _statements()
    _named()
    _documents()


def _statements() -> None:
    op.create_table(
        "moment",
        _key("kind"),
        sa.Column("stored", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("first", KEY, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "statement",
        _key("record"),
        sa.Column("uuid", sa.LargeBinary(16), nullable=False),
        sa.Column("stored", sa.BigInteger, nullable=False),
        sa.Column("authority", KEY, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("flags", sa.Integer, nullable=False),
        _blob("terms"),
        sa.Column("refers", sa.LargeBinary(16)),
        sa.Column("attachments", sa.LargeBinary),
    )
    keys = [_key(name) for name in ("epoch", "term", "record", "via")]
    op.create_table("posting", *keys, sqlite_with_rowid=False)
    op.create_table(
        "reference",
        _key("target"),
        _key("record"),
        sa.Column("voids", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def _named() -> None:
    op.create_table("authority", _key("id"), _blob("sealed"))
    op.create_table("attached", _key("attachment"), _key("record"), sqlite_with_rowid=False)
    op.create_index("attached_to", "attached", ["record"])
    op.create_table("attachment", _key("id"), _blob("sealed"), _blob("content"))
    op.create_table("activity", _key("id"), _blob("sealed"))
    op.create_table("agent", _key("agent"), _key("form"), _blob("sealed"))


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.LargeBinary(32), primary_key=True),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("registration", KEY),
        sa.Column("agent", KEY),
        sa.Column("updated", sa.BigInteger, nullable=False),
        _blob("label"),
        _blob("content"),
    )
    op.create_index("document_in_scope", "document", ["scope", "registration"])
    op.create_index("document_of_agent", "document", ["agent"])


def downgrade() -> None:
    raise RuntimeError("records are never dropped")
