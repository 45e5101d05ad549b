"""The verification procedure: from what a stranger holds to a verdict. Pure.

The numbers are those of the code below; docs/spec/verdict.md tells the same in prose.

 1. trust      the bundle is signed by k of n of its council and in its time; if not, nothing else
               is looked at but the format, and the verdict is undetermined
 2. format     document and frame parse by their grammars
 3. issuer     the registry (chain, else the bundle's copy) knows the institution that is named
 4. signature  holds under a credential key that this institution registered; if it does not,
               nothing below means anything and stays unchecked
 5. inclusion  the entry is proved under an anchored root and says what was signed
 6. history    the whole status stream, recomputed against its anchored root
 7. key        from-size <= leaf index < cut-off, or reaffirmed
 8. authority  accredited for this type at the covering anchor's block
 9. status     the certificate's state by that history, now or on a day; its own end
10. freshness  the status stream's newest anchor is young, or the stream is closed
11. agreement of the forms, host of the link, date, bearer: what the eye should know
12. conclude   by the law of verdicts; level by the weakest link
"""

from __future__ import annotations

from typing import Any

from ledger.core import checks_authority, checks_inclusion, checks_status
from ledger.core import checks_paper as paper_checks
from ledger.core.checks_paper import Issuer, Paper, Presented
from ledger.core.checks_trust import (
    BEARER,
    as_of,
    check_self_declared,
    check_trust,
    ledger_lines,
    trust_shown,
)
from ledger.core.dates import DAY, day_of
from ledger.core.findings import not_checked, unknown
from ledger.core.kinds import CredentialType
from ledger.core.registry import KeyRow
from ledger.core.trust import TrustBundle
from ledger.core.verdict import (
    CODES,
    Check,
    State,
    Verdict,
    conclude,
)
from ledger.core.view import LedgerView
from ledger.errors import WrongUse

__all__ = ["Presented", "verify"]


def verify(
    presented: Presented, trust: TrustBundle, view: LedgerView, now: int, at: int | None = None
) -> Verdict:
    """The verdict on a presented certificate.

    `now`: Unix seconds of the verifier's clock. `at`: judge the status as of this moment, the first
    second after the wanted day (UTC+8). Raises WrongUse for nothing presented or a day to come;
    whatever the bytes are, everything else is told in the checks.
    """
    if presented.document is None and presented.frame is None:
        raise WrongUse("nothing-presented")
    if at is not None and at - DAY > now:
        raise WrongUse("day-to-come")
    at = None if at is not None and at > now else at
    procedure = _Procedure(presented, trust, view, now, at)
    procedure.run()
    return procedure.verdict()


class _Procedure:
    """One run: `checks` fills in the order of the steps."""

    def __init__(
        self, presented: Presented, trust: TrustBundle, view: LedgerView, now: int, at: int | None
    ) -> None:
        self.presented, self.trust, self.view, self.now, self.at = presented, trust, view, now, at
        self.checks: dict[str, Check] = {}
        self.paper: Paper | None = None
        self.issuer: Issuer | None = None
        self.level: int | None = None

    def run(self) -> None:
        usable = self._add(check_trust(self.trust, self.now))  # 1
        self._add(check_self_declared(self.trust))
        check, self.paper = paper_checks.check_format(self.presented)  # 2
        self._add(check)
        if self.paper is not None and usable:
            self._issuer_and_below(self.paper)

    def _issuer_and_below(self, paper: Paper) -> None:
        check, self.issuer = paper_checks.check_issuer(paper, self.trust, self.view)  # 3
        self._add(check)
        self._add(paper_checks.check_date(paper, self.now))
        if self.issuer is None:
            self._add(_unknown_key("signature"))
            self._add(_unknown_key("key"))
            return
        link = self.presented.link_host
        self._add(paper_checks.check_host(paper, self.issuer, self.trust, link))
        signature, key, keys = paper_checks.check_signature(paper, self.issuer)  # 4
        if key is not None:
            self._add(key)
        if self._add(signature):
            self._ledger(paper, self.issuer, keys)
        else:
            self._agreement(paper, in_ledger=True)

    def _ledger(self, paper: Paper, issuer: Issuer, keys: tuple[KeyRow, ...]) -> None:
        view, at = self.view, self.at
        check, proved = checks_inclusion.check_inclusion(paper, keys, view)  # 5
        self._add(check)
        history, lost = checks_status.status_history(view)  # 6
        index = None if proved is None else proved.index
        self._add(checks_authority.check_key(keys, index, history))  # 7
        self._add(checks_authority.check_authority(paper, issuer, proved, view))  # 8
        status = checks_status.check_expiry(paper, self.now, at) or lost  # 9
        if status is None:
            assert history is not None
            status = checks_status.check_status(paper, history, proved, view, at)
        self._add(status)
        max_age = self.trust.max_status_age
        self._add(checks_status.check_freshness(view, max_age, self.now, at))  # 10
        self._agreement(paper, in_ledger=proved is None or proved.all_forms)  # 11
        self.level = self._reach(paper, issuer)  # 12

    def _agreement(self, paper: Paper, in_ledger: bool) -> None:
        text = self.presented.pdf_text
        self._add(paper_checks.check_agreement(paper, self.issuer, text, in_ledger))

    def _reach(self, paper: Paper, issuer: Issuer) -> int:
        """How far the evidence goes, registry facts included: the weakest link counts.

        Levels 3 and 4 (storage proofs with commit seals, outside time stamp) would be told apart
        here, from parts of the view that hold such evidence.
        """
        if self.checks["inclusion"].state is State.PASS and issuer.from_chain:
            return 2
        return 1 if checks_inclusion.in_signed_checkpoint(paper, issuer, self.view) else 0

    def _add(self, check: Check) -> bool:
        self.checks[check.code] = check
        return check.state is State.PASS

    def verdict(self) -> Verdict:
        self._add(BEARER)
        checks = tuple(self.checks.get(code) or not_checked(code) for code in CODES)
        word = conclude(checks)
        return Verdict(
            verdict=word,
            level=self.level,
            as_of=as_of(self.view.block),
            checks=checks,
            credential=_shown(self.paper, self.issuer),
            lines=tuple(self._lines(word)),
            trust=trust_shown(self.trust),
            at=self.at,
        )

    def _lines(self, word: str) -> list[tuple[str, str]]:
        signed = self.level is not None
        lines = [_name_line(self.paper, signed), self._word_line(word)]
        lines += ledger_lines(self.view.block, self.trust)
        return lines

    def _word_line(self, word: str) -> tuple[str, str]:
        """The verdict with its reason in one sentence."""
        # Whether it is in the ledger comes first: what hangs on it says less to a reader.
        order = ("inclusion", *(code for code in CODES if code != "inclusion"))
        checks = [self.checks.get(code) for code in (CODES if word == "invalid" else order)]
        trust = self.checks["trust"]
        if trust.state is not State.PASS:
            return f"无法判断：{trust.detail_zh}", f"Undetermined: {trust.detail_en}"
        if word == "valid":
            return "有效。", "Valid."
        if word == "invalid":
            bad = next(one for one in checks if one is not None and one.state is State.FAIL)
            return f"无效：{bad.detail_zh}", f"Invalid: {bad.detail_en}"
        if self.level is not None and self.checks["inclusion"].state is State.NOT_CHECKED:
            assert self.issuer is not None
            facts = self.issuer.facts
            return (
                f"无法判断：确由{facts.name}签名，但未查账本。",
                f"Undetermined: really signed by {facts.name_en or facts.name}; "
                "the ledger was not looked at.",
            )
        open_ = next(
            (
                one
                for one in checks
                if one is not None and one.state in (State.UNKNOWN, State.NOT_CHECKED)
            ),
            BEARER,
        )
        return f"无法判断：{open_.detail_zh}", f"Undetermined: {open_.detail_en}"


def _unknown_key(code: str) -> Check:
    return unknown(
        code,
        "不知道签发机构，没有可用来核对的密钥。",
        "The issuer is not known, so there is no key to check with.",
    )


def _name_line(paper: Paper | None, signed: bool) -> tuple[str, str]:
    if paper is None:
        return "这不是一份可读的证书。未核实持证人身份。", "Not readable. Bearer not identified."
    if signed:
        return (
            f"签名所载姓名：{paper.name}。未核实持证人身份。",
            f"Signed name: {paper.name}. Bearer not identified.",
        )
    return (
        f"自称姓名：{paper.name}（签名未证实）。未核实持证人身份。",
        f"Name claimed: {paper.name} (signature not confirmed). Bearer not identified.",
    )


def _shown(paper: Paper | None, issuer: Issuer | None) -> dict[str, Any]:
    """The certificate for display; the issuer's names come from the registry only."""
    if paper is None:
        return {}
    shown: dict[str, Any] = {
        "issuer": issuer.facts.name if issuer else None,
        "issuer_en": issuer.facts.name_en if issuer else None,
        "issuer_code": issuer.facts.code if issuer else None,
        "issuer_domain": issuer.facts.domain if issuer else None,
        "type": CredentialType(paper.type_code).name.lower(),
        "status_index": paper.status_index,
    }
    if paper.document is not None:
        content = paper.document.content
        shown |= {
            "id": paper.document.id,
            "awarded_on": content.awarded_on.isoformat(),
            "achievement": content.achievement,
            "hours": content.hours,
            "credits": content.credits,
            "result": content.result,
        }
        if paper.document.valid_until is not None:
            shown["valid_until"] = paper.document.valid_until.isoformat()
        source: Any = content
    else:
        assert paper.frame is not None
        source = paper.frame.claims
        shown["awarded_on"] = day_of(source.awarded_on).isoformat()
        shown["achievement"] = source.achievement
    for field in ("name", "romanised", "major", "number"):
        shown[field] = getattr(source, field)
    return {key: value for key, value in shown.items() if value != ""}
