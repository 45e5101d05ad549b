"""Small makers of checks: one call is one sentence in each language."""

from __future__ import annotations

from ledger.core.verdict import Check, State
from ledger.core.view import LedgerView, Missing

_REASONS = {
    "offline": ("未联网查询账本", "the ledger was not looked at"),
    "not-registered": ("登记册中没有这一机构", "the registry has no such institution"),
    "not-anchored": ("该机构尚未向账本锚定任何记录", "the institution has anchored nothing yet"),
    "unreachable": ("无法连接", "could not be reached"),
    "garbage": ("应答无法识别", "the answer made no sense"),
    "not-listed": ("其中没有这份证书", "this certificate is not in it"),
    "nodes": ("同意的节点数不足", "too few nodes agree"),
}


def passed(code: str, zh: str, en: str) -> Check:
    """The check holds."""
    return Check(code, State.PASS, zh, en)


def failed(code: str, zh: str, en: str) -> Check:
    """The evidence contradicts the certificate."""
    return Check(code, State.FAIL, zh, en)


def unknown(code: str, zh: str, en: str) -> Check:
    """It could not be told."""
    return Check(code, State.UNKNOWN, zh, en)


def warned(code: str, zh: str, en: str) -> Check:
    """Something to know that leaves the verdict as it is."""
    return Check(code, State.WARN, zh, en)


def not_checked(
    code: str, zh: str = "因前面的检查未通过，此项未查。", en: str = "Not checked: see above."
) -> Check:
    """Nobody looked."""
    return Check(code, State.NOT_CHECKED, zh, en)


def missing(code: str, part_zh: str, part_en: str, why: Missing) -> Check:
    """A part that is not there: not checked when nobody was asked on purpose, else unknown."""
    zh, en = _REASONS.get(why.reason, (why.reason, why.reason))
    detail = f" ({why.detail})" if why.detail else ""
    if why.reason == "offline":
        return Check(code, State.NOT_CHECKED, f"{zh}。", f"Offline: {en}.")
    return unknown(code, f"{part_zh}：{zh}{detail}。", f"{part_en}: {en}{detail}.")


def chain_missing(view: LedgerView) -> Missing | None:
    """Why no chain part counts at all, or None."""
    if isinstance(view.block, Missing):
        return view.block
    if not view.agreed:
        return Missing("nodes", f"{view.nodes_agreeing}/{view.nodes_needed}")
    return None
