"""What becomes of each batch where something of it may be there already."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledger.core.streams import KINDS_BY_NAME
from ledger.ports.statements import BatchOutcome
from ledger.store.ids import KnownIds, place
from ledger.store.incoming import Incoming
from ledger.store.schema import KIND_SHIFT

Equivalent = Callable[[bytes, bytes], bool]


class Judge:
    """Batch by batch: all of it is new or repeated, or nothing of it is kept."""

    def __init__(
        self,
        sizes: dict[str, int],
        known: KnownIds,
        kept: dict[int, bytes | None],
        equivalent: Equivalent,
    ) -> None:
        self._free = {
            kind: (int(KINDS_BY_NAME[kind]) << KIND_SHIFT) + size for kind, size in sizes.items()
        }
        self._known, self._kept, self._equivalent = known, kept, equivalent
        self.accepted: list[Incoming] = []

    def judge(self, batch: Sequence[Incoming]) -> BatchOutcome:
        mine: dict[bytes, Incoming] = {}
        free = dict(self._free)
        numbers, fresh = [], []
        for position, one in enumerate(batch):
            uuid = one.new.id
            earlier = mine.get(uuid)
            number = earlier.record if earlier else self._known.find(uuid)
            if number is None:
                one.record = number = free[one.new.kind]
                free[one.new.kind] += 1
                mine[uuid] = one
            else:
                old = earlier.new.payload if earlier else self._kept[number]
                if not self._same(old, one.new.payload):
                    return BatchOutcome(conflict=position)
            numbers.append(place(number)[1])
            fresh.append(mine.get(uuid) is one)
        self._free = free
        for one in mine.values():
            self._known.by_kind[one.new.kind].add(one.digest, one.record)
            self._kept[one.record] = one.new.payload
            self.accepted.append(one)
        return BatchOutcome(tuple(numbers), tuple(fresh))

    def _same(self, old: bytes | None, new: bytes) -> bool:
        return old is None or old == new or self._equivalent(old, new)
