"""A stranger's recomputation of a report, from the report, its records and a trust bundle.

Pure; `docs/spec/recompute.md` tells it in prose. The numbers are those of the code below.

1. evidence   the records file is what the institution signed: checkpoints, groups, paths,
              commitments; records of another institution are told
2. report     its act's entry commits to it; its result has the hash that it names
3. acts       charter, appointments, rule set, approvals, as far as the report read the stream
4. records    the subject's chain, number by number, each signature of an attestation checked
5. report     made again by `reporting`, and compared with the one given, part by part

Nothing stops at the first difference: all of them are told, each with its code and place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.core.canonical import canonical_json
from ledger.core.commitment import commit
from ledger.core.entry import EvaluationEntry, decode
from ledger.core.evaluation.acts import Act, act_payload, read_act
from ledger.core.evaluation.evaluate import data_hash
from ledger.core.evaluation.recompute import compare_results
from ledger.core.evaluation.register import Register
from ledger.core.evaluation.report import Report, ReportFile
from ledger.core.evaluation.reporting import Basis, Reporter, Subject
from ledger.core.evaluation.rules import RuleSet, check_rules
from ledger.core.evaluation.standing import Item, Record
from ledger.core.kinds import EvaluationKind
from ledger.core.learning.records import learning_record_of, with_shown
from ledger.core.merkle import leaf_hash
from ledger.core.people import verify_person
from ledger.core.records_file import (
    EvidenceRecord,
    RecordsFile,
    StreamEvidence,
    check_record,
    check_stream,
    ledger_time,
)
from ledger.core.teaching.envelope import Envelope, full_statement, parse_envelope
from ledger.core.teaching.records import record_of
from ledger.errors import BadEvidence, Refusal

EVALUATION, TEACHING = "evaluation", "teaching"


@dataclass(frozen=True)
class Difference:
    """Something that is not as the report or its evidence says: what, and where."""

    where: str
    refusal: Refusal

    @property
    def code(self) -> str:
        return self.refusal.code


@dataclass
class Recomputed:
    """What came out. `unknown`: what could not be looked at; `labels` as found by
    recomputing; None where it did not come to that."""

    report: Report
    differences: list[Difference] = field(default_factory=list)
    unknown: list[Refusal] = field(default_factory=list)
    labels: tuple[str, ...] | None = None
    records: int = 0

    def differ(self, where: str, refusal: Refusal) -> None:
        self.differences.append(Difference(where, refusal))

    @property
    def same(self) -> bool:
        return not self.differences


def recompute_report(file: ReportFile, evidence: RecordsFile, keys: Sequence[bytes]) -> Recomputed:
    """Everything that differs. `keys`: the institution's checkpoint keys, raw, from the bundle."""
    done = Recomputed(file.report)
    _check_evidence(done, evidence, keys)  # 1
    _check_report(done, file)  # 2
    stream = evidence.streams.get(file.report.stream)
    if stream is None:
        done.differ(
            file.report.stream, BadEvidence("recompute-no-stream", stream=file.report.stream)
        )
        return done
    try:
        rules = check_rules(file.rules)
        register = _register(done, evidence)  # 3
    except BadEvidence as bad:
        done.differ("rules", bad)
        return done
    basis = _basis(file.report, stream, rules, register)
    subject = _subject(done, evidence, basis)  # 4
    _compare(done, basis, subject)  # 5
    return done


# ------------------------------------------------------------------- 1


def _check_evidence(done: Recomputed, evidence: RecordsFile, keys: Sequence[bytes]) -> None:
    for problem in evidence.problems:
        done.differ(f"line {problem.detail.get('line', '—')}", problem)
    ours = done.report.institution
    for name, stream in evidence.streams.items():
        domain = stream.origin.partition("/")[0]
        if domain != ours:
            refusal = BadEvidence("other-institution", found=domain, expected=ours)
            done.differ(stream.origin, refusal)
        for problem in check_stream(stream, keys):
            done.differ(name, problem)
    for record in evidence.records:
        if record.stream in evidence.streams:
            for problem in check_record(record, evidence.streams[record.stream]):
                done.differ(f"{record.stream}[{record.leaf}]", problem)


# ------------------------------------------------------------------- 2


def _check_report(done: Recomputed, file: ReportFile) -> None:
    report = file.report
    where = f"{EVALUATION}[{file.leaf}]"
    try:
        payload = act_payload(EvaluationKind.REPORT, report.institution, report=dict(report.data))
        entry = decode(file.entry)
    except BadEvidence as bad:
        done.differ(where, bad)
        return
    kind = isinstance(entry, EvaluationEntry) and entry.what is EvaluationKind.REPORT
    if not kind or entry.commitment != commit(file.salt, payload):
        done.differ(where, BadEvidence("report-commitment", leaf=file.leaf))
    elif isinstance(entry, EvaluationEntry) and entry.rules_hash != report.rules_hash:
        done.differ(where, BadEvidence("act-entry", leaf=file.leaf, part="rules_hash"))
    if report.data["result_hash"] != data_hash(report.claim.data).hex():
        done.differ("/result_hash", BadEvidence("report-result-hash"))


# ------------------------------------------------------------------- 3


def _register(done: Recomputed, evidence: RecordsFile) -> Register:
    """The acts that the report rests on. A later act of the same stream is of no account to it."""
    stream = evidence.streams.get(EVALUATION)
    acts = []
    for record in evidence.of(EVALUATION):
        if record.leaf >= done.report.data["evaluation"] or stream is None:
            continue
        try:
            act = _act(record, stream)
        except BadEvidence as bad:
            done.differ(f"{EVALUATION}[{record.leaf}]", bad)
            continue
        if act.body["institution"] == done.report.institution:
            acts.append(act)
        else:
            refusal = BadEvidence(
                "other-institution",
                found=act.body["institution"],
                expected=done.report.institution,
            )
            done.differ(f"{EVALUATION}[{record.leaf}]", refusal)
    register = Register(done.report.institution, acts)
    _check_approvals(done, register)
    return register


def _act(record: EvidenceRecord, stream: StreamEvidence) -> Act:
    entry = decode(record.entry)
    if not isinstance(entry, EvaluationEntry):
        raise BadEvidence("act-entry", leaf=record.leaf, part="kind")
    at = ledger_time(stream, record.leaf)
    block, time = at if at is not None else (None, None)
    return read_act(record.leaf, entry, record.payload, block, time)


def _check_approvals(done: Recomputed, register: Register) -> None:
    """Every approval that the report names is there and counts."""
    rules = done.report.data["rules"]
    standing = register.rules(done.report.rules_hash)
    good = {act.leaf for act in standing.approvals}
    wrong = dict(standing.wrong)
    for leaf in rules["approvals"]:
        if leaf not in good:
            why = wrong.get(leaf) or BadEvidence("approval-missing", leaf=leaf)
            done.differ(f"{EVALUATION}[{leaf}]", why)


# ------------------------------------------------------------------- 4


def _basis(report: Report, stream: StreamEvidence, rules: RuleSet, register: Register) -> Basis:
    records = report.data["records"]

    def block_of(leaf: int) -> int | None:
        at = ledger_time(stream, leaf)
        return at[0] if at else None

    return Basis(
        rules,
        report.claim.period,
        register,
        report.data["evaluation"],
        report.stream,
        records["size"],
        bytes.fromhex(records["root"]),
        block_of,
    )


def _subject(done: Recomputed, evidence: RecordsFile, basis: Basis) -> Subject:
    records = done.report.data["records"]
    found = [one for one in evidence.of(basis.stream) if one.leaf < basis.size]
    stream = evidence.streams[basis.stream]
    if stream.size < basis.size or (stream.size == basis.size and stream.root != basis.root):
        done.differ(basis.stream, BadEvidence("recompute-tree", size=basis.size))
    if basis.stream == TEACHING:
        items = tuple(_items(done, found, basis))
        done.records = len(items)
        _left_out(done, items, records["count"], records["last"])
        return Subject(done.report.subject, items, records["count"], records["last"])
    return _student(done, found)


def _items(done: Recomputed, found: Iterable[EvidenceRecord], basis: Basis) -> Iterator[Item]:
    vocabulary = basis.register.vocabulary()
    previous: int | None = None
    for one in sorted(found, key=lambda record: record.leaf):
        where = f"{one.stream}[{one.leaf}]"
        try:
            envelope = parse_envelope(one.payload)
            if envelope.subject != done.report.subject:
                continue
            if envelope.previous != previous:
                done.differ(where, BadEvidence("record-link", leaf=one.leaf))
            previous = one.leaf
            record = record_of(full_statement(envelope), one.leaf, vocabulary)
            _of_its_chain(envelope, record, one.leaf)
        except BadEvidence as bad:
            done.differ(where, bad)
            continue
        signer = _signer(done, envelope, basis, one)
        yield Item(envelope.number, one.leaf, record, signer, False, leaf_hash(one.entry))


def _of_its_chain(envelope: Envelope, record: Record | None, leaf: int) -> None:
    """A record stands in the chain of its own subject, whoever numbered it."""
    if record is not None and record["subject"] != envelope.subject:
        raise BadEvidence(
            "record-subject", leaf=leaf, found=envelope.subject, expected=record["subject"]
        )


def _signer(done: Recomputed, envelope: Envelope, basis: Basis, one: EvidenceRecord) -> str | None:
    """Whose checked signature the record bears."""
    if envelope.signature is None:
        return None
    where = f"{one.stream}[{one.leaf}]"
    signature = envelope.signature
    key = basis.register.key(signature.account, signature.key, block=basis.block_of(one.leaf))
    if key is None:
        done.differ(where, BadEvidence("act-signer", leaf=one.leaf, account=signature.account))
        return None
    try:
        verify_person(key, signature, "attestation", envelope.statement)
    except BadEvidence as bad:
        done.differ(where, bad)
        return None
    return f"{signature.account}#{signature.key.hex()}"


def _left_out(done: Recomputed, items: Sequence[Item], count: int | None, last: int | None) -> None:
    """Every number up to the end that the report names is there."""
    there = {item.number for item in items}
    missing = [number for number in range(count or 0) if number not in there]
    if missing:
        shown = ", ".join(map(str, missing[:20])) + (" …" if len(missing) > 20 else "")
        done.differ(
            done.report.subject, BadEvidence("record-left-out", numbers=shown, count=len(missing))
        )
    elif items and items[-1].leaf != last:
        done.differ(done.report.subject, BadEvidence("record-link", leaf=items[-1].leaf))


def _student(done: Recomputed, found: Iterable[EvidenceRecord]) -> Subject:
    """A student's records. Nobody has a chain in this stream: completeness stays unknown."""
    done.unknown.append(BadEvidence("recompute-no-chain"))
    records, refused = [], []
    for one in found:
        try:
            record = learning_record_of(with_shown(one.value, one.shown or {}), one.leaf)
        except BadEvidence:
            refused.append(one.leaf)
            continue
        if record is not None and record["subject"] == done.report.subject:
            records.append(record)
    done.records = len(records)
    if any(one.shown for one in found):
        done.unknown.append(BadEvidence("recompute-shown"))
    return Subject(done.report.subject, records=records, refused=refused)


# ------------------------------------------------------------------- 5


def _compare(done: Recomputed, basis: Basis, subject: Subject) -> None:
    try:
        made = Reporter(basis).report(subject)
    except BadEvidence as bad:
        done.differ(done.report.subject, bad)
        return
    done.labels = tuple(made["labels"])
    given = done.report.data
    for refusal in compare_results(done.report.claim, made["result"], basis.rules):
        done.differ("/result", refusal)
    for part in ("labels", "rules", "charter", "aside", "findings"):
        if canonical_json(made[part]) != canonical_json(given[part]):
            done.differ(
                f"/{part}",
                BadEvidence(
                    "report-part", part=part, claimed=_shown(given[part]), found=_shown(made[part])
                ),
            )


def _shown(value: Any) -> str:
    text = canonical_json(value).decode()
    return text if len(text) <= 300 else text[:300] + "…"
