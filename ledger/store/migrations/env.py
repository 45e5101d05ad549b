"""Alembic's entry: runs inside the transaction that `ledger.store.migrate` opened."""

from __future__ import annotations

from alembic import context

from ledger.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the transaction is the caller's
)
context.run_migrations()
