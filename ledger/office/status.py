"""Change a certificate's status, or let the status stream's heart beat.

The status list is a pure function of the stream, so each entry is made under the stream's lock from
the replay of all entries before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.core.canonical import canonical_json
from ledger.core.commitment import commit
from ledger.core.entry import Action, StatusEntry, decode, encode
from ledger.core.status import StatusList, allowed
from ledger.errors import NotAllowed, UnknownNumber, WrongUse
from ledger.office.context import Office
from ledger.ports import NewRecord, StreamStore, StreamWriter

REASONS = (
    "issued-in-error",
    "data-corrected",
    "academic-misconduct",
    "withdrawn-by-authority",
    "holder-request",
    "under-review",
    "review-closed",
    "key-compromise",
    "other",
)
"""Reason codes; the reason lies in the payload, never in the entry."""


@dataclass(frozen=True)
class StatusChanged:
    """The status entry that was made: its leaf index in the status stream."""

    number: str
    action: str
    index: int


def change_status(office: Office, number: str, action: Action, reason: str) -> StatusChanged:
    """Appends one status entry for a certificate.

    Raises UnknownNumber, WrongUse for an unknown reason, NotAllowed when the certificate's present
    state does not permit the action. The entry counts publicly with the next anchor.
    """
    if reason not in REASONS:
        raise WrongUse("unknown-reason", reason=reason, known=", ".join(REASONS))
    found = office.store.certificate(number)
    if found is None:
        raise UnknownNumber("no-such-certificate", number=number)
    leaf, facts = found
    with office.store.writer("status") as writer:
        listed = replayed(office.store)
        if action is Action.REAFFIRM:
            return StatusChanged(
                number, "reaffirm", _append(office, writer, listed, action, None, leaf, reason)
            )
        state = listed.state(facts.status_index)
        if not allowed(state, action):
            raise NotAllowed(
                "status-not-possible", number=number, state=state, action=action.name.lower()
            )
        index = _append(office, writer, listed, action, facts.status_index, None, reason)
    return StatusChanged(number, action.name.lower(), index)


def append_heartbeat(office: Office, lists: int | None = None) -> int:
    """Appends a heartbeat, opening lists up to `lists` (default: those open now, at least one).

    Returns the number of open lists after it.
    """
    with office.store.writer("status") as writer:
        listed = replayed(office.store)
        opened = max(1, listed.lists, lists or 0)
        listed.open(opened)
        _append(office, writer, listed, Action.HEARTBEAT, None, None, None)
    return opened


def replayed(store: StreamStore) -> StatusList:
    """The status list after every acknowledged entry of the status stream."""
    listed = StatusList()
    for raw in store.entries("status", 0, store.size("status")):
        entry = decode(raw)
        if isinstance(entry, StatusEntry):
            listed.follow(entry)
    return listed


def _append(
    office: Office,
    writer: StreamWriter,
    listed: StatusList,
    action: Action,
    status_index: int | None,
    leaf: int | None,
    reason: str | None,
) -> int:
    if status_index is not None:
        listed.apply(action, status_index)
    now, salt = office.clock(), office.entropy(32)
    payload = canonical_json({"action": action.name.lower(), "reason": reason, "time": now})
    entry = StatusEntry(
        time=now,
        commitment=commit(salt, payload),
        action=action,
        status_index=status_index,
        leaf=leaf,
        lists=listed.lists,
        root=listed.root(),
    )
    # Each status entry is its own act: its salt is its identity, nothing can be its duplicate.
    (appended,) = writer.append([NewRecord(encode(entry), payload, salt, identity=salt)])
    return appended.index
