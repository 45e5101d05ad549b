"""From a report, its records and a trust bundle to an answer: read, recompute, ask where told to.

Neither a server nor a database is needed: what the institution signed lies in the files. Nodes,
where some are named, confirm that the chain anchored those very trees, and when.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.core.checks_trust import check_self_declared, check_trust, trust_shown
from ledger.core.dates import utc_text
from ledger.core.evaluation.labels import LABEL_WORDS
from ledger.core.evaluation.report import ReportFile
from ledger.core.evaluation.verifying import Difference, Recomputed, recompute_report
from ledger.core.findings import failed, not_checked, passed, unknown, warned
from ledger.core.records_file import RecordsFile, StreamEvidence, read_records
from ledger.core.streams import stream_id
from ledger.core.trust import TrustBundle
from ledger.core.verdict import Check, State
from ledger.errors import BadEvidence, CouldNotLook
from verifier import messages_recompute as _messages  # noqa: F401  (registers the codes)
from verifier.checking import connect
from verifier.nodes import Agreement, Connect, agree, plain

CHECKPOINT_PURPOSE = 2


@dataclass
class Outcome:
    """The answer. `verdict`: same, differs, undetermined."""

    file: ReportFile
    trust: TrustBundle
    checks: list[Check] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    labels: tuple[str, ...] = ()
    records: int = 0

    @property
    def verdict(self) -> str:
        states = {check.code: check.state for check in self.checks}
        if states.get("trust") is not State.PASS or states.get("issuer") is not State.PASS:
            return "undetermined"
        if self.differences:
            return "differs"
        return "undetermined" if states.get("anchored") is State.UNKNOWN else "same"

    def title(self, lang: str) -> str:
        """Whose report it is, for which period and by which rules."""
        claim = self.file.report.claim
        rules = claim.data["rules"]
        name = f"{rules['id']}@{rules['version']}"
        if lang == "zh":
            return f"{self.file.report.institution}：{claim.subject}，{claim.period.name}，{name}"
        return f"{self.file.report.institution}: {claim.subject}, {claim.period.name}, {name}"

    def to_json(self, lang: str) -> dict[str, Any]:
        """The object of `--json`."""
        claim, shown = self.file.report.claim, trust_shown(self.trust)
        return {
            "verdict": self.verdict,
            "institution": self.file.report.institution,
            "subject": claim.subject,
            "period": claim.data["period"],
            "rules": claim.data["rules"],
            "labels": list(self.labels),
            "records": self.records,
            "checks": [
                {"code": one.code, "state": one.state.value, "detail": one.detail(lang)}
                for one in self.checks
            ],
            "differences": [
                {"code": one.code, "where": one.where, "detail": one.refusal.message(lang)}
                for one in self.differences
            ],
            "trust": {"fingerprint": shown.fingerprint, "self_declared": shown.self_declared},
        }


Counted = Callable[[int, int], None]


def recompute(
    file: ReportFile,
    lines: Iterable[bytes],
    trust: TrustBundle,
    nodes: Sequence[str] = (),
    counted: Counted | None = None,
    ask: Connect = connect,
    clock: Callable[[], int] = lambda: int(time.time()),
) -> Outcome:
    """The answer; what could not be looked at is said in it, never raised."""
    outcome = Outcome(file, trust)
    usable = check_trust(trust, clock())
    outcome.checks += [usable, check_self_declared(trust)]
    copy = trust.institution_by_domain(file.report.institution)
    if copy is None:
        outcome.checks.append(_unknown_issuer(file.report.institution))
        return outcome
    name, name_en = copy.name, copy.name_en or copy.name
    outcome.checks.append(
        passed("issuer", f"信任包载有该机构：{name}。", f"The bundle knows it: {name_en}.")
    )
    given = _counting(lines, counted) if counted else lines
    evidence = read_records(given, file.report.subject)
    keys = [key.public_key for key in copy.keys if key.purpose == CHECKPOINT_PURPOSE]
    done = recompute_report(file, evidence, keys)
    outcome.differences, outcome.labels = done.differences, done.labels or ()
    outcome.records = done.records
    outcome.checks += [*_evidence(done), *_rules(done), _anchored(outcome, evidence, nodes, ask)]
    return outcome


def _counting(lines: Iterable[bytes], counted: Counted) -> Iterator[bytes]:
    read = 0
    for number, line in enumerate(lines, start=1):
        read += len(line)
        if number % 1_000 == 0:
            counted(number, read)
        yield line


def _unknown_issuer(domain: str) -> Check:
    return unknown(
        "issuer",
        f"信任包里没有 {domain}，无从核对其签名。",
        f"The trust bundle does not know {domain}: its signatures cannot be checked.",
    )


def _evidence(done: Recomputed) -> list[Check]:
    """Result and completeness, as checks."""
    if done.differences:
        count = len(done.differences)
        result = failed(
            "recomputed", f"{count} 处不同，列在下面。", f"{count} differences, listed below."
        )
    else:
        result = passed(
            "recomputed",
            f"用 {done.records} 条记录重算，逐字节相同。",
            f"Recomputed from {done.records} records: the same to the byte.",
        )
    gaps = [one for one in done.unknown if one.code == "recompute-no-chain"]
    words = [one for one in done.unknown if one.code == "recompute-shown"]
    complete = (
        unknown("complete", gaps[0].zh, gaps[0].en)
        if gaps
        else passed(
            "complete",
            "本人编号链上的每一号都有交代。",
            "Every number of the subject's chain is accounted for.",
        )
        if not done.differences
        else not_checked("complete")
    )
    return [result, complete, *(unknown("asserted", one.zh, one.en) for one in words)]


def _rules(done: Recomputed) -> list[Check]:
    """What has to be said of rules and charter: warnings, since the report says so as well."""
    if done.labels is None:
        return [not_checked("rules")]
    if not done.labels:
        return [
            passed(
                "rules",
                "规则在时段开始之前已由章程指定的人批准。",
                "The rules were approved, by those whom the charter names, before the period "
                "began.",
            )
        ]
    return [warned("rules", *LABEL_WORDS[label]) for label in done.labels]


# ------------------------------------------------------------------- the chain


def _anchored(outcome: Outcome, evidence: RecordsFile, nodes: Sequence[str], ask: Connect) -> Check:
    """Whether the chain anchored the trees of the records file at the times that it says."""
    if not nodes:
        return not_checked(
            "anchored",
            "没有询问链：这些树已锚定、何时锚定，依据机构签名的检查点与文件所载（--node 可查）。",
            "The chain was not asked: that these trees are anchored, and when, rests on the signed "
            "checkpoints and on the file (--node asks).",
        )
    if not all(one.anchors for one in evidence.streams.values()) or not evidence.streams:
        return not_checked(
            "anchored",
            "记录文件没有写明锚定，没有可向链核对的。",
            "The records file names no anchors: there is nothing to ask the chain about.",
        )
    try:
        agreement = agree(outcome.trust, ask, tuple(nodes))
        for stream in evidence.streams.values():
            for refusal in _against_chain(stream, agreement):
                outcome.differences.append(Difference(stream.origin, refusal))
    except CouldNotLook as refusal:
        why = plain(refusal)
        return unknown("anchored", f"无法询问链：{why}", f"The chain could not be asked: {why}")
    bad = [one for one in outcome.differences if one.code == "recompute-anchor"]
    if bad:
        return failed("anchored", bad[0].refusal.zh, bad[0].refusal.en)
    block = agreement.block
    return passed(
        "anchored",
        f"链上确有这些锚定（至区块 {block.number}）。",
        f"The chain has these anchors (to block {block.number}, {utc_text(block.time)}).",
    )


def _against_chain(stream: StreamEvidence, agreement: Agreement) -> Iterator[BadEvidence]:
    """Every anchor that the file names is on chain with that size and time; the last is the
    checkpoint's tree."""
    id, top = stream_id(stream.origin), agreement.block.number
    for seq, size, block, when in stream.anchors:
        event = None
        if block <= top:
            event = agreement.ask(lambda node: node.anchored(id, seq, block))  # noqa: B023
        found = (event.size, event.block_time) if event is not None else None
        wrong_root = event is not None and size == stream.size and event.root != stream.root
        if found != (size, when) or wrong_root:
            yield BadEvidence("recompute-anchor", seq=seq, block=block)
