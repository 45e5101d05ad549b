"""Is the certificate in the ledger: the host's answer proved against what the chain anchored.

A host's bad or missing proof is unknown, never a fail.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.core import ed25519, merkle, signed_note
from ledger.core.checks_paper import Issuer, Paper
from ledger.core.commitment import commit
from ledger.core.dates import china_text, utc_text
from ledger.core.entry import CredentialEntry, decode
from ledger.core.findings import chain_missing, failed, missing, passed, unknown
from ledger.core.frame import frame_hash
from ledger.core.kinds import Kind
from ledger.core.lookup import Bucket, Member
from ledger.core.registry import Head, KeyRow
from ledger.core.streams import parse_origin
from ledger.core.verdict import Check
from ledger.core.view import AnchorFacts, LedgerView, Missing
from ledger.errors import BadEvidence

CHECKPOINT_PURPOSE = 2


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
    paper: Paper, keys: tuple[KeyRow, ...], view: LedgerView
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


def _wanted(paper: Paper) -> _Wanted:
    document, frame = paper.document, paper.frame
    return _Wanted(
        commit(document.proof.salt, document.payload) if document else None,
        frame_hash(frame.raw) if frame else None,
    )


def _anchored_root(size: int, head: Head, view: LedgerView) -> bytes | None:
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


def _not_found(bad: bool, head: Head) -> Check:
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


def _covering(view: LedgerView, head: Head, index: int) -> AnchorFacts | None:
    """The covering anchor, if what the view holds really is the one for this index."""
    at = view.covering
    if isinstance(at, Missing) or isinstance(view.block, Missing):
        return None
    if at.prev_size <= index < at.size <= head.size and at.block <= view.block.number:
        return at
    return None


def _contradictions(entry: CredentialEntry, paper: Paper, keys: tuple[KeyRow, ...]) -> str:
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
