"""Checks, and the verdict that follows from them (docs/spec/verdict.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from ledger.core.dates import utc_text

Word = Literal["valid", "invalid", "undetermined"]


class State(StrEnum):
    """How a check ended; `UNKNOWN`: could not look."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_CHECKED = "not_checked"
    WARN = "warn"


DECIDING = (
    "format", "signature", "issuer", "key", "authority", "inclusion", "status", "freshness",
)  # fmt: skip
"""Checks that must all pass for `valid`."""

RECORD_DECIDING = (
    "format", "issuer", "signature", "key", "authority", "inclusion", "commitment",
)  # fmt: skip
"""The same for a learning or teaching record, which has no status."""

RECORD_CODES = ("trust", "self_declared", *RECORD_DECIDING, "status", "bearer")
"""Every check of a record in the order in which a verdict lists them."""

CODES = ("trust", "self_declared", *DECIDING, "agreement", "host", "date", "bearer")
"""Every check in the order in which a verdict lists them."""


@dataclass(frozen=True)
class Check:
    """One check: its code, how it ended, and a sentence for the reader in each language."""

    code: str
    state: State
    detail_zh: str
    detail_en: str

    def detail(self, lang: str) -> str:
        """The sentence in `zh` or `en`."""
        return self.detail_zh if lang == "zh" else self.detail_en


@dataclass(frozen=True)
class AsOf:
    """The block at which the ledger was read, with its time in Unix seconds."""

    block: int
    time: int


@dataclass(frozen=True)
class TrustShown:
    """Which trust bundle and council the verdict rests on."""

    fingerprint: str
    version: int
    council: tuple[str, ...]
    threshold: int
    self_declared: bool


@dataclass(frozen=True)
class Verdict:
    """The whole answer. `lines` are the sentences to show first, as (Chinese, English).

    `level` 0 to 4 is how far the evidence reaches, None where not even the signature holds.
    """

    verdict: Word
    level: int | None
    as_of: AsOf | None
    checks: tuple[Check, ...]
    credential: dict[str, Any]
    lines: tuple[tuple[str, str], ...] = ()
    trust: TrustShown | None = None
    at: int | None = field(default=None)
    record: dict[str, Any] | None = None
    """What is shown of a learning or teaching record, where that was checked."""

    def check(self, code: str) -> Check:
        """The check with this code; KeyError if there is none."""
        for check in self.checks:
            if check.code == code:
                return check
        raise KeyError(code)

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """The object that `xuezheng-verify check --json` prints."""
        value: dict[str, Any] = {
            "verdict": self.verdict,
            "level": self.level,
            "as_of": None,
            "lines": [zh if lang == "zh" else en for zh, en in self.lines],
            "checks": [
                {"code": one.code, "state": one.state.value, "detail": one.detail(lang)}
                for one in self.checks
            ],
            "credential": self.credential,
        }
        if self.record is not None:
            value["record"] = self.record
        if self.as_of is not None:
            value["as_of"] = {"block": self.as_of.block, "time": utc_text(self.as_of.time)}
        if self.at is not None:
            value["at"] = utc_text(self.at)
        if self.trust is not None:
            value["trust"] = {
                "fingerprint": self.trust.fingerprint,
                "version": self.trust.version,
                "council": list(self.trust.council),
                "threshold": self.trust.threshold,
                "self_declared": self.trust.self_declared,
            }
        return value


def conclude(checks: Iterable[Check], deciding: Iterable[str] = DECIDING) -> Word:
    """The law of verdicts.

    Without a usable trust bundle nothing is known: undetermined. Then a fail in any check is
    invalid; valid needs a pass on every deciding check; anything else is undetermined.
    """
    states = {check.code: check.state for check in checks}
    if states.get("trust") is not State.PASS:
        return "undetermined"
    if State.FAIL in states.values():
        return "invalid"
    if all(states.get(code) is State.PASS for code in deciding):
        return "valid"
    return "undetermined"
