"""First schema. Written out, so that it stays as it was when `schema.py` moves on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVING = sa.text("state NOT IN ('done', 'failed')")
KINDS = range(1, 6)
EMPTY_FRONTIER = bytes(8)


def _key(name: str, *more: sa.ForeignKey, **options: Any) -> sa.Column[int]:
    return sa.Column(name, KEY, *more, autoincrement=False, **options)


def upgrade() -> None:
    _streams()
    _records()
    _anchors()
    _sending()
    op.create_table(
        "token",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
    )


def _streams() -> None:
    op.create_table(
        "setting",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    stream = op.create_table(
        "stream",
        _key("kind", primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False),
        sa.Column("tiled", sa.BigInteger, nullable=False),
        sa.Column("tiled_frontier", sa.LargeBinary, nullable=False),
        sa.Column("signed_size", sa.BigInteger),
        sa.Column("signed_root", sa.LargeBinary),
        sa.Column("signed_note", sa.LargeBinary),
    )
    empty = {"size": 0, "frontier": EMPTY_FRONTIER, "tiled": 0, "tiled_frontier": EMPTY_FRONTIER}
    op.bulk_insert(stream, [{"kind": kind, **empty} for kind in KINDS])


def _records() -> None:
    op.create_table(
        "segment",
        _key("id", primary_key=True),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "record",
        _key("id", primary_key=True),
        sa.Column("identity", sa.LargeBinary(32), nullable=False),
        sa.Column("salt", sa.LargeBinary(32)),
        sa.Column("payload", sa.LargeBinary),
    )
    op.create_table("identity", _key("key", primary_key=True), _key("record", nullable=False))
    op.create_table(
        "lookup",
        sa.Column("key", sa.LargeBinary(32), primary_key=True),
        _key("record", primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "certificate",
        _key("record", sa.ForeignKey("record.id"), primary_key=True),
        sa.Column("number", sa.String(64), unique=True),
        sa.Column("type_code", sa.Integer, nullable=False),
        sa.Column("status_index", sa.BigInteger, nullable=False, unique=True),
        sa.Column("frame", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def _anchors() -> None:
    op.create_table(
        "anchor",
        _key("kind", sa.ForeignKey("stream.kind"), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("block", sa.BigInteger, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("tx", sa.String(66), nullable=False),
        sa.Column("gas", sa.BigInteger, nullable=False),
    )
    op.create_index("anchor_by_size", "anchor", ["kind", "size"])


def _sending() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("to", sa.String(42)),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("receipt", sa.Text),
        sa.Column("reason", sa.Text),
    )
    op.create_index(
        "outbox_living",
        "outbox",
        ["purpose"],
        unique=True,
        sqlite_where=LIVING,
        postgresql_where=LIVING,
    )
    op.create_table(
        "attempt",
        _key("row", sa.ForeignKey("outbox.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("nonce", sa.BigInteger, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.String(66), nullable=False),
    )


def downgrade() -> None:
    raise RuntimeError("records are never dropped")
