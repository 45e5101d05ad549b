"""From a row of a table to a statement, by a small declarative mapping (docs/spec/ingest.md).

    {"statement": {…constants, a statement with holes…},
     "columns": {"学号": "/actor/account/name",
                 "动作": {"to": "/verb/id", "values": {"看": "http://…"}},
                 "时间": {"to": "/timestamp", "date": "%Y-%m-%d %H:%M", "zone": "+08:00"},
                 "成绩": {"to": "/result/score/raw", "as": "number"},
                 "备注": null}}

Every column of the file is named, `null` leaves one out: nothing is lost unnoticed. Places are JSON
pointers (RFC 6901).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ledger.core.canonical import parse_json
from ledger.core.shape import Shape
from ledger.errors import BadEvidence, WrongUse
from ledger.office import messages_ingest as _messages  # noqa: F401  (registers the codes)
from ledger.office.roster_table import Cell, Row

MAX_COLUMNS = 200
MAX_PLACES = 10
MAX_VALUES = 10_000
MAX_TEXT = 2_000
TYPES = ("text", "number", "integer", "boolean")
OPTIONS = ("values", "before", "after", "as", "date", "zone", "required")

_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])+)+")
_ZONE = re.compile(r"([+-])([01]\d|2[0-3]):([0-5]\d)|Z")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_TRUE = frozenset({"true", "1", "yes", "y", "是", "真", "通过"})
_FALSE = frozenset({"false", "0", "no", "n", "否", "假", "未通过"})
_SHOWN = 60

Place = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """Where a column's value goes and how it is read."""

    name: str
    places: tuple[Place, ...]
    values: Mapping[str, str] | None = None
    before: str = ""
    after: str = ""
    type: str = "text"
    dates: tuple[str, ...] = ()
    zone: timezone | None = None
    required: bool = False


@dataclass(frozen=True)
class TableMapping:
    """Constants and columns; a column of `None` is left out."""

    constants: dict[str, Any]
    columns: dict[str, Column | None]


def parse_mapping(data: bytes) -> TableMapping:
    """The mapping in a file. Raises WrongUse("mapping-wrong") with the pointer of the first fault.

    Whether the statements come out right is told row by row, or by a preview.
    """
    try:
        return _mapping(parse_json(data))
    except BadEvidence as bad:
        if bad.code == "mapping-wrong":
            raise WrongUse("mapping-wrong", **bad.detail) from bad
        why = f"JSON ({bad.detail.get('reason')})"
        raise WrongUse("mapping-wrong", pointer="/", expected=why) from bad


def _mapping(value: Any) -> TableMapping:
    top = Shape(value, "mapping-wrong").object(("columns",), ("statement",))
    constants = top["statement"].value if top.has("statement") else {}
    if type(constants) is not dict:
        top["statement"].refuse("object")
    given = top["columns"]
    if type(given.value) is not dict or not 0 < len(given.value) <= MAX_COLUMNS:
        given.refuse(f"object of 1..{MAX_COLUMNS} columns")
    columns = {plain(name): _column(name, given[name]) for name in given.value}
    if len(columns) != len(given.value):
        given.refuse("every heading once")
    _check_places(given, constants, columns)
    return TableMapping(constants, columns)


def _column(name: str, shape: Shape) -> Column | None:
    if shape.value is None:
        return None
    if type(shape.value) is str:
        return Column(name, (_place(shape),))
    shape.object(("to",), OPTIONS)
    to = shape["to"]
    places = [to] if type(to.value) is str else list(to.items(MAX_PLACES, 1))
    dates = _dates(shape["date"]) if shape.has("date") else ()
    zone = _zone(shape["zone"]) if shape.has("zone") else None
    if zone is not None and not dates:
        shape["zone"].refuse("absent without date")
    if dates and (shape.has("as") or shape.has("values")):
        shape["date"].refuse("absent beside as or values")
    return Column(
        name,
        tuple(_place(place) for place in places),
        _values(shape["values"]) if shape.has("values") else None,
        shape["before"].text(MAX_TEXT, 0) if shape.has("before") else "",
        shape["after"].text(MAX_TEXT, 0) if shape.has("after") else "",
        shape["as"].one_of(TYPES) if shape.has("as") else "text",
        dates,
        zone,
        _flag(shape["required"]) if shape.has("required") else False,
    )


def _place(shape: Shape) -> Place:
    text = shape.matching(_POINTER, "JSON pointer, such as /actor/account/name")
    return tuple(
        token.replace("~1", "/").replace("~0", "~") for token in text.removeprefix("/").split("/")
    )


def _values(shape: Shape) -> dict[str, str]:
    if type(shape.value) is not dict or not 0 < len(shape.value) <= MAX_VALUES:
        shape.refuse(f"object of 1..{MAX_VALUES} values")
    return {key: shape[key].text(MAX_TEXT, 0) for key in shape.value}


def _dates(shape: Shape) -> tuple[str, ...]:
    if type(shape.value) is str:
        return (shape.text(),)
    return tuple(one.text() for one in shape.items(10, 1))


def _zone(shape: Shape) -> timezone:
    found = _ZONE.fullmatch(shape.text())
    if found is None:
        shape.refuse("+08:00 | Z")
    if found[0] == "Z":
        return UTC
    length = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(length if found[1] == "+" else -length)


def _flag(shape: Shape) -> bool:
    if type(shape.value) is not bool:
        shape.refuse("true | false")
    return bool(shape.value)


def _check_places(
    given: Shape, constants: dict[str, Any], columns: Mapping[str, Column | None]
) -> None:
    """No two values for one place, and a place is one that can be filled."""
    taken: set[Place] = set()
    trial = copy.deepcopy(constants)
    for column in columns.values():
        for place in column.places if column else ():
            cut = {place[:length] for length in range(1, len(place) + 1)}
            if cut & taken or any(other[: len(place)] == place for other in taken):
                given[column.name if column else ""].refuse("a place of its own")
            taken.add(place)
            if not _put(trial, place, ""):
                given[column.name if column else ""].refuse("a place that fits the constants")


def _put(statement: dict[str, Any], place: Place, value: Any) -> bool:
    """Sets the value, making what is missing on the way: a list where the next step is `0`."""
    here: Any = statement
    for step, following in zip(place, (*place[1:], None), strict=True):
        made: Any = value if following is None else [] if following == "0" else {}
        if isinstance(here, list):
            if not step.isdecimal() or int(step) > len(here):
                return False
            at: Any = int(step)
            if at == len(here):
                here.append(made)
        elif isinstance(here, dict):
            at = step
            here.setdefault(at, made)
        else:
            return False
        if following is None:
            if isinstance(here[at], dict | list):
                return False
            here[at] = value
        else:
            here = here[at]
    return True


# ------------------------------------------------------------------------------------------ rows


def plain(heading: str) -> str:
    """A heading as it is compared."""
    return heading.strip().casefold()


def heading_of(mapping: TableMapping, row: Row) -> list[Column | None]:
    """The column of each cell, from the first row. Raises WrongUse("mapping-columns")."""
    names = [plain(cell.text) for cell in row.cells]
    there = [name for name in names if name]
    missing = [name for name in mapping.columns if name not in there]
    unknown = [name for name in there if name not in mapping.columns]
    twice = sorted({name for name in there if there.count(name) > 1})
    if missing or unknown or twice:
        raise WrongUse(
            "mapping-columns", missing=_list(missing), unknown=_list(unknown), twice=_list(twice)
        )
    return [mapping.columns.get(name) for name in names]


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "–"


def to_statement(
    mapping: TableMapping, heading: Sequence[Column | None], row: Row
) -> dict[str, Any]:
    """The statement of one row; an empty cell leaves the constant, or nothing, in its place.

    Raises BadEvidence("cell-…") with the column. Nothing is checked yet by the standard's rules.
    """
    statement = copy.deepcopy(mapping.constants)
    cells = (*row.cells, *[Cell("")] * (len(heading) - len(row.cells)))
    for column, cell in zip(heading, cells, strict=False):
        if column is None:
            continue
        if not cell.text:
            if column.required:
                raise BadEvidence("cell-missing", column=column.name)
            continue
        value = _value(column, cell)
        for place in column.places:
            _put(statement, place, value)
    return statement


def _value(column: Column, cell: Cell) -> Any:
    text = cell.text
    if cell.fault:
        raise _wrong("cell-mangled", column, text)
    if column.values is not None:
        if text not in column.values:
            raise _wrong("cell-unlisted", column, text)
        text = column.values[text]
    if column.dates:
        return _date(column, text)
    text = f"{column.before}{text}{column.after}"
    return _READERS[column.type](column, text)


def _number(column: Column, text: str) -> int | float:
    if not _NUMBER.fullmatch(text):
        raise _wrong("cell-not-number", column, text)
    value = float(text)
    return int(value) if value.is_integer() else value


def _integer(column: Column, text: str) -> int:
    value = _number(column, text)
    if not isinstance(value, int):
        raise _wrong("cell-not-number", column, text)
    return value


def _boolean(column: Column, text: str) -> bool:
    folded = text.casefold()
    if folded not in _TRUE | _FALSE:
        raise _wrong("cell-not-boolean", column, text)
    return folded in _TRUE


_READERS: dict[str, Callable[[Column, str], Any]] = {
    "text": lambda _, text: text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
}


def _date(column: Column, text: str) -> str:
    """RFC 3339 with the zone of the text, else of the mapping."""
    for form in column.dates:
        try:
            found = _moment(form, text)
        except (ValueError, OverflowError, OSError):
            continue
        if found.tzinfo is None and column.zone is not None:
            found = found.replace(tzinfo=column.zone)
        if found.tzinfo is not None and 1 <= found.year <= 9999:
            return found.isoformat()
    expected = " | ".join(column.dates) + ("" if column.zone else " (+ zone)")
    raise _wrong("cell-not-date", column, text, expected=expected)


def _moment(form: str, text: str) -> datetime:
    if form == "iso":
        return datetime.fromisoformat(text)
    if form in ("unix", "unix-ms"):
        value = int(text) / (1 if form == "unix" else 1_000)
        return datetime.fromtimestamp(value, UTC)
    return datetime.strptime(text, form)  # noqa: DTZ007  (the mapping may name the zone)


def _wrong(code: str, column: Column, value: str, **more: Any) -> BadEvidence:
    shown = value[:_SHOWN] + ("…" if len(value) > _SHOWN else "")
    return BadEvidence(code, column=column.name, value=shown, **more)
