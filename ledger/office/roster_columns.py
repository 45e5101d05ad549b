"""Which columns a roster has, and which of them the headings of a file name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.core.kinds import CredentialType
from ledger.errors import WrongUse
from ledger.office.roster_problem import HEADING_ROW, Problem, problem

HEADINGS = {
    "certificate_number": "证书编号",
    "name": "姓名",
    "awarded_on": "颁发日期",
    "major": "专业",
    "degree": "学位",
    "course": "课程",
    "hours": "学时",
    "credits": "学分",
    "romanised_name": "姓名拼音",
    "student_number": "学号",
    "result": "成绩",
}
"""Column to its Chinese heading; either heads the column."""

IGNORE = "ignore"
"""What a mapping says of a column that is not for the certificate."""

_ALWAYS = ("certificate_number", "name", "awarded_on")
_OPTIONAL = ("romanised_name", "student_number", "result")
_STUDY = (*_ALWAYS, "course", "hours", "credits")
_REQUIRED = {
    "degree": (*_ALWAYS, "major", "degree"),
    "course": _STUDY,
    "micro": _STUDY,
}
_TYPES = {
    "degree": CredentialType.DEGREE,
    "course": CredentialType.COURSE,
    "micro": CredentialType.MICRO,
}
TEMPLATES: tuple[str, ...] = tuple(_REQUIRED)


@dataclass(frozen=True)
class Template:
    """The columns and the credential type of one `--template`."""

    type_code: CredentialType
    required: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.required, *_OPTIONAL)


def template(name: str) -> Template:
    """Raises WrongUse("unknown-template")."""
    if name not in _REQUIRED:
        raise WrongUse("unknown-template", template=name, known=", ".join(TEMPLATES))
    return Template(_TYPES[name], _REQUIRED[name])


@dataclass(frozen=True)
class Heading:
    """The columns found: position in the row (0-based) by column name, and what is wrong."""

    positions: dict[str, int]
    problems: tuple[Problem, ...]


def read_heading(
    cells: Sequence[str], chosen: Template, mapping: Mapping[str, str] | None
) -> Heading:
    """Find the template's columns among the headings; unnamed columns are the caller's matter."""
    said = {_plain(source): target for source, target in (mapping or {}).items()}
    positions: dict[str, int] = {}
    problems = list(_mapping_problems(cells, chosen, said))
    for position, cell in enumerate(cells):
        if not _plain(cell):
            continue
        column = _column(cell, chosen, said)
        if column is None:
            problems.append(problem(HEADING_ROW, cell, "column-unknown", heading=cell))
        elif column in positions:
            problems.append(
                problem(HEADING_ROW, column, "column-duplicate", column=column, heading=cell)
            )
        elif column != IGNORE:
            positions[column] = position
    problems += (
        problem(HEADING_ROW, column, "column-missing", column=column, heading=HEADINGS[column])
        for column in chosen.required
        if column not in positions
    )
    return Heading(positions, tuple(problems))


def _plain(heading: str) -> str:
    return heading.strip().casefold()


def _column(heading: str, chosen: Template, said: Mapping[str, str]) -> str | None:
    """The column that a heading means; None when it is unknown to this template."""
    plain = _plain(heading)
    if plain in said:
        # A wrong target is reported once, as a problem of the mapping.
        return _target(said[plain], chosen) or IGNORE
    return _target(plain, chosen, mapped=False)


def _target(name: str, chosen: Template, mapped: bool = True) -> str | None:
    plain = _plain(name)
    if mapped and plain == IGNORE:
        return IGNORE
    return next((c for c in chosen.columns if plain in (c, HEADINGS[c])), None)


def _mapping_problems(
    cells: Sequence[str], chosen: Template, said: Mapping[str, str]
) -> Iterator[Problem]:
    present = {_plain(cell) for cell in cells}
    for heading, target in said.items():
        if heading not in present:
            yield problem(HEADING_ROW, heading, "mapping-source", heading=heading)
        if _target(target, chosen) is None:
            yield problem(HEADING_ROW, heading, "mapping-target", heading=heading, target=target)
