"""What people should look at, of all teachers of a school: pure, exact, in one order.

`docs/spec/hints.md` says what each kind means. A hint is no verdict and changes no figure: each
has innocent explanations, and some are named there. A record that lacks what a kind looks at gives
no hint of that kind.

1. `School`: the records by type, and what is asked of them again and again;
2. each kind looks for itself (`hints_held` at sessions, `hints_shared` at files, `hints_rated`);
3. all hints in the order of the kinds, then by subject and leaves.

No kind compares every record with every other: sorting is the most that it costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ledger.core.evaluation import messages_hints  # noqa: F401  (registers the sentences)
from ledger.core.evaluation.hints_held import (
    above_enrolment,
    outliers,
    overlapping,
    two_places,
    without_students,
)
from ledger.core.evaluation.hints_of import USUAL, Hint, Limits, Record, School
from ledger.core.evaluation.hints_rated import bursts, stuffed
from ledger.core.evaluation.hints_shared import copied_plans, late_plans, recycled

__all__ = ["KINDS", "USUAL", "Hint", "Limits", "hints"]

_LOOKING: dict[str, Callable[[School], Iterator[Hint]]] = {
    "session-without-students": without_students,
    "plan-after-class": late_plans,
    "ratings-stuffed": stuffed,
    "video-recycled": recycled,
    "sessions-overlap": overlapping,
    "two-places": two_places,
    "plan-copied": copied_plans,
    "rating-burst": bursts,
    "attendance-outlier": outliers,
    "attendance-above-enrolment": above_enrolment,
}
KINDS = tuple(_LOOKING)
"""Codes of all kinds, in their order."""


def hints(records: Iterable[Record], limits: Limits = USUAL) -> list[Hint]:
    """All hints that the records give, in any order of the records the same.

    `records`: those that count, of all teachers of the school, each leaf once.
    """
    school = School.of(records, limits)
    found = []
    for look in _LOOKING.values():
        found += sorted(look(school), key=lambda one: (one.subject, one.leaves))
    return found
