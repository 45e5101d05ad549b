"""Rule sets: a strict reader that names every problem, and the hash of what was read.

Format: `docs/spec/rules.md`. A rule set is data; how it came to effect (approvals, dates) is told
by the records of the evaluation stream and is not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from ledger.core.canonical import canonical_json
from ledger.core.evaluation.expressions import ExpressionChecker, number_at
from ledger.core.evaluation.nodes import BASE_FIELDS, Node, Scope, Table
from ledger.core.evaluation.numbers import LISTS, MAX_INTEGER, MODES, NUMBERS, SCALARS, Number
from ledger.core.evaluation.vocabulary import OPERATORS
from ledger.errors import BadEvidence

FORMAT = "xuezheng-rules/1"
PERIODS = ("term", "academic-year", "month", "year", "any")
PLACES = ("at", "starts", "spans")
"""By what a record belongs to a period: its time, its start, or any part of its span."""
MAX_VALUES = 20_000
MAX_NESTING = 40
MAX_INDICATORS = 100
MAX_RECORDS = 1_000_000
MAX_COST = 10_000_000
_DOMAIN = b"xuezheng/rules/v1\x00"
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_FIELD = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True)
class Indicator:
    """One figure of a report: what it is called, its unit, how it is computed and rounded."""

    id: str
    title: tuple[str, str]
    unit: str
    value: Node
    step: Number | None
    mode: str
    substitute: Number | bool | None
    reads: frozenset[str]
    """Record types that the value depends on, through other indicators too."""


@dataclass(frozen=True)
class RuleSet:
    """A checked rule set; indicators in an order in which each comes after those it refers to."""

    id: str
    version: int
    title: tuple[str, str]
    period: str
    max_records: int
    reads: Mapping[str, Mapping[str, str]]
    tables: Mapping[str, Table]
    indicators: tuple[Indicator, ...]
    listed: tuple[str, ...]
    """Names of the indicators in the order of the rule set."""
    cost: int
    hash: bytes
    placed: Mapping[str, str] = field(default_factory=dict)
    """By record type one of `PLACES`; of others `at`."""


def check_rules(data: Any) -> RuleSet:
    """The rule set in parsed JSON.

    Raises BadEvidence with the first problem in the order of the page; `problems_of` tells all.
    """
    problems, rules = _read(data)
    if rules is None:
        raise problems[0]
    return rules


def problems_of(data: Any) -> tuple[BadEvidence, ...]:
    """Every problem of a rule set, each with its code and place; empty for a good one."""
    return tuple(_read(data)[0])


def rule_hash(data: Any) -> bytes:
    """SHA-256("xuezheng/rules/v1" ‖ 0x00 ‖ RFC 8785 bytes of the rule set)."""
    return sha256(_DOMAIN + canonical_json(data)).digest()


def _read(data: Any) -> tuple[list[BadEvidence], RuleSet | None]:
    problems = _not_plain(data)
    if problems:
        return problems, None
    reader = _Reader(data, problems)
    rules = reader.rules()
    return problems, None if problems else rules


def _not_plain(data: Any) -> list[BadEvidence]:
    """Floats, values that JSON does not have, too many of them or too deep; walked without
    recursion, because strangers' YAML may hold itself."""
    found: list[BadEvidence] = []
    waiting: list[tuple[Any, str, int]] = [(data, "", 0)]
    for seen, (value, at, depth) in enumerate(waiting):  # which grows meanwhile
        if seen >= MAX_VALUES or depth > MAX_NESTING:
            limit = f"at most {MAX_VALUES} values, nested {MAX_NESTING} deep"
            return [BadEvidence("rules-format", pointer=at or "/", expected=limit)]
        if type(value) is dict:
            if not all(type(key) is str and key.isascii() for key in value):
                found.append(_format(at, "object with ASCII keys"))
                continue
            waiting += [(one, f"{at}/{_escaped(key)}", depth + 1) for key, one in value.items()]
        elif type(value) is list:
            waiting += [(one, f"{at}/{place}", depth + 1) for place, one in enumerate(value)]
        elif type(value) is float:
            found.append(BadEvidence("rules-float", pointer=at or "/"))
        elif type(value) is int and abs(value) > MAX_INTEGER:
            found.append(_format(at, "integer up to 2**53 - 1"))
        elif type(value) is str and not _is_text(value):
            found.append(_format(at, "text without lone surrogates"))
        elif type(value) not in (int, str, bool, type(None)):
            found.append(_format(at, "JSON"))
    return found


def _is_text(value: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")[:80]


def _format(at: str, expected: str) -> BadEvidence:
    return BadEvidence("rules-format", pointer=at or "/", expected=expected)


@dataclass
class _Reader:
    data: Any
    problems: list[BadEvidence]
    kinds: dict[str, str] = field(default_factory=dict)

    def note(self, at: str, expected: str) -> None:
        self.problems.append(_format(at, expected))

    def object(
        self, value: Any, at: str, required: Collection[str], optional: Collection[str] = ()
    ) -> bool:
        """Whether the value is an object with all required keys; keys unknown are problems."""
        if type(value) is not dict:
            self.note(at, "object")
            return False
        allowed = (*required, *optional)
        for key in value:
            if key not in allowed:
                self.problems.append(
                    BadEvidence(
                        "rules-unknown-field",
                        pointer=at or "/",
                        name=key[:40],
                        expected=", ".join(allowed),
                    )
                )
        absent = [key for key in required if key not in value]
        for key in absent:
            self.note(f"{at}/{key}", "present")
        return not absent

    def name(self, value: Any, at: str, pattern: re.Pattern[str] = _ID) -> str:
        if type(value) is str and len(value) <= 60 and pattern.fullmatch(value):
            return value
        self.note(at, "name in lower case with hyphens, 1..60")
        return ""

    def integer(self, value: Any, at: str, low: int, high: int) -> int:
        if type(value) is int and low <= value <= high:
            return value
        self.note(at, f"integer {low}..{high}")
        return low

    def word(self, value: Any, at: str, allowed: tuple[str, ...]) -> str:
        if type(value) is str and value in allowed:
            return value
        self.note(at, " | ".join(allowed))
        return allowed[0]

    def title(self, value: Any, at: str) -> tuple[str, str]:
        if not self.object(value, at, ("zh", "en")):
            return "", ""
        for key in ("zh", "en"):
            if type(value[key]) is not str or not 1 <= len(value[key]) <= 400:
                self.note(f"{at}/{key}", "string of 1..400")
        return value["zh"], value["en"]

    def rules(self) -> RuleSet | None:
        """The rule set; of no use when problems were noted."""
        data = self.data
        required = ("format", "id", "version", "title", "period", "records", "reads", "indicators")
        if not self.object(data, "", required, ("note", "tables", "placed")):
            return None
        if data["format"] != FORMAT:
            self.note("/format", FORMAT)
        if "note" in data:
            self.title(data["note"], "/note")
        name = self.name(data["id"], "/id")
        version = self.integer(data["version"], "/version", 1, 1_000_000)
        title = self.title(data["title"], "/title")
        period = self.word(data["period"], "/period", PERIODS)
        records = self.integer(data["records"], "/records", 1, MAX_RECORDS)
        reads = self.reads(data["reads"])
        tables = self.tables(data.get("tables", {}))
        placed = self.placed(data.get("placed", {}), reads)
        checker = ExpressionChecker(OPERATORS, reads, tables, self.kinds, self.problems)
        indicators = self.indicators(data["indicators"], checker)
        cost = checker.top_cost + records * checker.each_cost
        if cost > MAX_COST:
            self.problems.append(
                BadEvidence("rules-cost", pointer="/records", found=cost, limit=MAX_COST)
            )
        if self.problems:
            return None
        ordered, listed = self.ordered(indicators), tuple(one.id for one in indicators)
        return RuleSet(
            name, version, title, period, records, reads, tables, ordered, listed, cost,
            rule_hash(data), placed,
        )  # fmt: skip

    def placed(self, value: Any, reads: Mapping[str, Any]) -> dict[str, str]:
        """Record type → by what it belongs to a period."""
        if type(value) is not dict:
            self.note("/placed", "object")
            return {}
        for name in value:
            if name not in reads:
                at = f"/placed/{_escaped(name)}"
                self.problems.append(
                    BadEvidence(
                        "rules-unknown-name", pointer=at, name=name[:40], expected=", ".join(reads)
                    )
                )
        return {
            name: self.word(place, f"/placed/{_escaped(name)}", PLACES)
            for name, place in value.items()
        }

    def reads(self, value: Any) -> dict[str, dict[str, str]]:
        """Record type → field → kind."""
        found: dict[str, dict[str, str]] = {}
        if type(value) is not dict or not 1 <= len(value) <= 50:
            self.note("/reads", "object of 1..50 record types")
            return found
        for name, fields in value.items():
            at = f"/reads/{_escaped(name)}"
            found[self.name(name, at)] = kinds = {}
            if type(fields) is not dict or len(fields) > 50:
                self.note(at, "object of 0..50 fields")
                continue
            for key, kind in fields.items():
                place = f"{at}/{_escaped(key)}"
                if key in BASE_FIELDS or key in ("type", "leaf"):
                    self.note(place, "absent: every record has it")
                kinds[self.name(key, place, _FIELD)] = self.word(kind, place, (*SCALARS, *LISTS))
        return found

    def tables(self, value: Any) -> dict[str, Table]:
        found: dict[str, Table] = {}
        if type(value) is not dict or len(value) > 50:
            self.note("/tables", "object of 0..50 tables")
            return found
        for name, table in value.items():
            at = f"/tables/{_escaped(name)}"
            if not self.object(table, at, ("of", "unit", "rows")):
                continue
            of = self.word(table["of"], f"{at}/of", ("text", *NUMBERS))
            unit = self.word(table["unit"], f"{at}/unit", NUMBERS)
            found[self.name(name, at)] = Table(of, unit, self.rows(table["rows"], of, f"{at}/rows"))
        return found

    def rows(self, value: Any, of: str, at: str) -> tuple[tuple[Any, Any, Any], ...]:
        if type(value) is not list or not 1 <= len(value) <= 200:
            self.note(at, "array of 1..200")
            return ()
        found = []
        for position, row in enumerate(value):
            place = f"{at}/{position}"
            required, optional = (("is", "value"), ()) if of == "text" else (
                ("value",), ("from", "to"),
            )  # fmt: skip
            known = len(self.problems)
            if not self.object(row, place, required, optional):
                return ()
            low = self.end(row, "is" if of == "text" else "from", of, place)
            high = low if of == "text" else self.end(row, "to", of, place)
            found.append((low, high, number_at(row["value"], f"{place}/value", self.problems)))
            if known == len(self.problems) and not _fits(found, of):
                self.problems.append(BadEvidence("rules-rows", pointer=place))
        return tuple(found)

    def end(self, row: Mapping[str, Any], key: str, of: str, at: str) -> Any:
        """One end of a row; None where it is open."""
        if key not in row:
            return None
        if of != "text":
            return number_at(row[key], f"{at}/{key}", self.problems)
        if type(row[key]) is not str or len(row[key]) > 200:
            self.note(f"{at}/{key}", "string of 0..200")
        return row[key]

    def indicators(self, value: Any, checker: ExpressionChecker) -> list[Indicator]:
        """The indicators; their names are known before the first expression is read."""
        if type(value) is not list or not 1 <= len(value) <= MAX_INDICATORS:
            self.note("/indicators", f"array of 1..{MAX_INDICATORS}")
            return []
        good = []
        for position, one in enumerate(value):
            at = f"/indicators/{position}"
            if not self.object(
                one, at, ("id", "title", "unit", "value", "round", "missing"), ("note",)
            ):
                continue
            name = self.name(one["id"], f"{at}/id")
            if name in self.kinds:
                self.problems.append(BadEvidence("rules-twice", pointer=f"{at}/id", name=name))
            self.kinds[name] = self.word(one["unit"], f"{at}/unit", (*NUMBERS, "boolean"))
            good.append((at, name, one))
        found = [self.indicator(at, name, one, checker) for at, name, one in good]
        self.cycles({name: (at, refers) for at, name, refers, _ in found})
        return [one for _, _, _, one in found if one]

    def indicator(
        self, at: str, name: str, one: Any, checker: ExpressionChecker
    ) -> tuple[str, str, list[str], Indicator | None]:
        unit, title = self.kinds[name], self.title(one["title"], f"{at}/title")
        if "note" in one:
            self.title(one["note"], f"{at}/note")
        checker.references, checker.types = [], set()
        value = checker.check(one["value"], f"{at}/value", Scope())
        if value and value.kind != unit:
            found = value.kind if isinstance(value.kind, str) else "records | groups"
            self.problems.append(
                BadEvidence("rules-unit", pointer=f"{at}/value", found=found, expected=unit)
            )
        step, mode = self.rounding(one["round"], unit, f"{at}/round")
        substitute = self.substitute(one["missing"], unit, f"{at}/missing")
        refers, types = checker.references, frozenset(checker.types)
        if value is None:
            return at, name, refers, None
        made = Indicator(name, title, unit, value, step, mode, substitute, types)
        return at, name, refers, made

    def rounding(self, value: Any, unit: str, at: str) -> tuple[Number | None, str]:
        if value == "exact" and type(value) is str:
            return None, ""
        if unit == "boolean":
            self.note(at, "exact")
            return None, ""
        if not self.object(value, at, ("to", "mode")):
            return None, ""
        step = number_at(value["to"], f"{at}/to", self.problems)
        if step is not None and step <= 0:
            self.note(f"{at}/to", "above zero")
        return step, self.word(value["mode"], f"{at}/mode", MODES)

    def substitute(self, value: Any, unit: str, at: str) -> Number | bool | None:
        if value == "stays" and type(value) is str:
            return None
        if not self.object(value, at, ("counts-as",)):
            return None
        given = value["counts-as"]
        if unit != "boolean":
            found: Number | None = number_at(given, f"{at}/counts-as", self.problems)
            return found
        if type(given) is not bool:
            self.note(f"{at}/counts-as", "true | false")
        return bool(given)

    def cycles(self, refers: Mapping[str, tuple[str, list[str]]]) -> None:
        """Note the circles; `order` is then each indicator after those it refers to."""
        self.order: dict[str, frozenset[str]] = {}
        for name in refers:
            self.visit(name, refers, [])

    def visit(
        self, name: str, refers: Mapping[str, tuple[str, list[str]]], path: list[str]
    ) -> None:
        if name in self.order or name not in refers:
            return
        at, others = refers[name]
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            if not any(problem.code == "rules-cycle" for problem in self.problems):
                self.problems.append(BadEvidence("rules-cycle", pointer=at, path=circle))
            return
        for other in others:
            self.visit(other, refers, [*path, name])
        self.order[name] = frozenset(others)

    def ordered(self, indicators: list[Indicator]) -> tuple[Indicator, ...]:
        """In the order of `order`, each with the record types of those that it refers to."""
        by_name = {one.id: one for one in indicators}
        done: dict[str, Indicator] = {}
        for name, others in self.order.items():
            reads = by_name[name].reads.union(*(done[other].reads for other in others))
            done[name] = replace(by_name[name], reads=reads)
        return tuple(done.values())


def _fits(rows: list[tuple[Any, Any, Any]], of: str) -> bool:
    """Whether the last row may follow those before it."""
    low, high, _ = rows[-1]
    if of == "text":
        return all(low != other for other, _, _ in rows[:-1])
    if low is not None and high is not None and low >= high:
        return False
    before = rows[-2][1] if len(rows) > 1 else None
    return len(rows) == 1 or (low is not None and before is not None and before <= low)
