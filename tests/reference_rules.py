"""A second, slow evaluation of rule sets, written from `docs/spec/rules.md` alone.

It imports nothing of the product. It takes rule sets that were checked and evaluates them by
walking the arrays themselves, with Fractions throughout, and with the plainest way for each
sentence of the page. The tests hold the product to its bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

LENGTH = {"seconds": 1, "minutes": 60, "hours": 3600}
NOT_NUMBERS = ("text", "boolean", "histogram", "segments")


class Lost(Exception):
    """A value is missing, for these reasons."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = set(reasons)


def small(number: Fraction) -> Fraction:
    """Numerator and denominator fit into 1,024 bits, or the value is missing."""
    if abs(number.numerator) >= 2**1024 or number.denominator >= 2**1024:
        raise Lost("number-size")
    return number


def add(numbers: list[Fraction]) -> Fraction:
    total = Fraction(0)
    for number in numbers:
        total = small(total + number)
    return total


def divide(over: Fraction, under: Fraction) -> Fraction:
    if under == 0:
        raise Lost("division-by-zero")
    return small(over / under)


def nearest(number: Fraction, step: Fraction, mode: str) -> Fraction:
    """Try the multiples on both sides."""
    below = (number / step).__floor__() * step
    if below == number:
        return small(number)
    above = below + step
    if mode == "down":
        return small(below if number > 0 else above)
    if number - below != above - number:
        return small(below if number - below < above - number else above)
    if mode == "half-up":
        return small(above if number > 0 else below)
    return small(below if (below / step) % 2 == 0 else above)


def middle(numbers: list[Fraction]) -> Fraction:
    ranked = sorted(numbers)
    while len(ranked) > 2:
        ranked = ranked[1:-1]
    return divide(add(ranked), Fraction(len(ranked)))


def covered(spans: list[tuple[Fraction, Fraction]], times: int) -> Fraction:
    """Piece by piece: how many spans hold it."""
    spans = [span for span in spans if span[0] < span[1]]
    ends = sorted({end for span in spans for end in span})
    pieces = []
    for left, right in pairwise(ends):
        if sum(start <= left and right <= end for start, end in spans) >= times:
            pieces.append(right - left)
    return add(pieces)


def places(histogram: list[int]) -> list[Fraction]:
    """Every single rating; of fewer than five nothing is told."""
    ratings = [Fraction(place) for place, many in enumerate(histogram, 1) for _ in range(many)]
    if len(ratings) < 5:
        raise Lost("k-anonymity")
    return ratings


def placed(rules: Any, record: Any, start: int, end: int) -> bool:
    """Step 2 of the page."""
    by = rules.get("placed", {}).get(record["type"], "at")
    begins, finishes = record.get("starts"), record.get("ends")
    if by == "starts" and type(begins) is int:
        return bool(start <= begins < end)
    if by == "spans" and type(begins) is int and type(finishes) is int:
        return bool(begins < end and finishes > start)
    return bool(start <= record["at"] < end)


class Walk:
    """One evaluation."""

    def __init__(self, rules: Any, records: list[Any], subject: str, start: int, end: int) -> None:
        self.rules, self.subject, self.start, self.end = rules, subject, start, end
        self.records = [
            record
            for record in sorted(records, key=lambda record: int(record["leaf"]))
            if record["subject"] == subject
            and record["type"] in rules["reads"]
            and placed(rules, record, start, end)
        ]
        self.of = {one["id"]: one for one in rules["indicators"]}

    # One indicator

    def final(self, name: str) -> tuple[Any, set[str]]:
        """Value and reasons as the report has them; computed anew each time."""
        one = self.of[name]
        try:
            value = self.value(one["value"], None, None)
            if one["round"] != "exact":
                value = nearest(value, Fraction(one["round"]["to"]), one["round"]["mode"])
            return value, set()
        except Lost as lost:
            if one["missing"] == "stays":
                return None, lost.reasons
            given = one["missing"]["counts-as"]
            return given if isinstance(given, bool) else Fraction(given), lost.reasons

    def types(self, value: Any) -> set[str]:
        """Types that `records` names, through other indicators too."""
        if not isinstance(value, list):
            return set()
        if value[0] == "records":
            return set(value[1:])
        if value[0] == "indicator":
            return self.types(self.of[value[1]]["value"])
        if value[0] in ("text", "in"):
            value = value[:2] if value[0] == "in" else []
        return {name for part in value for name in self.types(part)}

    def inputs(self, name: str) -> list[Any]:
        types = self.types(self.of[name]["value"])
        return [record for record in self.records if record["type"] in types]

    # Expressions: `record` and `group` are what is at hand

    def value(self, call: Any, record: Any, group: Any) -> Any:
        method = getattr(self, "do_" + call[0].replace("-", "_"), None)
        if method is not None:
            return method(call, record, group)
        return PLAIN[call[0]](*self.known(call[1:], record, group))

    def known(self, calls: list[Any], record: Any, group: Any) -> list[Any]:
        """The values of arguments (words stay words); missing for all reasons together."""
        values, lost = [], set()
        for call in calls:
            try:
                is_call = isinstance(call, list)
                values.append(self.value(call, record, group) if is_call else call)
            except Lost as one:
                lost |= one.reasons
        if lost:
            raise Lost(*lost)
        return values

    def each(self, members: list[Any], calls: list[Any], group: Any) -> list[list[Any]]:
        """The values of each call for each member; missing for all reasons together."""
        rows, lost = [], set()
        for member in members:
            record, inner = (None, member) if isinstance(member, tuple) else (member, group)
            try:
                rows.append(self.known(calls, record, inner))
            except Lost as one:
                lost |= one.reasons
        if lost:
            raise Lost(*lost)
        return rows

    def do_number(self, call: Any, record: Any, group: Any) -> Any:
        return Fraction(call[1])

    def do_text(self, call: Any, record: Any, group: Any) -> Any:
        return call[1]

    do_boolean = do_text

    def do_missing(self, call: Any, record: Any, group: Any) -> Any:
        raise Lost("stated")

    def do_period_start(self, call: Any, record: Any, group: Any) -> Any:
        return Fraction(self.start)

    def do_period_end(self, call: Any, record: Any, group: Any) -> Any:
        return Fraction(self.end)

    def do_subject(self, call: Any, record: Any, group: Any) -> Any:
        return self.subject

    def do_indicator(self, call: Any, record: Any, group: Any) -> Any:
        value, _ = self.final(call[1])
        if value is None:
            raise Lost(f"indicator:{call[1]}")
        return value

    def do_records(self, call: Any, record: Any, group: Any) -> Any:
        return [record for record in self.records if record["type"] in call[1:]]

    def do_members(self, call: Any, record: Any, group: Any) -> Any:
        return [record for record in group[1] if record["type"] in call[1:]]

    def do_where(self, call: Any, record: Any, group: Any) -> Any:
        members = self.value(call[1], record, group)
        said = self.each(members, [call[2]], group)
        return [member for member, (good,) in zip(members, said, strict=True) if good]

    def do_group(self, call: Any, record: Any, group: Any) -> Any:
        members = self.value(call[1], record, group)
        keys = [key for (key,) in self.each(members, [call[2]], group)]
        different = [key for place, key in enumerate(keys) if key not in keys[:place]]
        pairs = list(zip(members, keys, strict=True))
        return [(key, [one for one, other in pairs if other == key]) for key in different]

    def do_key(self, call: Any, record: Any, group: Any) -> Any:
        return group[0]

    def do_field(self, call: Any, record: Any, group: Any) -> Any:
        kinds = {"at": "instant", "by": "text", "subject": "text"}
        kind = {**self.rules["reads"][record["type"]], **kinds}[call[1]]
        if call[1] not in record:
            raise Lost(f"no-field:{record['type']}.{call[1]}")
        value = record[call[1]]
        return value if kind in NOT_NUMBERS else small(Fraction(value))

    def do_and(self, call: Any, record: Any, group: Any) -> Any:
        return self.settled(call[1:], record, group, False)

    def do_or(self, call: Any, record: Any, group: Any) -> Any:
        return self.settled(call[1:], record, group, True)

    def settled(self, calls: Any, record: Any, group: Any, by: bool) -> bool:
        lost: set[str] = set()
        found = []
        for call in calls:
            try:
                found.append(self.value(call, record, group))
            except Lost as one:
                lost |= one.reasons
        if by in found:
            return by
        if lost:
            raise Lost(*lost)
        return not by

    def do_if(self, call: Any, record: Any, group: Any) -> Any:
        chosen = 2 if self.value(call[1], record, group) else 3
        return self.value(call[chosen], record, group)

    def do_default(self, call: Any, record: Any, group: Any) -> Any:
        try:
            return self.value(call[1], record, group)
        except Lost:
            return self.value(call[2], record, group)

    def do_is_missing(self, call: Any, record: Any, group: Any) -> Any:
        try:
            self.value(call[1], record, group)
        except Lost:
            return True
        return False

    def do_round(self, call: Any, record: Any, group: Any) -> Any:
        return nearest(self.value(call[1], record, group), Fraction(call[2]), call[3])

    def do_table(self, call: Any, record: Any, group: Any) -> Any:
        value = self.value(call[2], record, group)
        for row in self.rules["tables"][call[1]]["rows"]:
            if "is" in row or isinstance(value, str):
                good = row.get("is") == value
            else:
                low, high = row.get("from", value), row.get("to", value + 1)
                good = Fraction(low) <= value < Fraction(high)
            if good:
                return Fraction(row["value"])
        raise Lost(f"no-row:{call[1]}")

    # Of a collection

    def of_members(
        self, call: Any, record: Any, group: Any, none: Callable[[], Any] | None
    ) -> list[list[Any]]:
        """Rows of what is said of each member; where there is none, missing unless allowed."""
        members = self.value(call[1], record, group)
        if not members and none is None:
            raise Lost("no-records:" + "+".join(sorted(self.types_of(call[1], group))))
        return self.each(members, call[2:], group)

    def types_of(self, call: Any, group: Any) -> list[str]:
        while call[0] not in ("records", "members"):
            call = call[1]
        return list(call[1:])

    def do_count(self, call: Any, record: Any, group: Any) -> Any:
        return Fraction(len(self.value(call[1], record, group)))

    def do_latest(self, call: Any, record: Any, group: Any) -> Any:
        members = self.value(call[1], record, group)
        if not members:
            raise Lost("no-records:" + "+".join(sorted(self.types_of(call[1], group))))
        last = sorted(members, key=lambda one: (one["at"], one["leaf"]))[-1]
        return self.value(call[2], last, group)

    def column(self, call: Any, record: Any, group: Any, may_be_empty: bool) -> list[Any]:
        rows = self.of_members(call, record, group, list if may_be_empty else None)
        return [row[0] for row in rows]

    def do_sum(self, call: Any, record: Any, group: Any) -> Any:
        return add(self.column(call, record, group, True))

    def do_mean(self, call: Any, record: Any, group: Any) -> Any:
        found = self.column(call, record, group, False)
        return divide(add(found), Fraction(len(found)))

    def do_median(self, call: Any, record: Any, group: Any) -> Any:
        found = self.column(call, record, group, False)
        return middle(found)

    def do_min(self, call: Any, record: Any, group: Any) -> Any:
        return sorted(self.column(call, record, group, False))[0]

    def do_max(self, call: Any, record: Any, group: Any) -> Any:
        return sorted(self.column(call, record, group, False))[-1]

    def do_distinct(self, call: Any, record: Any, group: Any) -> Any:
        found = self.column(call, record, group, True)
        return Fraction(sum(one not in found[:place] for place, one in enumerate(found)))

    def do_any(self, call: Any, record: Any, group: Any) -> Any:
        return True in self.column(call, record, group, True)

    def do_all(self, call: Any, record: Any, group: Any) -> Any:
        return False not in self.column(call, record, group, True)

    def do_covered(self, call: Any, record: Any, group: Any) -> Any:
        rows = self.of_members(call, record, group, list)
        return covered([(start, end) for start, end in rows], 1)

    def do_overlap(self, call: Any, record: Any, group: Any) -> Any:
        rows = self.of_members(call, record, group, list)
        return covered([(start, end) for start, end in rows], 2)

    def do_covered_segments(self, call: Any, record: Any, group: Any) -> Any:
        spans = []
        for found in self.column(call, record, group, True):
            for place in range(0, len(found), 2):
                spans.append((Fraction(found[place]), Fraction(found[place + 1])))
        return covered(spans, 1)

    def do_tally(self, call: Any, record: Any, group: Any) -> Any:
        found = self.column(call, record, group, False)
        if any(len(one) != len(found[0]) for one in found):
            raise Lost("histogram-length")
        return [sum(one[place] for one in found) for place in range(len(found[0]))]


def multiply(*numbers: Fraction) -> Fraction:
    found = numbers[0]
    for number in numbers[1:]:
        found = small(found * number)
    return found


def enough(histogram: list[int], least: int) -> list[int]:
    if sum(histogram) < least:
        raise Lost("k-anonymity")
    return histogram


def share(histogram: list[int], low: int, high: int) -> Fraction:
    ratings = places(histogram)
    return Fraction(sum(low <= rating <= high for rating in ratings), len(ratings))


PLAIN: dict[str, Callable[..., Any]] = {
    "add": lambda *given: add(list(given)),
    "subtract": lambda one, other: small(one - other),
    "multiply": multiply,
    "divide": divide,
    "negate": lambda one: -one,
    "absolute": lambda one: one if one > 0 else -one,
    "least": lambda *given: sorted(given)[0],
    "greatest": lambda *given: sorted(given)[-1],
    "convert": lambda one, unit, to: small(one * LENGTH[unit] / LENGTH[to]),
    "as": lambda one, unit: one,
    "equal": lambda one, other: one == other,
    "differs": lambda one, other: one != other,
    "below": lambda one, other: one < other,
    "at-most": lambda one, other: one <= other,
    "above": lambda one, other: one > other,
    "at-least": lambda one, other: one >= other,
    "not": lambda one: one is False,
    "in": lambda one, *words: one in words,
    "enough": enough,
    "ratings": lambda one: Fraction(sum(one)),
    "mean-rating": lambda one: divide(add(places(one)), Fraction(len(places(one)))),
    "median-rating": lambda one: middle(places(one)),
    "share": share,
}


def tree(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + tree(leaves[:half]) + tree(leaves[half:])).digest()


def canonical(value: Any) -> bytes:
    """RFC 8785 of what has ASCII keys, safe integers and no floats."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def shown(value: Any) -> Any:
    """A final value as the result writes it."""
    if value is None or isinstance(value, bool):
        return value
    return str(value.numerator) + (f"/{value.denominator}" if value.denominator > 1 else "")


def result_of(
    rules: Any, records: list[Any], subject: str, name: str, start: int, end: int
) -> bytes:
    """The bytes of the result."""
    walk = Walk(rules, records, subject, start, end)
    indicators, used = [], set()
    for one in rules["indicators"]:
        value, reasons = walk.final(one["id"])
        leaves = [record["leaf"] for record in walk.inputs(one["id"])]
        used.update(leaves)
        indicators.append(
            {
                "id": one["id"],
                "unit": one["unit"],
                "value": shown(value),
                "missing": sorted(reasons),
                "inputs": leaves,
            }
        )
    rule_hash = hashlib.sha256(b"xuezheng/rules/v1\x00" + canonical(rules)).hexdigest()
    inputs = [canonical(record) for record in walk.records if record["leaf"] in used]
    return canonical(
        {
            "format": "xuezheng-result/1",
            "rules": {"id": rules["id"], "version": rules["version"], "hash": rule_hash},
            "subject": subject,
            "period": {"name": name, "start": start, "end": end},
            "indicators": indicators,
            "input_root": tree(inputs).hex(),
        }
    )
