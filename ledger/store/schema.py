"""Tables. A record's `id` is its stream's kind in the high bits and its leaf index below.

Integer keys are 64-bit signed; in SQLite they are the B-tree's own key (INTEGER PRIMARY KEY).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

KIND_SHIFT = 48
EPOCH_SHIFT = 14
Key = BigInteger().with_variant(Integer(), "sqlite")
LIVING = text("state NOT IN ('done', 'failed')")

metadata = MetaData()

setting = Table(
    "setting",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Facts about the store itself: the dedupe key's fingerprint."""

stream = Table(
    "stream",
    metadata,
    Column("kind", Key, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("tiled", BigInteger, nullable=False),
    Column("tiled_frontier", LargeBinary, nullable=False),
    Column("signed_size", BigInteger),
    Column("signed_root", LargeBinary),
    Column("signed_note", LargeBinary),
)
"""Per kind: acknowledged entries and their Merkle frontier; how far tiles are on disk; the last
checkpoint signed."""

segment = Table(
    "segment",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("entries", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""Runs of up to 256 entries that were appended together, packed as in a tile's entry bundle and
never across the edge of one; `id` is that of the first."""

record = Table(
    "record",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("identity", LargeBinary(32), nullable=False),
    Column("salt", LargeBinary(32)),
    Column("payload", LargeBinary),
)
"""What may be erased; `identity` is the keyed HMAC that stays."""

identity = Table(
    "identity",
    metadata,
    Column("key", Key, primary_key=True, autoincrement=False),
    Column("record", Key, nullable=False),
)
"""Hash table from the HMAC's first 8 bytes to the record; a collision takes the next free key."""

lookup = Table(
    "lookup",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("record", Key, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Keys of the public look-up."""

certificate = Table(
    "certificate",
    metadata,
    Column("record", Key, ForeignKey("record.id"), primary_key=True, autoincrement=False),
    Column("number", String(64), unique=True),
    Column("type_code", Integer, nullable=False),
    Column("status_index", BigInteger, nullable=False, unique=True),
    Column("frame", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""What the office finds again; `number` is null once erased, the status index stays taken."""

anchor = Table(
    "anchor",
    metadata,
    Column("kind", Key, ForeignKey("stream.kind"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("block", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("tx", String(66), nullable=False),
    Column("gas", BigInteger, nullable=False),
)
Index("anchor_by_size", anchor.c.kind, anchor.c.size)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("purpose", Text, nullable=False),
    Column("to", String(42)),
    Column("data", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False),
    Column("receipt", Text),
    Column("reason", Text),
)
Index(
    "outbox_living",
    outbox.c.purpose,
    unique=True,
    sqlite_where=LIVING,
    postgresql_where=LIVING,
)

attempt = Table(
    "attempt",
    metadata,
    Column("row", Key, ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("nonce", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("hash", String(66), nullable=False),
)
"""Every transaction ever signed for an outbox row, oldest first."""

token = Table(
    "token",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("created", BigInteger, nullable=False),
)

# --------------------------------------------------------------------------- learning records

horizon = Table(
    "horizon",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("stored", BigInteger, nullable=False),
    Column("erasures", BigInteger, nullable=False),
)
"""One row: `stored` (Unix ms) of the newest transaction with statements, and how often something
was erased. Whoever writes statements locks it, so `stored` is committed in order."""

moment = Table(
    "moment",
    metadata,
    Column("kind", Key, primary_key=True, autoincrement=False),
    Column("stored", BigInteger, primary_key=True, autoincrement=False),
    Column("first", Key, nullable=False),
    sqlite_with_rowid=False,
)
"""The first record of each transaction: a time becomes a range of records."""

authority = Table(
    "authority",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Authorities by their term."""

statement = Table(
    "statement",
    metadata,
    Column("record", Key, primary_key=True, autoincrement=False),
    Column("uuid", LargeBinary(16), nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("authority", Key, nullable=False),
    Column("version", Text, nullable=False),
    Column("flags", Integer, nullable=False),
    Column("terms", LargeBinary, nullable=False),
    Column("refers", LargeBinary(16)),
    Column("attachments", LargeBinary),
)
"""What is known of a statement beside its payload. `terms`: 8 bytes for each mention, big-endian;
`flags`: 1 voided, 2 voiding; `refers`: the statement that is its object; `attachments`: sealed.
Gone once erased."""

posting = Table(
    "posting",
    metadata,
    Column("epoch", Key, primary_key=True, autoincrement=False),
    Column("term", Key, primary_key=True, autoincrement=False),
    Column("record", Key, primary_key=True, autoincrement=False),
    Column("via", Key, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""The index behind every filter, clustered: the statement `record` has the mention `term`, itself
(`via` 0), or through the statement `via` that it reaches by references. `epoch` = record >>
`EPOCH_SHIFT`: new rows fall into one small part of the tree, however large the whole is."""

reference = Table(
    "reference",
    metadata,
    Column("target", Key, primary_key=True, autoincrement=False),
    Column("record", Key, primary_key=True, autoincrement=False),
    Column("voids", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Which statements refer to an id (its term), whether it is there yet or not."""

attached = Table(
    "attached",
    metadata,
    Column("attachment", Key, primary_key=True, autoincrement=False),
    Column("record", Key, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
Index("attached_to", attached.c.record)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""Raw data of attachments by the term of their SHA-256: type and content, both sealed."""

activity = Table(
    "activity",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Merged definitions by the term of the activity's IRI."""

agent = Table(
    "agent",
    metadata,
    Column("agent", Key, primary_key=True, autoincrement=False),
    Column("form", Key, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Who an agent is: every form in which statements named it, sealed under the key of people."""

subject = Table(
    "subject",
    metadata,
    Column("subject", Key, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary),
    Column("count", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)
"""Whose chain has how many links, and the leaf of the last. `subject`: the name's term; `sealed`:
the name, under the key of people, null once erased."""

chained = Table(
    "chained",
    metadata,
    Column("subject", Key, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("leaf", BigInteger, nullable=False),
    Column("type", Key, nullable=False),
    Column("sealed", LargeBinary),
    sqlite_with_rowid=False,
)
"""The links of every chain, clustered by it: a subject's records are read in one go. `type`: the
term of the record's type, 0 for none; `sealed`: the flat record and whose checked signature its
payload bears, null once erased. It only repeats what follows from the payload: reading a million
payloads anew would take minutes."""

document = Table(
    "document",
    metadata,
    Column("id", LargeBinary(32), primary_key=True),
    Column("scope", Key, nullable=False),
    Column("registration", Key),
    Column("agent", Key),
    Column("updated", BigInteger, nullable=False),
    Column("label", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""States and profiles. `id`, `scope` (kind, activity, agent), `registration` and `agent` are keyed
HMACs; `label` (scope, name, type, etag) and content are sealed."""
Index("document_in_scope", document.c.scope, document.c.registration)
Index("document_of_agent", document.c.agent)
