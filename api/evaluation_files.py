"""The files of an evaluation: a report and its page for everybody, the records with proofs, and an
overview. Written anew by every run; each file whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

from api.home import write_atomically
from api.reports.page import Others, Row, Shown, Step, index_page, page
from api.timeline import step_text
from ledger.core.evaluation.charter import Charter
from ledger.core.evaluation.recognition import Case, case_of
from ledger.core.evaluation.register import Register
from ledger.core.evaluation.report import format_report
from ledger.errors import WrongUse
from ledger.office.context import Office
from ledger.office.evaluate import Evaluated, Evaluation, school_hints
from ledger.office.evidence import evidence_lines
from ledger.office.recognise import register_with_reports
from ledger.ports import Progress

RECORDS, INDEX = "records.jsonl", "index.html"
_MODE = 0o600
"""Names and salts lie in them: for their owner only."""
_UNSAFE = re.compile(r"[^\w.@-]+")
_TAKEN = frozenset(("records", "index"))


@dataclass(frozen=True)
class Wanted:
    """What is written beside reports and pages: records with proofs; hints, on the overview."""

    records: bool = True
    hints: bool = False


def write_evaluation(
    office: Office,
    done: Evaluation,
    out: Path,
    lang: str,
    wanted: Wanted,
    progress: Progress | None = None,
) -> list[str]:
    """All files, and their names. Raises WrongUse file-unwritable."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUse("file-unwritable", path=out, why=error.strerror) from error
    names = file_names([one.report.subject for one in done.reports])
    pages = _Pages(office, done)
    written: list[str] = []
    for one in done.reports:
        name = names[one.report.subject]
        write_atomically(out / f"{name}.json", format_report(one.file(done.chosen.data)), _MODE)
        text = page(pages.shown(one, f"{name}.json"), lang)
        write_atomically(out / f"{name}.html", text.encode(), _MODE)
        written += [f"{name}.json", f"{name}.html"]
    seen = school_hints(office, done.basis) if wanted.hints else []
    told = [(one.subject.rpartition("|")[2], one.message(lang)) for one in seen]
    about = {**pages.title(lang), "hints": told}
    text = index_page(pages.rows(names), about, lang)
    write_atomically(out / INDEX, text.encode(), _MODE)
    written.append(INDEX)
    if wanted.records:
        _write_lines(out / RECORDS, evidence_lines(office, done, progress))
        written.append(RECORDS)
    return written


def file_names(subjects: Sequence[str]) -> dict[str, str]:
    """A file name for each subject: the account's name, with a part of its hash where two would
    share one, or where it is no name for a file."""
    plain = {one: _UNSAFE.sub("_", one.rpartition("|")[2]).strip(".")[:80] for one in subjects}
    folded = [name.casefold() for name in plain.values()]
    return {
        one: name
        if name and folded.count(name.casefold()) == 1 and name.casefold() not in _TAKEN
        else f"{name}-{sha256(one.encode()).hexdigest()[:12]}"
        for one, name in plain.items()
    }


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """As `write_atomically`, line by line."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(descriptor, "wb", buffering=1 << 20) as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise WrongUse("file-unwritable", path=path, why=error.strerror) from error
    finally:
        temporary.unlink(missing_ok=True)


class _Pages:
    """What the pages show, made once for all."""

    def __init__(self, office: Office, done: Evaluation) -> None:
        self._office, self._done = office, done
        chartered = done.basis.register.charter()
        self._charter: Charter | None = chartered.charter if chartered else None
        self._register: Register = register_with_reports(office)
        self._others = _others(done.reports)

    def case(self, one: Evaluated) -> Case:
        """How the report stands now, with what is acknowledged but not anchored yet."""
        return case_of(self._register, one.written.leaf)

    def shown(self, one: Evaluated, file: str) -> Shown:
        """Everything that the page of a report tells. `file`: the name of its JSON."""
        case, identity = self.case(one), self._office.identity
        return Shown(
            institution=identity.name,
            institution_en=identity.name_en,
            report=one.report.data,
            rules=self._done.chosen.data,
            subject_name=one.report.subject.rpartition("|")[2],
            others=self._others,
            owners=_owners(self._charter),
            steps=_steps(case),
            effect=case.effect.value,
            open_places=case.open_places,
            file=file,
        )

    def rows(self, names: Mapping[str, str]) -> list[Row]:
        """The lines of the overview."""
        return [
            Row(
                one.report.subject.rpartition("|")[2],
                f"{names[one.report.subject]}.html",
                {name: figure["value"] for name, figure in one.report.claim.figures.items()},
                self.case(one).effect.value,
                len(one.report.data["findings"]),
            )
            for one in self._done.reports
        ]

    def title(self, lang: str) -> dict[str, Any]:
        """What the overview is of."""
        identity, basis = self._office.identity, self._done.basis
        return {
            "institution": identity.name if lang == "zh" else identity.name_en or identity.name,
            "rules": self._done.chosen.data,
            "period": {"start": basis.period.start, "end": basis.period.end},
            "labels": self._done.reports[0].report.data["labels"] if self._done.reports else [],
        }


def _owners(charter: Charter | None) -> dict[str, str]:
    """The systems that own a type of records, or TYPE.FIELD."""
    found: dict[str, str] = {}
    for kind, owner in charter.owners.items() if charter else ():
        found[kind] = " / ".join(owner.sources)
        found |= {f"{kind}.{name}": source for name, source in owner.fields.items()}
    return found


def _others(reports: Sequence[Evaluated]) -> dict[str, Others]:
    """Everybody's values of each figure, ascending, and how many have none."""
    values: dict[str, list[Fraction]] = {}
    missing: dict[str, int] = {}
    for one in reports:
        for name, figure in one.report.claim.figures.items():
            values.setdefault(name, [])
            missing.setdefault(name, 0)
            if type(figure["value"]) is str:
                values[name].append(Fraction(figure["value"]))
            elif figure["value"] is None:
                missing[name] += 1
    return {name: Others(tuple(sorted(some)), missing[name]) for name, some in values.items()}


def _steps(case: Case) -> tuple[Step, ...]:
    first = Step(case.report.time, "算出报告", "the report was computed", True)
    steps = [Step(one.act.time, *step_text(one), one.refused is None) for one in case.steps]
    return (first, *steps)
