"""The checks of a learning or teaching record: who signed, is it anchored, does it say this."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.core import ed25519, merkle, signed_note
from ledger.core.checks_paper import Issuer, bundle_facts
from ledger.core.commitment import commit
from ledger.core.dates import china_text, utc_text
from ledger.core.findings import failed, missing, not_checked, passed, unknown, warned
from ledger.core.record import RecordFile
from ledger.core.registry import Block, Head, KeyRow
from ledger.core.trust import TrustBundle
from ledger.core.verdict import Check
from ledger.core.view import AnchorFacts, InstitutionFacts, Missing
from ledger.errors import BadEvidence

CHECKPOINT_PURPOSE, RECEIPT_PURPOSE = 2, 3
ED25519_ALGORITHM = 1


@dataclass(frozen=True)
class RecordView:
    """What was fetched about one record's stream; every part is the data or `Missing`.

    `anchored` and `covering` are the `Anchored` events that the file names, as the chain gives
    them. Of `nodes_needed` nodes that must say the same, `nodes_agreeing` did.
    """

    block: Block | Missing
    institution: InstitutionFacts | Missing
    head: Head | Missing
    anchored: AnchorFacts | Missing
    covering: AnchorFacts | Missing
    nodes_agreeing: int = 0
    nodes_needed: int = 1

    def lost(self) -> Missing | None:
        """Why no chain part counts at all, or None."""
        if isinstance(self.block, Missing):
            return self.block
        if self.nodes_agreeing < max(1, self.nodes_needed):
            return Missing("nodes", f"{self.nodes_agreeing}/{self.nodes_needed}")
        return None


def no_view(reason: Missing) -> RecordView:
    """A view with every part missing for one reason."""
    return RecordView(reason, reason, reason, reason, reason)


def check_issuer(
    record: RecordFile, trust: TrustBundle, view: RecordView
) -> tuple[Check, Issuer | None]:
    """The registry knows the institution whose stream it is; the bundle's copy where that is all
    there is."""
    domain = record.place.domain
    lost = view.lost()
    if lost is None and isinstance(view.institution, Missing):
        lost = view.institution
    if lost is None and isinstance(view.institution, InstitutionFacts):
        facts = view.institution
        if facts.domain != domain:
            return missing("issuer", "登记册", "registry", Missing("garbage")), None
        name_en = facts.name_en or facts.name
        check = passed("issuer", f"登记册：{facts.name}。", f"In the registry: {name_en}.")
        return check, Issuer(facts, True)
    assert lost is not None
    copy = trust.institution_by_domain(domain)
    if lost.reason == "not-registered" or copy is None:
        why = Missing("not-registered") if lost.reason == "offline" else lost
        return missing("issuer", "机构", "the institution", why), None
    facts, at = bundle_facts(copy), trust.as_of_block
    return (
        passed(
            "issuer",
            f"据信任包内登记册副本（区块 {at}）：{facts.name}。",
            f"By the trust bundle's copy of the registry (block {at}): "
            f"{facts.name_en or facts.name}.",
        ),
        Issuer(facts, False),
    )


def check_signature(record: RecordFile, issuer: Issuer) -> tuple[Check, KeyRow | None]:
    """A registered key signed the checkpoint in which the entry is, or the receipt for it."""
    purpose = CHECKPOINT_PURPOSE if record.anchorage is not None else RECEIPT_PURPOSE
    broken = False
    for key in issuer.facts.keys:
        if key.purpose != purpose or key.algorithm != ED25519_ALGORITHM:
            continue
        holds = _holds(record, key.public_key)
        if holds:
            return _signed(record), key
        broken = broken or holds is False
    return _unsigned(issuer, broken), None


def _holds(record: RecordFile, public_key: bytes) -> bool | None:
    """Whether this key's signature holds; None where there is none of it."""
    if record.anchorage is not None:
        try:
            signed_note.open_checkpoint(
                record.anchorage.proof.checkpoint, record.origin, public_key
            )
        except BadEvidence as bad:
            return None if bad.code in ("note-unsigned", "public-key") else False
        return True
    receipt = record.receipt
    assert receipt is not None
    if ed25519.key_id(public_key) != receipt.key:
        return None
    if (record.origin, merkle.leaf_hash(record.entry)) != (receipt.origin, receipt.leaf):
        return False
    try:
        receipt.verify(public_key)
    except BadEvidence:
        return False
    return True


def _signed(record: RecordFile) -> Check:
    if record.anchorage is not None:
        return passed(
            "signature",
            "该机构签过含有这条记录的检查点。",
            "The institution signed the checkpoint that the record is proved in.",
        )
    return passed(
        "signature",
        "该机构签过这条记录的收据。",
        "The institution signed a receipt for this record.",
    )


def _unsigned(issuer: Issuer, broken: bool) -> Check:
    if broken:
        return failed(
            "signature",
            "签名不成立：检查点或收据被改动过，或不属于这一条流。",
            "The signature does not hold: checkpoint or receipt was changed, or is of another "
            "stream.",
        )
    name, name_en = issuer.facts.name, issuer.facts.name_en or issuer.facts.name
    if issuer.from_chain:
        return failed(
            "signature",
            f"{name}登记过的密钥都没有签过它。",
            f"No key that {name_en} registered signed it.",
        )
    return unknown(
        "signature",
        "信任包副本中没有签它的密钥，可能是之后登记的。",
        "The trust bundle's copy has no key that signed it; the key may be newer.",
    )


def check_key(key: KeyRow, view: RecordView) -> Check:
    """A key that was cut off counts for what the chain anchored before that."""
    if key.cut_off is None:
        return passed("key", "密钥已登记，没有停用。", "The key is registered and not cut off.")
    if isinstance(view.covering, Missing) or not key.cut_block:
        return unknown(
            "key",
            "密钥已停用，不知这条记录是否在此之前上链。",
            "The key was cut off; whether the record was anchored before that is not known.",
        )
    if view.covering.block <= key.cut_block:
        return passed(
            "key",
            "密钥后来停用；这条记录在此之前已上链。",
            "The key was cut off later; the record was anchored before that.",
        )
    return failed(
        "key",
        f"密钥在区块 {key.cut_block} 停用，这条记录在其后才上链。",
        f"The key was cut off in block {key.cut_block}; the record was anchored after that.",
    )


def in_checkpoint(record: RecordFile) -> bool:
    """Whether the proof leads from the entry to the checkpoint's root."""
    if record.anchorage is None:
        return False
    try:
        head = _checkpoint(record)
        proof = record.anchorage.proof
        leaf = merkle.leaf_hash(record.entry)
        merkle.verify_inclusion(leaf, proof.index, head.size, proof.path, head.root)
    except BadEvidence:
        return False
    return True


def check_inclusion(record: RecordFile, view: RecordView) -> Check:
    """The entry is under a root that the chain anchored.

    The proof is part of what was presented, so one that does not hold is a fail; what the chain
    could not be asked is unknown.
    """
    if record.anchorage is None:
        return unknown(
            "inclusion",
            "导出时尚未上链，只有收据：请在上链之后重新导出。",
            "Not anchored when it was exported; there is only a receipt. Export it again later.",
        )
    if not in_checkpoint(record):
        return failed(
            "inclusion",
            "包含证明不成立：记录或证明被改动过。",
            "The inclusion proof does not hold: record or proof was changed.",
        )
    lost = view.lost()
    if lost is not None:
        return missing("inclusion", "账本", "the ledger", lost)
    head = view.head
    if isinstance(head, Missing):
        return missing("inclusion", "锚定记录", "the anchored head", head)
    if head.size == 0:
        return missing("inclusion", "锚定记录", "the ledger", Missing("not-anchored"))
    return _against_anchor(record, head, view)


def _against_anchor(record: RecordFile, head: Head, view: RecordView) -> Check:
    signed = _checkpoint(record)
    root = _anchored_root(signed.size, head, view)
    if root is None:
        if isinstance(view.anchored, Missing) and view.anchored.reason != "not-listed":
            return missing("inclusion", "锚定事件", "the anchor", view.anchored)
        return unknown(
            "inclusion",
            f"证明针对 {signed.size} 条记录，链上没有找到这一大小的锚定。",
            f"The proof is for {signed.size} entries; no anchor of that size was found on chain.",
        )
    if root != signed.root:
        return failed(
            "inclusion",
            "检查点与链上锚定的根不同：这条记录不在已锚定的账本中。",
            "The checkpoint differs from the root that the chain anchored: the record is not in "
            "the anchored ledger.",
        )
    at, index = covering_of(record, view), record.index
    when = f"，记账时间 {china_text(at.time)}" if at else ""
    when_en = f", in the ledger by {utc_text(at.time)}" if at else ""
    return passed(
        "inclusion",
        f"已记入账本（{record.origin} 第 {index} 条{when}）。",
        f"In the ledger: entry {index} of {record.origin}{when_en}.",
    )


def check_commitment(record: RecordFile) -> Check:
    """The entry commits to this statement and no other."""
    if commit(record.salt, record.payload) == record.record_entry.commitment:
        return passed(
            "commitment",
            "记录内容与账本中的承诺相符。",
            "The entry commits to this very statement.",
        )
    return failed(
        "commitment",
        "记录内容或盐被改动过：与账本中的承诺不符。",
        "Statement or salt was changed: the entry's commitment is to something else.",
    )


def check_authority(record: RecordFile, issuer: Issuer, view: RecordView) -> Check:
    """At the covering anchor's block the institution was accredited for records of this kind."""
    if not issuer.from_chain:
        gone = view.institution if isinstance(view.institution, Missing) else Missing("offline")
        return missing("authority", "授权记录", "the accreditation", view.lost() or gone)
    if record.anchorage is None:
        return unknown(
            "authority", "尚未上链，没有记账时间。", "Not anchored yet: there is no ledger time."
        )
    at = covering_of(record, view)
    if at is None:
        why = view.covering if isinstance(view.covering, Missing) else Missing("garbage")
        return missing("authority", "记账区块", "the covering anchor", why)
    kind = record.place.kind
    name = kind.name.lower()
    for row in issuer.facts.accreditations:
        if row.covers(kind, None, at.block, at.time):
            return passed(
                "authority",
                f"记账时（{china_text(at.time)}）有权记录此类内容（{name}）。",
                f"It was accredited for this kind ({name}) at {utc_text(at.time)}.",
            )
    return failed(
        "authority",
        f"记账时（{china_text(at.time)}）该机构没有此类内容（{name}）的授权。",
        f"At {utc_text(at.time)} the institution was not accredited for this kind ({name}).",
    )


def check_status(record: RecordFile) -> Check:
    """A record has no status; that a later one voids it is the institution's word only."""
    if record.shown.get("voided") is True:
        return warned(
            "status",
            "机构注明：后来有记录将其作废。",
            "The institution says that a later record voids it.",
        )
    return not_checked(
        "status",
        "学习与教学记录没有状态列表；是否被后来的记录作废，此处未查。",
        "A record has no status list; whether a later record voids it was not looked at.",
    )


def covering_of(record: RecordFile, view: RecordView) -> AnchorFacts | None:
    """The covering anchor, if what the view holds really is the one for this entry."""
    at, head = view.covering, view.head
    if isinstance(at, Missing) or isinstance(head, Missing) or isinstance(view.block, Missing):
        return None
    if at.prev_size <= record.index < at.size <= head.size and at.block <= view.block.number:
        return at
    return None


def _checkpoint(record: RecordFile) -> signed_note.Checkpoint:
    assert record.anchorage is not None
    note = signed_note.parse_note(record.anchorage.proof.checkpoint)
    return signed_note.parse_checkpoint(note.text)


def _anchored_root(size: int, head: Head, view: RecordView) -> bytes | None:
    """The root that the chain anchored at this size, as far as the view knows it."""
    if size == head.size:
        return head.root
    at = view.anchored
    if not isinstance(at, Missing) and at.size == size <= head.size:
        return at.root
    return None
