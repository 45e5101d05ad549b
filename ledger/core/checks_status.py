"""The status of a certificate: the whole status stream replayed, now or on a day, and its age."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from ledger.core import merkle
from ledger.core.checks_inclusion import Proved
from ledger.core.checks_paper import Paper
from ledger.core.dates import china_text, start_of_day, utc_text
from ledger.core.entry import ContinuationEntry, StatusEntry, decode
from ledger.core.findings import chain_missing, failed, missing, passed, unknown
from ledger.core.kinds import Action
from ledger.core.status import StatusHistory, replay
from ledger.core.verdict import Check
from ledger.core.view import LedgerView, Missing
from ledger.errors import BadEvidence

CLOCK_SKEW = 3600
"""Seconds by which a block may lie ahead of the verifier's clock before the clock is doubted."""

_STATES = {
    "revoked": ("已撤销", "revoked"),
    "suspended": ("已暂停", "suspended"),
    "superseded": ("已被新证书取代", "superseded by a newer certificate"),
}


def status_history(view: LedgerView) -> tuple[StatusHistory | None, Check | None]:
    """The whole status stream replayed, or the status check that says why it cannot be."""
    lost = chain_missing(view)
    if lost is not None:
        return None, missing("status", "账本", "the ledger", lost)
    head, raw = view.status_head, view.status_entries
    if isinstance(head, Missing):
        return None, missing("status", "状态记录的锚定", "the status head", head)
    if head.size == 0:
        return None, missing("status", "状态记录", "the status", Missing("not-anchored"))
    if isinstance(raw, Missing):
        return None, missing("status", "状态记录", "the status entries", raw)
    return _history(raw, head.size, head.root)


@lru_cache(maxsize=8)
def _history(
    raw: tuple[bytes, ...], size: int, root: bytes
) -> tuple[StatusHistory | None, Check | None]:
    """A pure function of whole streams, remembered for lists of certificates of one issuer."""
    if len(raw) != size or merkle.root(merkle.leaf_hashes(raw)) != root:
        return None, unknown(
            "status",
            "签发机构给出的状态记录与链上锚定的不符，无法判断是否撤销。",
            "The issuer's status entries are not those anchored on chain; revocation is unknown.",
        )
    try:
        return replay(_status_entry(leaf, data) for leaf, data in enumerate(raw)), None
    except BadEvidence as refusal:
        return None, unknown(
            "status",
            f"该机构锚定的状态记录自相矛盾：{refusal.zh}",
            f"The institution's anchored status stream breaks its own rules: {refusal.en}",
        )


def check_status(
    paper: Paper, history: StatusHistory, proved: Proved | None, view: LedgerView, at: int | None
) -> Check:
    """The state of the certificate's status index, now or at the end of a day by ledger time."""
    try:
        now_state = history.state(paper.status_index)
    except BadEvidence:
        return unknown(
            "status",
            "状态编号不在该机构已开放的状态列表内。",
            "The status index is in none of the institution's open status lists.",
        )
    if at is not None:
        return _status_at(paper.status_index, history, proved, view, at)
    if now_state == "active":
        return passed("status", "未撤销、未暂停。", "Neither revoked nor suspended.")
    return _not_active(now_state, paper.status_index, history, view, history.size)


def check_expiry(paper: Paper, now: int, at: int | None) -> Check | None:
    """A failed status when the document's own end has come; None otherwise."""
    until = paper.document.valid_until if paper.document else None
    moment = now if at is None else min(now, at - 1)
    if until is None or moment < start_of_day(until):
        return None
    return failed("status", f"证书已于 {until} 到期。", f"The certificate expired on {until}.")


def check_freshness(view: LedgerView, max_age: int, now: int, at: int | None) -> Check:
    """The status stream's newest anchor is young enough for its silence to mean something."""
    lost, head, closed = chain_missing(view), view.status_head, view.status_closed
    if lost is not None:
        return missing("freshness", "账本", "the ledger", lost)
    if isinstance(head, Missing):
        return missing("freshness", "状态记录的锚定", "the status head", head)
    if head.size == 0:
        return missing("freshness", "状态记录", "the status", Missing("not-anchored"))
    shown, shown_en = china_text(head.time), utc_text(head.time)
    if head.time > now + CLOCK_SKEW:
        return unknown(
            "freshness",
            f"状态锚定时间 {shown} 晚于本机时钟，请校准时钟。",
            f"The status anchor ({shown_en}) is ahead of this machine's clock: set the clock.",
        )
    if closed is True or (at is not None and head.time >= at) or now - head.time < max_age:
        return passed("freshness", f"状态信息截至 {shown}。", f"Status is known up to {shown_en}.")
    return unknown(
        "freshness",
        f"状态信息只到 {shown}，已过时，无法排除之后撤销。",
        f"Status is known only up to {shown_en}: too old to exclude a later revocation.",
    )


def _status_entry(leaf: int, data: bytes) -> StatusEntry | ContinuationEntry:
    entry = decode(data)
    if not isinstance(entry, StatusEntry | ContinuationEntry):
        raise BadEvidence("status-rule", leaf=leaf, problem="not a status entry")
    return entry


def _status_at(
    index: int, history: StatusHistory, proved: Proved | None, view: LedgerView, at: int
) -> Check:
    times = view.status_times
    if isinstance(times, Missing):
        return missing("status", "状态记录的锚定时间", "the times of status anchors", times)
    if not _complete(times, history.size):
        return missing("status", "状态记录的锚定时间", "status times", Missing("garbage"))
    if proved is None or proved.covering is None:
        return unknown(
            "status",
            "未能确定记账时间，无法判断那一天是否已签发。",
            "The ledger time of the certificate is not known, so not its standing on that day.",
        )
    if proved.covering.time >= at:
        return failed(
            "status",
            f"那一天这份证书尚未记入账本（{china_text(proved.covering.time)} 才记入）。",
            f"On that day it was not in the ledger yet ({utc_text(proved.covering.time)}).",
        )
    size = max((size for size, time in times if time < at), default=0)
    state = history.state_at(index, size)
    if state == "active":
        return passed("status", "那一天未撤销、未暂停。", "Neither revoked nor suspended that day.")
    return _not_active(state, index, history, view, size)


def _complete(times: tuple[tuple[int, int], ...], size: int) -> bool:
    """Sizes grow strictly up to the head's, times never fall."""
    if not times or times[-1][0] != size:
        return False
    return all(one[0] < two[0] and one[1] <= two[1] for one, two in pairwise(times))


def _not_active(
    state: str, index: int, history: StatusHistory, view: LedgerView, size: int
) -> Check:
    zh, en = _STATES[state]
    since = _since(history.timelines.get(index, ()), view, size)
    when = f"（记账时间 {china_text(since)}）" if since is not None else ""
    when_en = f" (in the ledger by {utc_text(since)})" if since is not None else ""
    return failed("status", f"证书{zh}{when}。", f"The certificate is {en}{when_en}.")


def _since(line: tuple[tuple[int, Action], ...], view: LedgerView, size: int) -> int | None:
    """Ledger time of the newest change below `size`, where the anchors' times are known."""
    if isinstance(view.status_times, Missing):
        return None
    leaf = max((leaf for leaf, _ in line if leaf < size), default=-1)
    return next((time for upto, time in view.status_times if leaf < upto), None)
