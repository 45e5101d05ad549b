"""A roster as both doors take it: validated whole, against the file and against what is issued."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from api.home import read_file
from api.printing.fit import qr_holds
from api.printing.pdf import printer
from ledger.core.canonical import parse_json
from ledger.core.credential import CertificateContent
from ledger.errors import BadEvidence, Refusal, WrongUse
from ledger.office.context import Office
from ledger.office.issue import conflicts
from ledger.office.roster import TEMPLATES, Problem, read_roster

__all__ = ["TEMPLATES", "read_mapping", "validated"]


def validated(
    office: Office,
    data: bytes,
    filename: str,
    template: str,
    mapping: Mapping[str, str] | None,
    printed: bool,
) -> tuple[list[CertificateContent], list[Problem]]:
    """(rows, []) when all is well, else ([], every problem). `printed`: fonts must have it all."""
    can_print = printer().missing_glyphs if printed else None
    fits = qr_holds(office.identity.code, office.identity.verify_url)
    read = read_roster(data, filename, template, mapping, can_print, fits)
    if read.problems:
        return [], list(read.problems)
    problems = [
        _already(read.lines[conflict.row], conflict.number)
        for conflict in conflicts(office, read.rows)
    ]
    return ([], problems) if problems else (list(read.rows), [])


def _already(row: int, number: str) -> Problem:
    refusal = Refusal("already-issued", number=number)
    return Problem(row, "certificate_number", refusal.code, refusal.zh, refusal.en)


def read_mapping(path: Path | None) -> dict[str, str] | None:
    """The `--mapping` file: a JSON object from the roster's headings to our columns."""
    if path is None:
        return None
    try:
        value = parse_json(read_file(path))
    except BadEvidence as error:
        raise WrongUse("mapping-invalid", why=error.detail.get("reason")) from error
    if not isinstance(value, dict) or not all(isinstance(to, str) for to in value.values()):
        raise WrongUse("mapping-invalid", why='{"heading": "column"}')
    return value
