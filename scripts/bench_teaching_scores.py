"""How much of what is planted in a generated term is found, and how much is told besides.

Two looks are scored: the hints over all teachers, by the statements that they name; and the rule
set of integrity, teacher by teacher, by its counts, since a figure names no records.

The six kinds of `teaching_irregular` are planted by the same definitions by which they are looked
for, so a full score says that the look does what it says, no more. What a school does not label is
planted here besides, on records of a term without irregularities, in amounts that vary: `EXTRAS`.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.core.canonical import parse_json
from ledger.core.evaluation import rules as rules_module
from ledger.core.evaluation.evaluate import Evaluator, Period
from ledger.core.evaluation.hints import hints
from ledger.core.evaluation.rules import RuleSet, check_rules
from ledger.core.teaching.records import record_of
from scripts.teaching_calendar import HOUR, NAME, week_begins
from scripts.teaching_irregular import KINDS, Rates
from scripts.teaching_school import Size
from scripts.teaching_term import labels_json, term

Record = dict[str, Any]
RULE_SET = "teaching-integrity"
NONE = Rates(0, 0, 0, 0, 0, 0)
AFTER = 4
"""Weeks of examinations after the last of teaching; they belong to the period."""
COUNTS = {
    "session-without-students": ("without-students",),
    "plan-after-class": ("plans-late", "plans-changed"),
    "ratings-stuffed": ("ratings-stuffed", "rating-bursts"),
    "video-recycled": ("videos-repeated", "videos-elsewhere"),
    "sessions-overlap": ("overlap-days",),
    "two-places": ("two-places-days",),
}
"""Kind → figures of the rule set that count it."""


@dataclass(frozen=True)
class Score:
    """Of one kind: how many were planted and how many of these found; how many were told and how
    many of these are right. One that is told may find several."""

    look: str
    kind: str
    planted: int
    found: int
    told: int
    right: int

    @property
    def recall(self) -> float | None:
        """In a hundred."""
        return 100 * self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """In a hundred."""
        return 100 * self.right / self.told if self.told else None

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "precision": self.precision, "recall": self.recall}


@dataclass(frozen=True)
class Made:
    """The records of a term, by leaf, and the labels of what is planted."""

    size: Size
    records: list[Record]
    labels: list[dict[str, Any]]


def made(size: Size, rates: Rates) -> Made:
    """The term, each statement read as the record that it is."""
    whole = term(size, rates)
    records = []
    for leaf, line in enumerate(whole.lines()):
        record = record_of(json.loads(line), leaf)
        assert record is not None
        records.append(dict(record))
    labels: Any = labels_json(whole, rates, "")["irregularities"]
    return Made(size, records, labels)


def period(size: Size) -> Period:
    """The teaching weeks and those of examinations."""
    return Period(NAME, week_begins(1), week_begins(size.weeks + 1 + AFTER))


def shipped(name: str) -> RuleSet:
    """A rule set of the product."""
    path = Path(rules_module.__file__).parent / "rulesets" / f"{name}.json"
    return check_rules(parse_json(path.read_bytes()))


def by_subject(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        found[record["subject"]].append(record)
    return found


# ------------------------------------------------------------------- what is labelled


def hint_scores(one: Made) -> list[Score]:
    """A hint is right if it names exactly the statements of a label of its kind."""
    ids = {record["leaf"]: record["statement"] for record in one.records}
    told = {
        (hint.code, frozenset(ids[leaf] for leaf in hint.leaves)) for hint in hints(one.records)
    }
    planted = {(label["kind"], frozenset(label["statements"])) for label in one.labels}
    kinds = [*KINDS, *sorted({kind for kind, _ in told} - KINDS.keys())]
    return [
        Score(
            "hints",
            kind,
            *(_of(kind, those) for those in (planted, planted & told, told, planted & told)),
        )
        for kind in kinds
    ]


def _of(kind: str, those: Iterable[tuple[str, frozenset[str]]]) -> int:
    return sum(one == kind for one, _ in those)


def rule_scores(one: Made) -> list[Score]:
    """Of a teacher's count as many are right as are labelled."""
    ready, when = Evaluator(shipped(RULE_SET)), period(one.size)
    told: Counter[tuple[str, str]] = Counter()
    for subject, records in by_subject(one.records).items():
        result = ready.evaluate(records, subject, when)
        figures = {figure.id: figure.value for figure in result.figures}
        for kind, names in COUNTS.items():
            told[kind, subject] = sum(int(figures[name] or 0) for name in names)
    planted = Counter((label["kind"], label["subject"]) for label in one.labels)
    right = planted & told
    return [
        Score(
            "rule set",
            kind,
            *(
                sum(n for (k, _), n in those.items() if k == kind)
                for those in (planted, right, told, right)
            ),
        )
        for kind in KINDS
    ]


# ------------------------------------------------------------------- what is planted besides

Change = Callable[[Record, "Extras"], Record | None]


class Extras:
    """Plants on records. No record is changed twice."""

    def __init__(self, records: Sequence[Record], seed: int) -> None:
        self.records = list(records)
        self.chance = random.Random(f"{seed}/extras")
        self.enrolled = {
            one["run"]: one["enrolled"] for one in records if one["type"] == "run-opened"
        }
        self.plans = [one for one in records if one["type"] == "plan-uploaded"]

    def plant(self, kind: str, count: int, change: Change) -> set[int]:
        """The leaves of the records of a type that were changed."""
        places = [place for place, one in enumerate(self.records) if one["type"] == kind]
        self.chance.shuffle(places)
        found: set[int] = set()
        for place in places:
            if len(found) == count:
                break
            changed = change(self.records[place], self)
            if changed is not None:
                self.records[place] = changed
                found.add(changed["leaf"])
        return found


def _copied(plan: Record, extras: Extras) -> Record | None:
    """The plan of another teacher's other course."""
    other = extras.chance.choice(extras.plans)
    if other["subject"] == plan["subject"] or other["course"] == plan["course"]:
        return None
    return {**plan, "sha2": other["sha2"]}


def _hastened(rating: Record, extras: Extras) -> Record:
    """The same ratings within one to twelve hours."""
    return {**rating, "ends": rating["starts"] + extras.chance.randrange(HOUR, 12 * HOUR)}


def _full(session: Record, extras: Extras) -> Record | None:
    """Everybody came, where a tenth or more of them did not."""
    enrolled = extras.enrolled[session["run"]]
    return {**session, "attended": enrolled} if session["attended"] <= 0.9 * enrolled else None


def _doubled(session: Record, extras: Extras) -> Record:
    """Twice as many as came."""
    return {**session, "attended": 2 * session["attended"]}


def _few(session: Record, extras: Extras) -> Record:
    """One, two or three came."""
    return {**session, "attended": extras.chance.randrange(1, 4)}


EXTRAS: dict[str, tuple[str, str, Change]] = {
    "a plan of another teacher's other course": ("plan-copied", "plan-uploaded", _copied),
    "ratings within one to twelve hours": ("rating-burst", "rating-collected", _hastened),
    "one to three students came": ("attendance-outlier", "session-delivered", _few),
    "attendance set to all enrolled": ("attendance-outlier", "session-delivered", _full),
    "attendance doubled": ("attendance-above-enrolment", "session-delivered", _doubled),
}
"""What is planted → the kind that should see it, the type of record, the change."""
EXTRA_COUNT = 40


def extra_scores(size: Size) -> list[Score]:
    """Each alone, on a regular term; a hint is right if it is about such a record."""
    clean = made(size, NONE)
    return [
        _extra(clean, words, kind, record_type, change)
        for words, (kind, record_type, change) in EXTRAS.items()
    ]


def _extra(clean: Made, words: str, kind: str, record_type: str, change: Change) -> Score:
    extras = Extras(clean.records, clean.size.seed)
    planted = extras.plant(record_type, EXTRA_COUNT, change)
    told = [hint for hint in hints(extras.records) if hint.code == kind]
    right = sum(bool(planted.intersection(hint.leaves)) for hint in told)
    seen = planted.intersection(leaf for hint in told for leaf in hint.leaves)
    return Score("hints", f"{kind}: {words}", len(planted), len(seen), len(told), right)


def added(scores: Iterable[Score]) -> list[Score]:
    """Those of several terms together, by look and kind."""
    parts = ("planted", "found", "told", "right")
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in scores:
        sums[one.look, one.kind].update({part: getattr(one, part) for part in parts})
    return [Score(*key, *(total[part] for part in parts)) for key, total in sums.items()]
