"""Did key and accreditation count for this entry, judged by its place and its covering anchor."""

from __future__ import annotations

from ledger.core.checks_inclusion import Proved
from ledger.core.checks_paper import Issuer, Paper
from ledger.core.dates import china_text, utc_text
from ledger.core.findings import chain_missing, failed, missing, passed, unknown
from ledger.core.kinds import CredentialType, Kind
from ledger.core.registry import KeyRow
from ledger.core.status import StatusHistory
from ledger.core.verdict import Check
from ledger.core.view import LedgerView, Missing


def check_key(keys: tuple[KeyRow, ...], index: int | None, history: StatusHistory | None) -> Check:
    """The key counts at the entry's place in the stream: from-size <= index < cut-off."""
    for key in keys:
        check = _check_one_key(key, index, history)
        if check is not None:
            return check
    return passed("key", "密钥已登记，且对这条记录有效。", "The key is registered and counts here.")


def check_authority(paper: Paper, issuer: Issuer, proved: Proved | None, view: LedgerView) -> Check:
    """At the covering anchor's block the institution was accredited for this type."""
    if not issuer.from_chain:
        why = chain_missing(view) or Missing("offline")
        return missing("authority", "授权记录", "the accreditation", why)
    if proved is None:
        return unknown(
            "authority",
            "未能确定记账时间，无法判断当时是否有授权。",
            "Authority is judged at the entry's ledger time, which is not known.",
        )
    at = proved.covering
    if at is None:
        why = view.covering if isinstance(view.covering, Missing) else Missing("garbage")
        return missing("authority", "记账区块", "the covering anchor", why)
    kind, code = Kind.CREDENTIAL, paper.type_code
    name = CredentialType(code).name.lower()
    for row in issuer.facts.accreditations:
        if row.covers(kind, code, at.block, at.time):
            return passed(
                "authority",
                f"记账时（{china_text(at.time)}）有权签发此类证书（{name}）。",
                f"It was accredited for this type ({name}) at {utc_text(at.time)}.",
            )
    return failed(
        "authority",
        f"记账时（{china_text(at.time)}）该机构没有签发此类证书（{name}）的授权。",
        f"At {utc_text(at.time)} the institution was not accredited for this type ({name}).",
    )


def _check_one_key(key: KeyRow, index: int | None, history: StatusHistory | None) -> Check | None:
    """A check that is no pass, or None."""
    if index is None:
        if key.from_size == 0 and key.cut_off is None:
            return None
        return unknown(
            "key",
            "密钥有起止位置，而这份证书在账本中的位置未能确定。",
            "The key has a from-size or a cut-off, and the certificate's place is not proved.",
        )
    if index < key.from_size:
        return failed(
            "key",
            f"这条记录（第 {index} 条）早于密钥生效的位置 {key.from_size}。",
            f"Entry {index} lies before the key's from-size {key.from_size}.",
        )
    if key.cut_off is None or index < key.cut_off:
        return None
    if history is None:
        return unknown(
            "key",
            "密钥已停用，状态记录未能读取，不知这条记录是否被重新确认。",
            "The key was cut off; whether this entry was reaffirmed could not be read.",
        )
    if index in history.reaffirmed:
        return None
    return failed(
        "key",
        f"密钥自第 {key.cut_off} 条起停用，这条记录（第 {index} 条）在其后。",
        f"The key was cut off at {key.cut_off}; entry {index} comes after it.",
    )
