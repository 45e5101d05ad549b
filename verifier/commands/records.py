"""Record files and exported archives under `xuezheng-verify check`: file by file, one verdict."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.core.record import calls_itself_record, parse_record
from ledger.core.verdict import Verdict, Word
from ledger.errors import BadEvidence, WrongUse
from ledger.ports import Progress
from verifier.archive import RECORDS, opened_archive

ATTACHMENTS = "attachments/"
SHOWN = 20

Check = Callable[[bytes], Verdict]


@dataclass
class ArchiveReport:
    """What the files of an archive came to. `others` hold no records; nothing proves them, but an
    attachment that a proved record declares by its hash."""

    records: list[tuple[str, Verdict]] = field(default_factory=list)
    attachments: list[tuple[str, Word]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> Word:
        """Invalid if any file is, valid if all are, else undetermined."""
        words = {verdict.verdict for _, verdict in self.records}
        words |= {word for _, word in self.attachments}
        if "invalid" in words:
            return "invalid"
        return "valid" if words == {"valid"} else "undetermined"

    @property
    def level(self) -> int | None:
        """The lowest of all records."""
        levels = [verdict.level for _, verdict in self.records]
        known = [level for level in levels if level is not None]
        return min(known) if len(known) == len(levels) and known else None

    @property
    def counts(self) -> Counter[str]:
        """Files by verdict."""
        words = [verdict.verdict for _, verdict in self.records]
        return Counter([*words, *(word for _, word in self.attachments)])

    def to_json(self, lang: str) -> dict[str, Any]:
        """The object of `--json`: what `check` says of one record, and the files."""
        first = self.records[0][1].to_json(lang)
        return {
            "verdict": self.verdict,
            "level": self.level,
            "as_of": first["as_of"],
            "checks": _worst(self.records, lang),
            "credential": {},
            "trust": first.get("trust"),
            "files": [
                *(_file_json(name, verdict, lang) for name, verdict in self.records),
                *({"name": name, "verdict": word} for name, word in self.attachments),
            ],
            "unproved": self.others,
        }


def check_archive(path: Path, check: Check, progress: Progress) -> ArchiveReport:
    """Every file of an exported archive. Raises WrongUse("archive-refused" | "no-credential")."""
    report = ArchiveReport()
    hashes: list[tuple[str, str]] = []
    declared: dict[str, Word] = {}
    with opened_archive(path) as archive:
        for done, (name, data) in enumerate(archive, start=1):
            _check_file(name, data, check, report, hashes, declared)
            progress(done, len(archive))
    if not report.records:
        raise WrongUse("no-credential", why="ZIP")
    for name, sha2 in hashes:
        report.attachments.append((name, _attachment(name, sha2, declared)))
    return report


def _check_file(
    name: str,
    data: bytes,
    check: Check,
    report: ArchiveReport,
    hashes: list[tuple[str, str]],
    declared: dict[str, Word],
) -> None:
    if name.startswith(RECORDS) or calls_itself_record(data):
        verdict = check(data)
        report.records.append((name, verdict))
        for sha2 in _declared(data):
            best = declared.get(sha2)
            declared[sha2] = verdict.verdict if best != "valid" else best
    elif name.startswith(ATTACHMENTS):
        hashes.append((name, hashlib.sha256(data).hexdigest()))
    else:
        report.others.append(name)


def _attachment(name: str, sha2: str, declared: dict[str, Word]) -> Word:
    """As good as the record that declares its hash; under the hash of another file, invalid."""
    if name != ATTACHMENTS + sha2:
        return "invalid"
    return declared.get(sha2, "undetermined")


def _declared(data: bytes) -> Iterable[str]:
    """`sha2` of every attachment that the record's statement declares, at any depth."""
    try:
        waiting: list[Any] = [parse_record(data).statement]
    except BadEvidence:
        return
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if isinstance(item.get("sha2"), str):
                yield item["sha2"].lower()
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _worst(records: list[tuple[str, Verdict]], lang: str) -> list[dict[str, str]]:
    """Each check once, as it ended where it ended worst."""
    order = ("fail", "unknown", "not_checked", "warn", "pass")
    worst: dict[str, dict[str, str]] = {}
    for name, verdict in records:
        for one in verdict.checks:
            known = worst.get(one.code)
            if known is None or order.index(one.state.value) < order.index(known["state"]):
                detail = f"{name}: {one.detail(lang)}"
                worst[one.code] = {"code": one.code, "state": one.state.value, "detail": detail}
    return list(worst.values())


def _file_json(name: str, verdict: Verdict, lang: str) -> dict[str, Any]:
    value = verdict.to_json(lang)
    kept = ("verdict", "level", "checks", "record")
    return {"name": name, **{key: value[key] for key in kept}}
