"""The verification of a learning or teaching record. Pure; docs/spec/export.md tells it in prose.

The numbers are those of the code below.

1. trust       the bundle is signed by k of n of its council and in its time; if not, nothing else
               is looked at but the format, and the verdict is undetermined
2. format      the record file parses by its grammar
3. issuer      the registry (chain, else the bundle's copy) has the institution of the stream
4. signature   a registered key of it signed the checkpoint (or, before any anchor, the receipt)
5. key         not cut off before the record was anchored
6. inclusion   the proof leads to the checkpoint's root, and the chain anchored that root
7. commitment  the entry commits to this statement under this salt
8. authority   accredited for records of this kind at the covering anchor's block
9. conclude    by the law of verdicts; a record has no status, so none is needed
"""

from __future__ import annotations

from typing import Any

from ledger.core import checks_record as checks
from ledger.core.checks_paper import Issuer
from ledger.core.checks_record import RecordView
from ledger.core.checks_trust import (
    BEARER,
    as_of,
    check_self_declared,
    check_trust,
    ledger_lines,
    trust_shown,
)
from ledger.core.findings import failed, not_checked, passed, unknown
from ledger.core.record import RecordFile, parse_record
from ledger.core.trust import TrustBundle
from ledger.core.verdict import (
    RECORD_CODES,
    RECORD_DECIDING,
    Check,
    State,
    Verdict,
    Word,
    conclude,
)
from ledger.errors import BadEvidence

__all__ = ["RecordView", "read_record", "verify_record"]


def read_record(data: bytes) -> RecordFile | None:
    """The record, or None where the format check will fail: whoever gathers needs no more."""
    try:
        return parse_record(data)
    except BadEvidence:
        return None


def verify_record(data: bytes, trust: TrustBundle, view: RecordView, now: int) -> Verdict:
    """The verdict on a record file. `now`: Unix seconds of the verifier's clock.

    Whatever the bytes are, everything is told in the checks.
    """
    found: dict[str, Check] = {}

    def add(check: Check) -> bool:
        found[check.code] = check
        return check.state is State.PASS

    usable = add(check_trust(trust, now))  # 1
    add(check_self_declared(trust))
    record, check = _format(data)  # 2
    add(check)
    level, issuer = None, None
    if record is not None and usable:
        check, issuer = checks.check_issuer(record, trust, view)  # 3
        add(check)
        add(checks.check_status(record))
        if issuer is None:
            add(_unknown_key())
        else:
            level = _under_issuer(record, issuer, view, add)
    add(BEARER)
    every = tuple(found.get(code) or not_checked(code) for code in RECORD_CODES)
    word = conclude(every, RECORD_DECIDING)
    return Verdict(
        verdict=word,
        level=level,
        as_of=as_of(view.block),
        checks=every,
        credential={},
        lines=(
            _name_line(record),
            _word_line(word, every),
            *ledger_lines(view.block, trust),
        ),
        trust=trust_shown(trust),
        record=_shown(record, issuer),
    )


def _under_issuer(record: RecordFile, issuer: Issuer, view: RecordView, add: Any) -> int | None:
    """Checks 4 to 8; the level that they reach."""
    signature, key = checks.check_signature(record, issuer)  # 4
    signed = add(signature)
    if key is not None:
        add(checks.check_key(key, view))  # 5
    anchored = add(checks.check_inclusion(record, view))  # 6
    committed = add(checks.check_commitment(record))  # 7
    add(checks.check_authority(record, issuer, view))  # 8
    if not signed or not committed:
        return None
    if anchored and issuer.from_chain:
        return 2
    return 1 if checks.in_checkpoint(record) else 0


def _format(data: bytes) -> tuple[RecordFile | None, Check]:
    try:
        record = parse_record(data)
    except BadEvidence as bad:
        return None, failed("format", bad.zh, bad.en)
    return record, passed("format", "格式正确。", "The format is right.")


def _unknown_key() -> Check:
    return unknown(
        "signature",
        "不知道是哪个机构，没有可用来核对的密钥。",
        "The institution is not known, so there is no key to check with.",
    )


def _name_line(record: RecordFile | None) -> tuple[str, str]:
    if record is None:
        return "这不是一份可读的记录。", "Not a readable record."
    actor = actor_text(record.statement)
    return (
        f"记录中的主体：{actor}。未核实其身份。",
        f"Actor in the record: {actor}. Nobody's identity was checked.",
    )


def _word_line(word: Word, every: tuple[Check, ...]) -> tuple[str, str]:
    """The verdict with its reason in one sentence."""
    if word == "valid":
        return (
            "有效：这条记录在账本中，未被改动。",
            "Valid: the record is in the ledger, unchanged.",
        )
    if word == "invalid":
        bad = next(check for check in every if check.state is State.FAIL)
        return f"无效：{bad.detail_zh}", f"Invalid: {bad.detail_en}"
    states = (State.UNKNOWN, State.NOT_CHECKED)
    deciding = [check for check in every if check.code in ("trust", *RECORD_DECIDING)]
    order = sorted(deciding, key=lambda check: check.code not in ("trust", "inclusion"))
    why = next(check for check in order if check.state in states)
    return f"无法判断：{why.detail_zh}", f"Undetermined: {why.detail_en}"


def actor_text(statement: dict[str, Any]) -> str:
    """Whom the statement calls its actor, as far as it can be told in one line."""
    actor = statement.get("actor")
    if not isinstance(actor, dict):
        return "?"
    account = actor.get("account")
    if isinstance(account, dict):
        return f"{account.get('homePage')}|{account.get('name')}"
    for name in ("mbox", "mbox_sha1sum", "openid", "name"):
        if isinstance(actor.get(name), str):
            return str(actor[name])
    return "?"


def _shown(record: RecordFile | None, issuer: Issuer | None) -> dict[str, Any]:
    """The record for display; the institution's names come from the registry only."""
    if record is None:
        return {}
    verb, target = record.statement.get("verb"), record.statement.get("object")
    return {
        "institution": issuer.facts.name if issuer else None,
        "institution_en": issuer.facts.name_en if issuer else None,
        "origin": record.origin,
        "index": record.index,
        "id": record.statement.get("id") or record.shown.get("id"),
        "actor": actor_text(record.statement),
        "verb": verb.get("id") if isinstance(verb, dict) else None,
        "object": target.get("id") if isinstance(target, dict) else None,
    }
