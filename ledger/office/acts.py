"""Acts into the stream `evaluation`, and the register of those that count.

An act is one durable append with an identity of its own: done twice, by a retry after a crash or by
two processes, it is there once. It counts once an anchor covers it: authority is judged by ledger
time, never by a date inside.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ledger.core.canonical import canonical_json
from ledger.core.commitment import SALT_LENGTH, commit
from ledger.core.entry import EvaluationEntry, decode, encode
from ledger.core.evaluation.acts import Act, act_body, act_payload, read_act
from ledger.core.evaluation.register import Register
from ledger.core.kinds import EvaluationKind
from ledger.errors import BadEvidence, NotAllowed
from ledger.office import messages_evaluation as _messages  # noqa: F401  (registers the codes)
from ledger.office.anchor import anchored_size
from ledger.office.context import Office
from ledger.ports import AnchorRow, NewRecord, Outcome

STREAM = "evaluation"
EVERY = frozenset(EvaluationKind)
SMALL = EVERY - {EvaluationKind.REPORT}
"""Reports are long and many: who does not need them does not read them."""


@dataclass(frozen=True)
class NewAct:
    """An act to be appended. `once`: what makes it the same act when it is done again."""

    kind: EvaluationKind
    once: tuple[Any, ...]
    fields: dict[str, Any]
    refers: int | None = None
    rules_hash: bytes | None = None


@dataclass(frozen=True)
class Written:
    """An act as it stands in the stream; `fresh`: it was not there before."""

    leaf: int
    entry: bytes
    salt: bytes
    payload: bytes
    fresh: bool


def append_acts(office: Office, acts: Sequence[NewAct], twice: str = "act-twice") -> list[Written]:
    """All of them in one durable transaction, in order.

    Raises NotAllowed(`twice`) where an act that is there already says something else; then nothing
    is written.
    """
    made = [_record(office, act) for act in acts]
    with office.store.writer(STREAM) as writer:
        for act, record in zip(acts, made, strict=True):
            _refuse_other(office, act, record, twice)
        done = writer.append(made)
    written = []
    for act, record, outcome in zip(acts, made, done, strict=True):
        if outcome.outcome is Outcome.ACCEPTED:
            parts = (record.entry, record.salt, record.payload)
            written.append(Written(outcome.index, *parts, fresh=True))
        elif outcome.outcome is Outcome.DUPLICATE:
            written.append(written_act(office, outcome.index))
        else:
            raise NotAllowed(twice, what=act.kind.name.lower())
    return written


def _refuse_other(office: Office, act: NewAct, record: NewRecord, twice: str) -> None:
    known = office.store.find(STREAM, record.identity)
    kept = office.store.payload(STREAM, known) if known is not None else None
    if kept is not None and kept[1] != record.payload:
        raise NotAllowed(twice, what=act.kind.name.lower(), leaf=known)


def identity(kind: EvaluationKind, once: Sequence[Any]) -> bytes:
    """Under which the store knows an act again."""
    return sha256(canonical_json([kind.name.lower(), *once])).digest()


def _record(office: Office, act: NewAct) -> NewRecord:
    payload = act_payload(act.kind, office.identity.domain, **act.fields)
    salt = office.entropy(SALT_LENGTH)
    entry = EvaluationEntry(
        office.clock(), commit(salt, payload), act.kind, act.refers, act.rules_hash
    )
    return NewRecord(encode(entry), payload, salt, identity(act.kind, act.once))


def written_act(office: Office, leaf: int) -> Written:
    """An act that is there. Raises BadEvidence not-found where it was erased."""
    kept = office.store.payload(STREAM, leaf)
    if kept is None:
        raise BadEvidence("not-found")
    return Written(leaf, office.store.entry(STREAM, leaf), *kept, fresh=False)


# ------------------------------------------------------------------- reading


def read_acts(
    office: Office, size: int, kinds: Collection[EvaluationKind] = SMALL
) -> Iterator[Act]:
    """The acts of some kinds among the first `size` entries, with their ledger times."""
    covering = ledger_times(office, STREAM)
    for leaf, raw in enumerate(office.store.entries(STREAM, 0, size)):
        entry = decode(raw)
        if not isinstance(entry, EvaluationEntry) or entry.what not in kinds:
            continue
        kept = office.store.payload(STREAM, leaf)
        if kept is not None:
            anchor = covering(leaf)
            block, time = (anchor.block, anchor.time) if anchor else (None, None)
            yield read_act(leaf, entry, kept[1], block, time)


def ledger_times(office: Office, kind: str) -> Callable[[int], AnchorRow | None]:
    """The first anchor that covers a leaf of a stream."""
    anchors = sorted(office.store.anchors(kind), key=lambda row: row.size)
    sizes = [row.size for row in anchors]

    def covering(leaf: int) -> AnchorRow | None:
        place = bisect_right(sizes, leaf)
        return anchors[place] if place < len(anchors) else None

    return covering


def anchored_register(
    office: Office, kinds: Collection[EvaluationKind] = SMALL
) -> tuple[Register, int]:
    """The register of what is anchored, and how many entries that is."""
    size = anchored_size(office, STREAM)
    return Register(office.identity.domain, read_acts(office, size, kinds)), size


def whole_register(office: Office, kinds: Collection[EvaluationKind] = SMALL) -> Register:
    """The register of everything acknowledged: what a new act is judged by in its order."""
    return Register(office.identity.domain, read_acts(office, office.store.size(STREAM), kinds))


def acts_about(office: Office, accounts: Set[str]) -> list[int]:
    """Leaves of the acts about these people: reports on them, what was decided about those, and
    their appointments, unless others rest on them: who approved rules, or decided about somebody
    else, stays named."""
    if not accounts or not office.store.size(STREAM):
        return []
    acts = list(read_acts(office, office.store.size(STREAM), EVERY))
    about = {
        act.leaf
        for act in acts
        if act.kind is EvaluationKind.REPORT and act.body["report"]["result"]["subject"] in accounts
    }
    for act in acts:  # an act refers to an earlier one
        if act.refers in about and act.kind is not EvaluationKind.REPORT:
            about.add(act.leaf)
    needed = {act.signature.account for act in acts if act.signature and act.leaf not in about}
    return sorted(
        about
        | {
            act.leaf
            for act in acts
            if act.kind is EvaluationKind.APPOINTMENT and act.body["account"] in accounts - needed
        }
    )


def candidate(office: Office, act: NewAct) -> Act:
    """The act as it would stand at the end of the stream, to be judged before it is appended."""
    body = act_body(act.kind, office.identity.domain, **act.fields)
    leaf = office.store.size(STREAM)
    return Act(leaf, act.kind, act.refers, act.rules_hash, body)


def refused(bad: BadEvidence) -> NotAllowed:
    """What would not count as evidence is not allowed as a deed."""
    return NotAllowed(bad.code, **bad.detail)
