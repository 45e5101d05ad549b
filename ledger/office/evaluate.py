"""Evaluating: one report a subject, each an act of the stream `evaluation`.

1. what is anchored: the streams' trees, the acts that count, the rule set for the period;
2. per subject: is there a report from these very records, rules and acts? Then it stands, unless
   it was erased;
3. else its records are read, judged and evaluated (`ledger.core.evaluation.reporting`);
4. new reports are appended, all in one durable transaction.
   -- crash before it: nothing was told to anybody; the next run computes the same again;
   -- crash after it: the next run finds every report by its identity.

So evaluating again after one new record costs what changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ledger.core.canonical import canonical_json, parse_json
from ledger.core.dates import parse_day, start_of_day
from ledger.core.evaluation.evaluate import Period
from ledger.core.evaluation.hints import Hint, hints
from ledger.core.evaluation.recompute import Claim
from ledger.core.evaluation.register import Register
from ledger.core.evaluation.report import Report, ReportFile, read_report
from ledger.core.evaluation.reporting import Basis, Reporter, Subject, relevant_acts
from ledger.core.evaluation.standing import Item
from ledger.core.kinds import EvaluationKind
from ledger.core.learning.vocabulary import LEARNING_TYPES
from ledger.core.teaching.vocabulary import ACTS
from ledger.errors import NotAllowed, UnknownNumber, WrongUse
from ledger.office.acts import (
    STREAM,
    NewAct,
    Written,
    anchored_register,
    append_acts,
    identity,
    ledger_times,
    written_act,
)
from ledger.office.context import Office
from ledger.office.export import AnchoredHeads
from ledger.office.rules import ChosenRules, choose
from ledger.office.students import student_records, students
from ledger.ports import Progress

TEACHING, LEARNING = "teaching", "learning"
SUPERSEDES = "supersedes"


@dataclass(frozen=True)
class Evaluated:
    """A subject's report. `fresh`: computed now; else it stood in the stream already."""

    report: Report
    written: Written

    @property
    def fresh(self) -> bool:
        return self.written.fresh

    def file(self, rules: Any) -> ReportFile:
        """As it is handed out."""
        return ReportFile(
            self.report, rules, self.written.leaf, self.written.entry, self.written.salt
        )


@dataclass(frozen=True)
class Evaluation:
    """All of one run: what the reports share, and the reports in the order of their subjects."""

    chosen: ChosenRules
    basis: Basis
    reports: tuple[Evaluated, ...]


def parse_period(text: str) -> Period:
    """`FROM/UNTIL`, days in UTC+8, UNTIL exclusive. Raises WrongUse period-form."""
    first, slash, last = text.partition("/")
    try:
        start, end = (start_of_day(parse_day(day)) for day in (first, last))
    except (ValueError, OverflowError) as error:
        raise WrongUse("period-form", period=text[:60]) from error
    if not slash or start >= end:
        raise WrongUse("period-form", period=text[:60])
    return Period(text, start, end)


def evaluate(
    office: Office,
    name: str,
    period: Period,
    only: str | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """The reports of all subjects, or of one.

    Raises NotAllowed not-anchored where no record is anchored, WrongUse rules-name, rules-mixed,
    UnknownNumber no-such-rules, no-such-subject, BadEvidence where a record breaks the rule set's
    bounds.
    """
    register, acts = anchored_register(office)
    chosen = choose(register, name, period)  # 1
    basis = basis_of(office, chosen, period, register, acts)
    found = list(_subjects(office, basis, only))
    if only is not None and not found:
        raise UnknownNumber("no-such-subject", subject=only)
    reporter = Reporter(basis)
    known = _relevant(basis)
    standing: dict[int, Evaluated] = {}
    fresh: dict[int, NewAct] = {}
    for place, subject in enumerate(found):
        once, found_one = _found(office, _once(basis, known, subject))  # 2
        if found_one is not None:
            standing[place] = found_one
        else:
            data = reporter.report(_read(office, basis, subject))  # 3
            fresh[place] = NewAct(
                EvaluationKind.REPORT, once, {"report": data}, None, basis.rules.hash
            )
        if progress:
            progress(place + 1, len(found))
    written = append_acts(office, list(fresh.values())) if fresh else []  # 4
    for (place, act), done in zip(fresh.items(), written, strict=True):
        data = act.fields["report"]
        standing[place] = Evaluated(Report(data, Claim(data["result"])), done)
    return Evaluation(chosen, basis, tuple(standing[place] for place in sorted(standing)))


def preview(
    office: Office, rules: ChosenRules, period: Period, progress: Progress | None = None
) -> Iterator[Report]:
    """The reports as they would be; nothing is written."""
    register, acts = anchored_register(office)
    basis = basis_of(office, rules, period, register, acts)
    reporter, found = Reporter(basis), list(_subjects(office, basis, None))
    for place, subject in enumerate(found):
        yield read_report(reporter.report(_read(office, basis, subject)))
        if progress:
            progress(place + 1, len(found))


def basis_of(
    office: Office, chosen: ChosenRules, period: Period, register: Register, acts: int
) -> Basis:
    """What all reports share. Raises NotAllowed not-anchored, WrongUse rules-mixed."""
    types = set(chosen.rules.reads)
    learning = types & LEARNING_TYPES.keys()
    if learning and learning != types:
        raise WrongUse("rules-mixed", name=chosen.rules.id, types=", ".join(sorted(types)))
    stream = LEARNING if learning else TEACHING
    head = AnchoredHeads(office).of(stream)
    if head is None:
        raise NotAllowed("not-anchored", what=office.identity.origin(stream))
    anchor, covering = head[0], ledger_times(office, stream)

    def block_of(leaf: int) -> int | None:
        row = covering(leaf)
        return row.block if row else None

    return Basis(chosen.rules, period, register, acts, stream, anchor.size, anchor.root, block_of)


def _subjects(office: Office, basis: Basis, only: str | None) -> Iterator[Subject]:
    """Every subject with its end as far as it is anchored; of a teacher nothing else is read."""
    if basis.stream == LEARNING:
        for name in students(office, only):
            yield Subject(name)
        return
    for head in office.statements.subjects():
        if only not in (None, head.subject):
            continue
        count, last = head.count, head.leaf
        if last >= basis.size:  # the end of the chain is not anchored yet
            below = office.statements.links(head.subject, basis.size)
            count, last = len(below), below[-1] if below else -1
        if count:
            yield Subject(head.subject, count=count, last=last)


def _read(office: Office, basis: Basis, subject: Subject) -> Subject:
    """The same with its records."""
    if subject.count is None:
        records, refused = student_records(office, subject.name, basis.size)
        return Subject(subject.name, records=records, refused=refused)
    items = _items(office, basis, subject.name, {*basis.rules.reads, *ACTS})
    if any(one.record and (one.record["type"] in ACTS or SUPERSEDES in one.record)
           for one in items):  # fmt: skip
        # What is done to a record may be done to one of any type: then all of them are read.
        items = _items(office, basis, subject.name, None)
    return Subject(subject.name, items, subject.count, subject.last)


def _items(
    office: Office, basis: Basis, name: str, types: Collection[str] | None
) -> tuple[Item, ...]:
    return tuple(
        Item(one.number, one.index, one.record, one.signer, one.erased)
        for one in office.statements.chain(name, basis.size, types)
    )


def _relevant(basis: Basis) -> str:
    """Names the acts on which these reports rest: another act, another report."""
    leaves = relevant_acts(basis.register, basis.rules, basis.register.accounts())
    return sha256(canonical_json(leaves)).hexdigest()


def _once(basis: Basis, relevant: str, subject: Subject) -> tuple[Any, ...]:
    """What a report follows from. A student has no chain, so any new record may be of them."""
    count = subject.count if subject.count is not None else basis.size
    period = (basis.period.start, basis.period.end)
    return (basis.rules.hash.hex(), subject.name, *period, count, subject.last, relevant)


def _found(office: Office, once: tuple[Any, ...]) -> tuple[tuple[Any, ...], Evaluated | None]:
    """The report that stands under an identity; where it was erased, of the next one after it."""
    while True:
        leaf = office.store.find(STREAM, identity(EvaluationKind.REPORT, once))
        if leaf is None:
            return once, None
        if office.store.payload(STREAM, leaf) is not None:
            written = written_act(office, leaf)
            return once, Evaluated(read_report(parse_json(written.payload)["report"]), written)
        once = (*once, leaf)


def school_hints(office: Office, basis: Basis) -> list[Hint]:
    """What somebody should look at, of all teachers in the period: hints are of no effect, and say
    nothing of students."""
    if basis.stream != TEACHING:
        return []
    start, end = basis.period.start, basis.period.end
    return hints(
        one.record
        for head in office.statements.subjects()
        for one in office.statements.chain(head.subject, basis.size)
        if one.record is not None and start <= one.record.get("starts", one.record["at"]) < end
    )
