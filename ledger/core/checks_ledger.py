"""What the ledger shows: inclusion, the status history, key, authority, status and freshness.

Chain parts of the view are what the asked nodes agree on. Everything that came from the issuer's
host is proved against them here; a host's bad or missing proof is unknown, never a fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ledger.core import ed25519, merkle, signed_note
from ledger.core.checks_paper import Issuer, Paper
from ledger.core.commitment import commit
from ledger.core.dates import china_text, start_of_day, utc_text
from ledger.core.entry import ContinuationEntry, CredentialEntry, StatusEntry, decode
from ledger.core.findings import chain_missing, failed, missing, passed, unknown
from ledger.core.frame import frame_hash
from ledger.core.kinds import Action, CredentialType, Kind
from ledger.core.lookup import Bucket, Member
from ledger.core.status import StatusHistory, replay
from ledger.core.streams import parse_origin
from ledger.core.verdict import Check
from ledger.core.view import AnchorFacts, HeadFacts, KeyFacts, LedgerView, Missing
from ledger.errors import BadEvidence

CHECKPOINT_PURPOSE = 2
CLOCK_SKEW = 3600
"""Seconds by which a block may lie ahead of the verifier's clock before the clock is doubted."""

_STATES = {
    "revoked": ("已撤销", "revoked"),
    "suspended": ("已暂停", "suspended"),
    "superseded": ("已被新证书取代", "superseded by a newer certificate"),
}


@dataclass(frozen=True)
class Proved:
    """An entry proved under an anchored root. `all_forms`: it commits to every form presented."""

    index: int
    entry: CredentialEntry
    covering: AnchorFacts | None
    all_forms: bool


@dataclass(frozen=True)
class _Wanted:
    """The look-up keys of the forms presented."""

    commitment: bytes | None
    frame_hash: bytes | None

    def met_by(self, entry: CredentialEntry) -> bool:
        return entry.commitment == self.commitment or entry.frame_hash == self.frame_hash

    def all_met_by(self, entry: CredentialEntry) -> bool:
        return (self.commitment is None or entry.commitment == self.commitment) and (
            self.frame_hash is None or entry.frame_hash == self.frame_hash
        )


def check_inclusion(
    paper: Paper, keys: tuple[KeyFacts, ...], view: LedgerView
) -> tuple[Check, Proved | None]:
    """The entry is under a root that the chain anchored, and says what was signed."""
    lost = chain_missing(view)
    if lost is not None:
        return missing("inclusion", "账本", "the ledger", lost), None
    head, bucket = view.credential_head, view.bucket
    if isinstance(head, Missing):
        return missing("inclusion", "锚定记录", "the anchored head", head), None
    if head.size == 0:
        return missing("inclusion", "锚定记录", "the ledger", Missing("not-anchored")), None
    if isinstance(bucket, Missing):
        return missing("inclusion", "签发机构的查询服务", "the issuer's look-up", bucket), None
    root = _anchored_root(bucket.size, head, view)
    if root is None:
        return (
            unknown(
                "inclusion",
                f"签发机构的证明针对 {bucket.size} 条记录，与链上锚定的 {head.size} 条不符。",
                f"The issuer's proof is for {bucket.size} entries; the chain has {head.size}.",
            ),
            None,
        )
    found, bad = _find(bucket, root, _wanted(paper))
    if found is None:
        return _not_found(bad, head), None
    member, entry = found
    covering = _covering(view, head, member.index)
    proved = Proved(member.index, entry, covering, _wanted(paper).all_met_by(entry))
    differing = _contradictions(entry, paper, keys)
    if differing:
        return (
            failed(
                "inclusion",
                f"账本中第 {member.index} 条记录与签名内容矛盾：{differing}。",
                f"Entry {member.index} of the ledger contradicts what was signed: {differing}.",
            ),
            proved,
        )
    when = f"，记账时间 {china_text(covering.time)}" if covering else ""
    when_en = f", in the ledger by {utc_text(covering.time)}" if covering else ""
    return (
        passed(
            "inclusion",
            f"已记入账本（第 {member.index} 条{when}）。",
            f"In the ledger: entry {member.index}{when_en}.",
        ),
        proved,
    )


def in_signed_checkpoint(paper: Paper, issuer: Issuer, view: LedgerView) -> bool:
    """Level 1: the entry is in a checkpoint that a checkpoint key of the institution signed."""
    if isinstance(view.checkpoint, Missing) or isinstance(view.bucket, Missing):
        return False
    try:
        note = signed_note.parse_note(view.checkpoint)
        head = signed_note.parse_checkpoint(note.text)
        origin = parse_origin(head.origin)
    except BadEvidence:
        return False
    if (origin.domain, origin.kind) != (issuer.facts.domain, Kind.CREDENTIAL):
        return False
    if head.size != view.bucket.size or not _note_signed(note, head.origin, issuer):
        return False
    return _find(view.bucket, head.root, _wanted(paper))[0] is not None


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


def check_key(
    keys: tuple[KeyFacts, ...], index: int | None, history: StatusHistory | None
) -> Check:
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
        named = row.kinds >> kind & 1 and row.types >> code & 1
        begun = row.granted_block <= at.block and row.from_time <= at.time < row.until
        ended = row.ended is not None and at.time >= row.ended and at.block >= row.ended_block
        if named and begun and not ended:
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


# --------------------------------------------------------------------------- parts


def _wanted(paper: Paper) -> _Wanted:
    document, frame = paper.document, paper.frame
    return _Wanted(
        commit(document.proof.salt, document.payload) if document else None,
        frame_hash(frame.raw) if frame else None,
    )


def _anchored_root(size: int, head: HeadFacts, view: LedgerView) -> bytes | None:
    """The root that the chain anchored at this size, as far as the view knows it."""
    if size > head.size:
        return None
    if size == head.size:
        return head.root
    if isinstance(view.covering, AnchorFacts) and view.covering.size == size:
        return view.covering.root
    if not isinstance(view.bucket_head, Missing) and view.bucket_head[0] == size:
        return view.bucket_head[1]
    return None


def _find(
    bucket: Bucket, root: bytes, wanted: _Wanted
) -> tuple[tuple[Member, CredentialEntry] | None, bool]:
    """(the first member that proves an entry of ours, whether a member failed to)."""
    bad = False
    for member in sorted(bucket.members, key=lambda one: one.index):
        if member.key not in (wanted.commitment, wanted.frame_hash):
            continue
        try:
            leaf = merkle.leaf_hash(member.entry)
            merkle.verify_inclusion(leaf, member.index, bucket.size, member.path, root)
            entry = decode(member.entry)
        except BadEvidence:
            bad = True
            continue
        if isinstance(entry, CredentialEntry) and wanted.met_by(entry):
            return (member, entry), bad
        bad = True
    return None, bad


def _not_found(bad: bool, head: HeadFacts) -> Check:
    if bad:
        return unknown(
            "inclusion",
            "签发机构给出的证明不成立，无法确认已记入账本。",
            "The issuer's proof does not hold; inclusion could not be confirmed.",
        )
    return unknown(
        "inclusion",
        f"在签发机构已锚定的 {head.size} 条记录中没有查到这份证书：可能尚未锚定，"
        "也可能从未登记过。",
        f"Not found among the issuer's {head.size} anchored entries: not anchored yet, or never "
        "entered at all.",
    )


def _covering(view: LedgerView, head: HeadFacts, index: int) -> AnchorFacts | None:
    """The covering anchor, if what the view holds really is the one for this index."""
    at = view.covering
    if isinstance(at, Missing) or isinstance(view.block, Missing):
        return None
    if at.prev_size <= index < at.size <= head.size and at.block <= view.block.number:
        return at
    return None


def _contradictions(entry: CredentialEntry, paper: Paper, keys: tuple[KeyFacts, ...]) -> str:
    indexes = [paper.document.status_index] if paper.document else []
    types = [int(paper.document.content.type_code)] if paper.document else []
    if paper.frame:
        indexes.append(paper.frame.claims.status_index)
        types.append(paper.frame.claims.type_code)
    differing = []
    if any(index != entry.status_index for index in indexes):
        differing.append("status_index")
    if any(code != entry.type_code for code in types):
        differing.append("type")
    if any(ed25519.key_id(key.public_key) != entry.key_id for key in keys):
        differing.append("key_id")
    return ", ".join(differing)


def _note_signed(note: signed_note.Note, name: str, issuer: Issuer) -> bool:
    for key in issuer.facts.keys:
        if key.purpose != CHECKPOINT_PURPOSE or key.cut_off is not None:
            continue
        try:
            signed_note.verify_note(note, name, key.public_key)
            return True
        except BadEvidence:
            continue
    return False


def _status_entry(leaf: int, data: bytes) -> StatusEntry | ContinuationEntry:
    entry = decode(data)
    if not isinstance(entry, StatusEntry | ContinuationEntry):
        raise BadEvidence("status-rule", leaf=leaf, problem="not a status entry")
    return entry


def _check_one_key(key: KeyFacts, index: int | None, history: StatusHistory | None) -> Check | None:
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
