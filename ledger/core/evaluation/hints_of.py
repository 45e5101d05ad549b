"""A hint, the limits beyond which something is one, and the records as the kinds look at them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.errors import Refusal

Record = Mapping[str, Any]
Detail = Mapping[str, int | str]
UNKNOWN = "—"


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to look at: the kind, whose record it is, and the records to look at together.

    `leaves`: the record that gives rise to it is the last. `detail`: what its sentence shows.
    """

    code: str
    subject: str
    leaves: tuple[int, ...]
    detail: Detail = field(default_factory=dict)

    def message(self, lang: str = "zh") -> str:
        """The sentence in `zh` or `en`."""
        return Refusal(self.code, **self.detail).message(lang)

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "code": self.code,
            "subject": self.subject,
            "leaves": list(self.leaves),
            "detail": dict(self.detail),
        }


@dataclass(frozen=True)
class Limits:
    """From where on something is told; all are integers.

    `burst`: seconds below which no honest collection of ratings lasts. `burst_factor`: how many
    times the school's median of ratings per student and hour. `training`: seconds of the longest
    training that is taken for one sitting. An outlier is off the median by more than `deviations`
    median deviations, by more than one `share`-th of the enrolled, and by `heads` or more, in a
    run of `sessions` or more.
    """

    burst: int = 3_600
    burst_factor: int = 20
    training: int = 8 * 3_600
    deviations: int = 6
    share: int = 3
    heads: int = 5
    sessions: int = 8


USUAL = Limits()


@dataclass(frozen=True)
class School:
    """The records by type, in the order of the leaves; `opened`: the newest opening of each run."""

    limits: Limits
    sessions: list[Record]
    plans: list[Record]
    ratings: list[Record]
    trainings: list[Record]
    opened: dict[str, Record]

    @classmethod
    def of(cls, records: Iterable[Record], limits: Limits) -> School:
        found: dict[str, list[Record]] = {name: [] for name in _TYPES}
        for record in records:
            if record["type"] in found:
                found[record["type"]].append(record)
        for same in found.values():
            same.sort(key=_leaf)
        opened = {
            record["run"]: record
            for record in in_time(found["run-opened"])
            if "run" in record and "enrolled" in record
        }
        return cls(
            limits,
            found["session-delivered"],
            found["plan-uploaded"],
            found["rating-collected"],
            found["training-attended"],
            opened,
        )

    def enrolled(self, record: Record) -> int | None:
        """How many the registrar has enrolled in the record's run; None where nobody knows."""
        opened = self.opened.get(record.get("run", ""))
        return None if opened is None else int(opened["enrolled"])


_TYPES = ("session-delivered", "plan-uploaded", "rating-collected", "training-attended",
          "run-opened")  # fmt: skip


def _leaf(record: Record) -> int:
    return int(record["leaf"])


def _at(record: Record) -> tuple[int, int]:
    return record["at"], record["leaf"]


def in_time(records: Iterable[Record]) -> list[Record]:
    """By time, then leaf."""
    return sorted(records, key=_at)


def by(name: str, records: Iterable[Record]) -> dict[Any, list[Record]]:
    """Those that have the field, by its value."""
    found: dict[Any, list[Record]] = defaultdict(list)
    for record in records:
        if name in record:
            found[record[name]].append(record)
    return found


def leaves_of(records: Iterable[Record]) -> tuple[int, ...]:
    return tuple(record["leaf"] for record in records)
