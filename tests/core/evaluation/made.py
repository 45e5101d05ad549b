"""Rule sets and records for tests: small ones by hand, and any others that the page allows."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ledger.core.evaluation.numbers import DURATIONS, MODES, NUMBERS, SCALARS

SUBJECT = "https://univ-a.example|t-0042"
START, END = 1_000, 2_000
READS = {
    "lesson": {
        "mode": "text",
        "starts": "instant",
        "ends": "instant",
        "attended": "count",
        "length": "minutes",
        "share": "ratio",
        "open": "boolean",
        "stars": "histogram",
        "played": "segments",
    },
    "run": {"mode": "text", "attended": "count", "hours": "hours", "open": "boolean"},
}
TABLES = {
    "mode": {
        "of": "text",
        "unit": "ratio",
        "rows": [{"is": "live", "value": "11/10"}, {"is": "recorded", "value": "3/5"}],
    },
    "size": {
        "of": "count",
        "unit": "ratio",
        "rows": [
            {"to": 3, "value": 1},
            {"from": 3, "to": "11/2", "value": "6/5"},
            {"from": 7, "value": 2},
        ],
    },
}


def titled(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def indicator(value: Any, unit: str = "count", name: str = "one", **others: Any) -> dict[str, Any]:
    """An indicator that is exact and stays missing unless said otherwise."""
    return {
        "id": name,
        "title": titled(name),
        "unit": unit,
        "value": value,
        "round": "exact",
        "missing": "stays",
        **others,
    }


def rule_set(*indicators: dict[str, Any], **others: Any) -> dict[str, Any]:
    """A rule set over lessons and runs."""
    return {
        "format": "xuezheng-rules/1",
        "id": "made",
        "version": 1,
        "title": titled("made"),
        "period": "any",
        "records": 100,
        "reads": READS,
        "tables": TABLES,
        "indicators": list(indicators),
        **others,
    }


def record(leaf: int, kind: str = "lesson", at: int = START, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "leaf": leaf, "subject": SUBJECT, "by": "platform", "at": at, **fields}


@dataclass
class Maker:
    """Well-formed rule sets at random, by the kinds of the page."""

    random: Random
    names: dict[str, str] = field(default_factory=dict)

    def number(self) -> Any:
        over = self.random.choice([0, 1, 2, 3, 5, 7, 10, -1, -4, 60, 1000])
        return over if self.random.random() < 0.5 else f"{over}/{self.random.choice([1, 2, 3, 7])}"

    def above_zero(self) -> Any:
        return self.random.choice([1, 2, "1/10", "3/7", "1/2", 5])

    def expression(self, kind: str, scope: Any, depth: int) -> Any:
        """An expression of a kind. `scope`: types of the record, (types, key kind) of groups."""
        makers = self.leaves(kind, scope) if depth <= 0 else self.deeper(kind, scope, depth - 1)
        return self.random.choice(makers or self.leaves(kind, scope))()

    def leaves(self, kind: str, scope: Any) -> list[Callable[[], Any]]:
        record, groups = scope
        found: list[Callable[[], Any]] = []
        if kind in (*NUMBERS, "instant"):
            found.append(lambda: ["number", self.number(), kind])
        if kind == "text":
            found += [lambda: ["text", self.random.choice(["live", "x", ""])], lambda: ["subject"]]
        if kind == "boolean":
            found.append(lambda: ["boolean", self.random.random() < 0.5])
        if kind == "instant":
            found += [lambda: ["period-start"], lambda: ["period-end"]]
        if kind == "histogram" and (plainest := self.histogram(scope)):
            found.append(lambda: plainest)
        if kind in SCALARS and self.random.random() < 0.2:
            found.append(lambda: ["missing", kind])
        for name, unit in self.names.items():
            if unit == kind:
                found.append(lambda name=name: ["indicator", name])  # type: ignore[misc]
        if groups and groups[1] == kind:
            found += [lambda: ["key"]] * 3
        if record:
            base = {"at": "instant", "by": "text", "subject": "text"}
            fields = [{**READS[one], **base} for one in record]
            for name in fields[0]:
                if all(one.get(name) == kind for one in fields):
                    found += [lambda name=name: ["field", name]] * 5  # type: ignore[misc]
        return found

    def histogram(self, scope: Any) -> Any:
        """The plainest histogram; None where there is none."""
        record, groups = scope
        if record is not None:
            return ["field", "stars"] if record == ["lesson"] else None
        if groups and "lesson" not in groups[0]:
            return None
        return ["tally", ["members" if groups else "records", "lesson"], ["field", "stars"]]

    def deeper(self, kind: str, scope: Any, depth: int) -> list[Callable[[], Any]]:
        found = self.leaves(kind, scope)

        def of(other: str) -> Any:
            return self.expression(other, scope, depth)

        if kind in NUMBERS or kind == "instant":
            found += [
                lambda: [self.random.choice(["least", "greatest"]), of(kind), of(kind)],
            ]
        if kind in NUMBERS:
            found += [
                lambda: ["add", of(kind), of(kind), of(kind)],
                lambda: ["subtract", of(kind), of(kind)],
                lambda: ["multiply", of("ratio"), of(kind)],
                lambda: ["multiply", of(kind), of("count" if kind != "ratio" else kind)],
                lambda: ["divide", of(kind), ["absolute", of("ratio")]],
                lambda: [self.random.choice(["negate", "absolute"]), of(kind)],
                lambda: ["round", of(kind), self.above_zero(), self.random.choice(MODES)],
                lambda: ["as", of(self.random.choice(NUMBERS)), kind],
            ]
        if kind == "ratio":
            found += [lambda: ["divide", of("count"), ["absolute", of("count")]]] * 2
            found.append(lambda: ["table", "mode", of("text")])
            found.append(lambda: ["table", "size", of("count")])
        if kind in DURATIONS:
            other = self.random.choice(list(DURATIONS))
            found.append(lambda: ["convert", of(other), other, kind])
        if kind == "seconds":
            found.append(lambda: ["subtract", of("instant"), of("instant")])
        if kind == "instant":
            found.append(lambda: ["add", of(kind), of("seconds")])
            found.append(lambda: ["subtract", of(kind), of("seconds")])
        if kind == "boolean":
            found += [
                lambda: self.comparison(of),
                lambda: [self.random.choice(["and", "or"]), of(kind), of(kind), of(kind)],
                lambda: ["not", of(kind)],
                lambda: ["in", of("text"), "live", "x"],
                lambda: ["is-missing", of(self.random.choice(SCALARS))],
            ]
        found += [
            lambda: ["if", of("boolean"), of(kind), of(kind)],
            lambda: ["default", of(kind), of(kind)],
        ]
        ratings = self.ratings(kind, of) if self.histogram(scope) else []
        return found + 2 * ratings + 4 * self.aggregates(kind, scope, depth)

    def comparison(self, of: Callable[[str], Any]) -> Any:
        name = self.random.choice(["equal", "differs", "below", "at-most", "above", "at-least"])
        kinds = SCALARS if name in ("equal", "differs") else (*NUMBERS, "instant")
        kind = self.random.choice(kinds)
        return [name, of(kind), of(kind)]

    def ratings(self, kind: str, of: Callable[[str], Any]) -> list[Callable[[], Any]]:
        if kind == "score":
            name = self.random.choice(["mean-rating", "median-rating"])
            return [lambda: [name, of("histogram")]]
        if kind == "count":
            return [lambda: ["ratings", of("histogram")]]
        if kind == "ratio":
            return [lambda: ["share", of("histogram"), 2, self.random.choice([1, 3, 9])]]
        if kind == "histogram":
            return [lambda: ["enough", of("histogram"), 6]]
        return []

    def collection(self, scope: Any, depth: int) -> Any:
        """(expression, scope within) of records or groups; None where there are none."""
        found = self.records(scope, depth)
        if found is None or self.random.random() < 0.6:
            return found
        expression, types, inner = found
        key = self.random.choice(["text", "boolean", "count", "instant"])
        grouped = ["group", expression, self.expression(key, inner, depth)]
        within = (None, (types, key))
        if self.random.random() < 0.3:
            grouped = ["where", grouped, self.expression("boolean", within, depth)]
        return grouped, types, within

    def records(self, scope: Any, depth: int) -> Any:
        record, groups = scope
        if record is not None:
            return None
        known = groups[0] if groups else list(READS)
        types = self.random.sample(known, self.random.randint(1, len(known)))
        expression: Any = ["members" if groups else "records", *types]
        inner = (types, groups)
        if self.random.random() < 0.4:
            expression = ["where", expression, self.expression("boolean", inner, depth)]
        return expression, types, inner

    def aggregates(self, kind: str, scope: Any, depth: int) -> list[Callable[[], Any]]:
        found = self.collection(scope, depth)
        if found is None:
            return []
        collection, _, inner = found

        def of(other: str) -> Any:
            return self.expression(other, inner, depth)

        makers: list[Callable[[], Any]] = []
        if kind in NUMBERS:
            names = ["sum", "mean", "median", "min", "max"]
            makers.append(lambda: [self.random.choice(names), collection, of(kind)])
        if kind in DURATIONS:
            name = self.random.choice(["covered", "overlap"])
            ends = "instant" if kind == "seconds" else kind
            makers.append(lambda: [name, collection, of(ends), of(ends)])
        if kind == "seconds" and inner[0] == ["lesson"]:
            makers.append(lambda: ["covered-segments", collection, ["field", "played"]])
        if kind == "count":
            makers.append(lambda: ["count", collection])
            makers.append(lambda: ["distinct", collection, of(self.random.choice(SCALARS))])
        if kind == "boolean":
            makers.append(lambda: [self.random.choice(["any", "all"]), collection, of(kind)])
        if kind == "instant":
            makers.append(lambda: [self.random.choice(["min", "max"]), collection, of(kind)])
        if inner[0] and (kind != "histogram" or self.histogram(inner)):
            makers.append(lambda: ["latest", collection, of(kind)])
        if kind == "histogram" and self.histogram(inner):
            makers.append(lambda: ["tally", collection, of(kind)])
        return makers

    def rules(self) -> dict[str, Any]:
        """A rule set of one to four indicators, each of which may refer to those before it."""
        indicators = []
        for place in range(self.random.randint(1, 4)):
            unit = self.random.choice([*NUMBERS, "boolean"])
            one = indicator(self.expression(unit, (None, None), 3), unit, f"i{place}")
            if unit != "boolean" and self.random.random() < 0.5:
                one["round"] = {"to": self.above_zero(), "mode": self.random.choice(MODES)}
            if self.random.random() < 0.3:
                one["missing"] = {"counts-as": True if unit == "boolean" else self.number()}
            self.names[one["id"]] = unit
            indicators.append(one)
        self.random.shuffle(indicators)
        return rule_set(*indicators)

    def broken(self, rules: Any) -> Any:
        """The rule set with one part exchanged for another, or for something odd."""
        rules = deepcopy(rules)
        parts: list[tuple[Any, Any]] = []
        waiting = [rules]
        for part in waiting:  # which grows meanwhile
            for key in part if isinstance(part, dict) else range(len(part)):
                parts.append((part, key))
                if isinstance(part[key], dict | list):
                    waiting.append(part[key])
        part, key = self.random.choice(parts)
        other, place = self.random.choice(parts)
        odd: list[Any] = [
            None,
            -1,
            "",
            "1/0",
            [],
            {},
            True,
            1.5,
            ["key"],
            ["records", "run"],
            2**53,
            "count",
        ]
        new = other[place] if self.random.random() < 0.6 else self.random.choice(odd)
        part[key] = deepcopy(new)
        return rules

    def record(self, leaf: int) -> dict[str, Any]:
        """A record of which some fields are absent."""
        random = self.random
        starts = random.randint(900, 2_100)
        values = {
            "mode": random.choice(["live", "recorded", "blended", "文"]),
            "starts": starts,
            "ends": starts + random.choice([-5, 0, 30, 90, 400]),
            "attended": random.choice([0, 1, 2, 3, 5, 6, 40]),
            "length": random.choice([45, "95/2", 90]),
            "share": random.choice(["17/20", "1/1", "2/4", 0]),
            "open": random.random() < 0.5,
            "stars": [random.randint(0, 3) for _ in range(5 if random.random() < 0.9 else 4)],
            "played": sorted(random.choices(range(60), k=random.choice([0, 2, 4]))),
            "hours": random.choice(["3/2", 2, f"1/{10**320}"]),
        }
        kind = random.choice(list(READS))
        kept = {name: values[name] for name in READS[kind] if random.random() < 0.93}
        return record(leaf, kind, random.randint(950, 2_050), **kept)
