"""The vocabulary of `docs/spec/rules.md`: what each operator takes, and the kind that it gives."""

from __future__ import annotations

from collections.abc import Callable

from ledger.core.evaluation.expressions import Call, Operator
from ledger.core.evaluation.nodes import BASE_FIELDS, LEAST_CROWD, Groups, Node, Records, shown
from ledger.core.evaluation.numbers import (
    DURATIONS,
    INSTANT,
    LISTS,
    MODES,
    NUMBERS,
    SCALARS,
    unit_of_product,
    unit_of_quotient,
)
from ledger.errors import BadEvidence

# Values


def _number(call: Call) -> Node | None:
    unit = call.word(1, (*NUMBERS, INSTANT))
    return call.build(unit or "", (), (call.number(0), unit))


def _text(call: Call) -> Node | None:
    if type(call.given[0]) is str and len(call.given[0]) <= 200:
        return call.build("text", (), (call.given[0],))
    return call.checker.format(call.place(0), "string of 0..200")


def _boolean(call: Call) -> Node | None:
    if type(call.given[0]) is bool:
        return call.build("boolean", (), (call.given[0],))
    return call.checker.format(call.place(0), "true | false")


def _missing(call: Call) -> Node | None:
    kind = call.word(0, SCALARS)
    return call.build(kind or "", (), (kind,))


def _period(call: Call) -> Node | None:
    return call.build(INSTANT, ())


def _subject(call: Call) -> Node | None:
    return call.build("text", ())


def _indicator(call: Call) -> Node | None:
    name = call.given[0]
    if type(name) is not str or name not in call.checker.indicators:
        return call.unknown(0, call.checker.indicators)
    call.checker.references.append(name)
    return call.build(call.checker.indicators[name], (), (name,))


# Records and groups


def _records(call: Call) -> Node | None:
    if not call.scope.is_top:
        return call.misplaced("outside every collection; use “members”")
    return _of_types(call, tuple(call.checker.reads))


def _of_types(call: Call, known: tuple[str, ...]) -> Node | None:
    for position, name in enumerate(call.given):
        if type(name) is not str or name not in known:
            return call.unknown(position, known)
    types = tuple(sorted(set(call.given)))
    if len(types) != len(call.given):
        call.checker.note(BadEvidence("rules-twice", pointer=call.at, name=call.name))
        return None
    call.checker.types.update(types)
    call.checker.each_cost += 1
    return call.build(Records(types), (), types)


def _members(call: Call) -> Node | None:
    if call.scope.groups is None or call.scope.record is not None:
        return call.misplaced("directly within a group")
    return _of_types(call, call.scope.groups.types)


def _where(call: Call) -> Node | None:
    of = call.collection()
    condition = call.each(1, ("boolean",), of)
    return call.build(of.kind, (of, condition)) if of else None


def _group(call: Call) -> Node | None:
    of = call.collection()
    if of and isinstance(of.kind, Groups):
        return call.checker.unit(call.place(0), of.kind, "records")
    key = call.each(1, SCALARS, of)
    if of is None or key is None or not isinstance(of.kind, Records):
        return None
    return call.build(Groups(of.kind.types, key.kind), (of, key))


def _key(call: Call) -> Node | None:
    if call.scope.groups is None:
        return call.misplaced("within a group")
    return call.build(call.scope.groups.key, ())


def _field(call: Call) -> Node | None:
    if call.scope.record is None:
        return call.misplaced("within records")
    name = call.given[0]
    kinds = []
    for one in call.scope.record:
        fields = {**call.checker.reads[one], **BASE_FIELDS}
        if type(name) is not str or name not in fields:
            call.checker.note(
                BadEvidence(
                    "rules-unknown-field",
                    pointer=call.place(0),
                    name=f"{one}.{str(name)[:40]}",
                    expected=", ".join(sorted(fields)),
                )
            )
            return None
        kinds.append(fields[name])
    for kind in kinds:
        if kind != kinds[0]:
            return call.checker.unit(call.place(0), kind, kinds[0])
    return call.build(kinds[0], (), (name,))


# What is said of a collection


def _count(call: Call) -> Node | None:
    return call.build("count", (call.collection(),))


def _fold(*kinds: str) -> Callable[[Call], Node | None]:
    """An aggregate with the unit of what it takes."""

    def read(call: Call) -> Node | None:
        of = call.collection()
        each = call.each(1, kinds, of)
        return call.build(each.kind, (of, each)) if each else None

    return read


def _latest(call: Call) -> Node | None:
    of = call.collection()
    if of and isinstance(of.kind, Groups):
        return call.checker.unit(call.place(0), of.kind, "records")
    each = call.each(1, (*SCALARS, *LISTS), of)
    return call.build(each.kind, (of, each)) if each else None


def _summary(kind: str, *kinds: str) -> Callable[[Call], Node | None]:
    """An aggregate with a kind of its own."""

    def read(call: Call) -> Node | None:
        of = call.collection()
        return call.build(kind, (of, call.each(1, kinds, of)))

    return read


def _intervals(call: Call) -> Node | None:
    of = call.collection()
    start = call.each(1, (INSTANT, *DURATIONS), of)
    end = call.each(2, (INSTANT, *DURATIONS), of)
    if start is None or end is None:
        return None
    if start.kind != end.kind:
        return call.checker.unit(call.place(2), end.kind, start.kind)
    return call.build("seconds" if start.kind == INSTANT else start.kind, (of, start, end))


# Ratings


def _enough(call: Call) -> Node | None:
    given = call.of_kind(0, ("histogram",))
    return call.build("histogram", (given,), (call.integer(1, LEAST_CROWD, 1000),))


def _of_histogram(kind: str) -> Callable[[Call], Node | None]:
    def read(call: Call) -> Node | None:
        return call.build(kind, (call.of_kind(0, ("histogram",)),))

    return read


def _share(call: Call) -> Node | None:
    given = call.of_kind(0, ("histogram",))
    low, high = call.integer(1, 1, 100), call.integer(2, 1, 100)
    return call.build("ratio", (given,), (low, high))


# Arithmetic, comparison, choice


def _add(call: Call) -> Node | None:
    first = call.of_kind(0, (*NUMBERS, INSTANT))
    if first and first.kind == INSTANT:
        if len(call.given) > 2:
            return call.checker.unit(call.place(2), "seconds", "nothing more after an instant")
        return call.build(INSTANT, (first, call.of_kind(1, ("seconds",))))
    rest = [call.of_kind(position, NUMBERS) for position in range(1, len(call.given))]
    if first is None or not all(rest):
        return None
    for position, one in enumerate(rest, 1):
        if one.kind != first.kind:
            return call.checker.unit(call.place(position), one.kind, shown(first.kind))
    return call.build(first.kind, (first, *rest))


def _subtract(call: Call) -> Node | None:
    first = call.of_kind(0, (*NUMBERS, INSTANT))
    second = call.of_kind(1, (*NUMBERS, INSTANT))
    if first is None or second is None:
        return None
    if first.kind == INSTANT and second.kind in (INSTANT, "seconds"):
        return call.build("seconds" if second.kind == INSTANT else INSTANT, (first, second))
    if first.kind != second.kind:
        return call.checker.unit(call.place(1), second.kind, shown(first.kind))
    return call.build(first.kind, (first, second))


def _multiply(call: Call) -> Node | None:
    factors = [call.of_kind(position, NUMBERS) for position in range(len(call.given))]
    if not all(factors):
        return None
    unit: str | None = factors[0].kind
    for position, factor in enumerate(factors[1:], 1):
        product = unit_of_product(str(unit), factor.kind)
        if product is None:
            return call.checker.unit(call.place(position), factor.kind, "ratio | count")
        unit = product
    return call.build(str(unit), factors)


def _divide(call: Call) -> Node | None:
    over, under = call.of_kind(0, NUMBERS), call.of_kind(1, NUMBERS)
    if over is None or under is None:
        return None
    if under.op == "number" and under.words[0] == 0:
        call.checker.note(BadEvidence("rules-division-by-zero", pointer=call.place(1)))
        return None
    unit = unit_of_quotient(over.kind, under.kind)
    if unit is None:
        expected = f"{over.kind} | ratio | count"
        return call.checker.unit(call.place(1), under.kind, expected)
    return call.build(unit, (over, under))


def _same_unit(call: Call) -> Node | None:
    found = call.alike((*NUMBERS, INSTANT) if call.name in ("least", "greatest") else NUMBERS)
    return call.build(found[0].kind, found) if found else None


def _round(call: Call) -> Node | None:
    given, step = call.of_kind(0, NUMBERS), call.number(1)
    mode = call.word(2, MODES)
    if step is not None and step <= 0:
        return call.checker.format(call.place(1), "above zero")
    return call.build(given.kind, (given,), (step, mode)) if given else None


def _convert(call: Call) -> Node | None:
    before, after = call.word(1, tuple(DURATIONS)), call.word(2, tuple(DURATIONS))
    if before is None or after is None:
        return None
    return call.build(after, (call.of_kind(0, (before,)),), (before, after))


def _as(call: Call) -> Node | None:
    unit = call.word(1, NUMBERS)
    return call.build(unit or "", (call.of_kind(0, NUMBERS),), (unit,))


def _compare(call: Call) -> Node | None:
    kinds = SCALARS if call.name in ("equal", "differs") else (*NUMBERS, INSTANT)
    return call.build("boolean", call.alike(kinds) or (None,))


def _logic(call: Call) -> Node | None:
    return call.build("boolean", call.alike(("boolean",)) or (None,))


def _in(call: Call) -> Node | None:
    given = call.of_kind(0, ("text",))
    for position, word in enumerate(call.given[1:], 1):
        if type(word) is not str or len(word) > 200:
            return call.checker.format(call.place(position), "string of 0..200")
    return call.build("boolean", (given,), tuple(call.given[1:]))


def _if(call: Call) -> Node | None:
    condition = call.of_kind(0, ("boolean",))
    found = call.alike((*SCALARS, *LISTS), 1)
    return call.build(found[0].kind, (condition, *found)) if found else None


def _default(call: Call) -> Node | None:
    found = call.alike((*SCALARS, *LISTS))
    return call.build(found[0].kind, found) if found else None


def _is_missing(call: Call) -> Node | None:
    return call.build("boolean", (call.of_kind(0, (*SCALARS, *LISTS)),))


def _table(call: Call) -> Node | None:
    name = call.given[0]
    if type(name) is not str or name not in call.checker.tables:
        return call.unknown(0, call.checker.tables)
    table = call.checker.tables[name]
    return call.build(table.unit, (call.of_kind(1, (table.of,)),), (name,))


_MANY = 50
OPERATORS: dict[str, Operator] = {
    "number": (2, 2, _number),
    "text": (1, 1, _text),
    "boolean": (1, 1, _boolean),
    "missing": (1, 1, _missing),
    "period-start": (0, 0, _period),
    "period-end": (0, 0, _period),
    "subject": (0, 0, _subject),
    "indicator": (1, 1, _indicator),
    "records": (1, _MANY, _records),
    "members": (1, _MANY, _members),
    "where": (2, 2, _where),
    "group": (2, 2, _group),
    "key": (0, 0, _key),
    "field": (1, 1, _field),
    "count": (1, 1, _count),
    "sum": (2, 2, _fold(*NUMBERS)),
    "mean": (2, 2, _fold(*NUMBERS)),
    "median": (2, 2, _fold(*NUMBERS)),
    "min": (2, 2, _fold(*NUMBERS, INSTANT)),
    "max": (2, 2, _fold(*NUMBERS, INSTANT)),
    "latest": (2, 2, _latest),
    "distinct": (2, 2, _summary("count", *SCALARS)),
    "any": (2, 2, _summary("boolean", "boolean")),
    "all": (2, 2, _summary("boolean", "boolean")),
    "covered": (3, 3, _intervals),
    "overlap": (3, 3, _intervals),
    "covered-segments": (2, 2, _summary("seconds", "segments")),
    "tally": (2, 2, _summary("histogram", "histogram")),
    "enough": (2, 2, _enough),
    "ratings": (1, 1, _of_histogram("count")),
    "mean-rating": (1, 1, _of_histogram("score")),
    "median-rating": (1, 1, _of_histogram("score")),
    "share": (3, 3, _share),
    "add": (2, _MANY, _add),
    "subtract": (2, 2, _subtract),
    "multiply": (2, _MANY, _multiply),
    "divide": (2, 2, _divide),
    "negate": (1, 1, _same_unit),
    "absolute": (1, 1, _same_unit),
    "least": (2, _MANY, _same_unit),
    "greatest": (2, _MANY, _same_unit),
    "round": (3, 3, _round),
    "convert": (3, 3, _convert),
    "as": (2, 2, _as),
    "equal": (2, 2, _compare),
    "differs": (2, 2, _compare),
    "below": (2, 2, _compare),
    "at-most": (2, 2, _compare),
    "above": (2, 2, _compare),
    "at-least": (2, 2, _compare),
    "and": (2, _MANY, _logic),
    "or": (2, _MANY, _logic),
    "not": (1, 1, _logic),
    "in": (2, _MANY, _in),
    "if": (3, 3, _if),
    "default": (2, 2, _default),
    "is-missing": (1, 1, _is_missing),
    "table": (2, 2, _table),
}
"""Operator → fewest and most arguments, and how the call is read. Sizes as in the page."""
