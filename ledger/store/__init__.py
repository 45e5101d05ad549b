"""Records, outbox and tokens in a database; the streams' public files beside it."""

from ledger.store.store import Store, open_store

__all__ = ["Store", "open_store"]
