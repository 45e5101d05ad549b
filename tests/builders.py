"""A small all-pass world with real keys, real Merkle trees and real signatures.

Everything is deterministic: keys come from seeds, salts and nonces are hashes of a label. Tests
start from `World()` and break one thing at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import merkle
from ledger.core.commitment import commit
from ledger.core.content import CertificateContent
from ledger.core.credential import (
    IssuerIdentity,
    attach_proof,
    build_credential,
    jcs_signing_bytes,
    payload_bytes,
    proof_options,
    verification_method,
)
from ledger.core.ed25519 import key_id
from ledger.core.entry import Action, CredentialEntry, StatusEntry, encode
from ledger.core.frame import Claims, assemble, encode_claims, frame_hash, signing_bytes
from ledger.core.kinds import CredentialType
from ledger.core.lookup import Bucket, Member
from ledger.core.registry import AccreditationRow, Block, Head, KeyRow
from ledger.core.signed_note import checkpoint_text, format_note, note_signature
from ledger.core.status import StatusList
from ledger.core.trust import (
    BundleInstitution,
    BundleKey,
    Chain,
    Contract,
    Node,
    Signature,
    TrustBundle,
)
from ledger.core.trust import Member as CouncilMember
from ledger.core.trust import (
    signing_bytes as trust_signing_bytes,
)
from ledger.core.verification import Presented
from ledger.core.view import AnchorFacts, InstitutionFacts, LedgerView

NOW = 1_782_900_000
ISSUED = NOW - 20 * 86_400
LEAF = 4
STATUS_INDEX = 70_001
PUBLIC_URL = "https://ledger.xzu.edu.cn"
VERIFY_URL = "https://verify.xzu.edu.cn"


def seeded(label: str, size: int = 32) -> bytes:
    """Repeatable bytes that look random."""
    return (sha256(label.encode()).digest() + sha256(b"2" + label.encode()).digest())[:size]


@dataclass(frozen=True)
class Key:
    """An Ed25519 key from a seed."""

    label: str

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(seeded(f"key {self.label}"))

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


CREDENTIAL_KEY = Key("xzu credential")
CHECKPOINT_KEY = Key("xzu checkpoint")
OTHER_KEY = Key("stolen or foreign")
COUNCIL = (("XZU", Key("xzu trust")), ("HHU", Key("hhu trust")), ("EDU", Key("edu trust")))
ISSUER = IssuerIdentity("xzu.edu.cn", "学证大学", "Xuezheng University")
DEGREE = CertificateContent(
    CredentialType.DEGREE,
    "XZ2026-0001",
    "欧阳·𠮷娜",
    date(2026, 6, 1),
    romanised="Ouyang Jina",
    major="计算机科学与技术",
    degree="工学学士",
)
COURSE = CertificateContent(
    CredentialType.COURSE,
    "KC2026-0001",
    "王芳",
    date(2026, 6, 1),
    romanised="Wang Fang",
    course="线性代数",
    hours="48",
    credits="3.5",
    student_number="2022010101",
    result="优秀",
)


@dataclass(frozen=True)
class Paper:
    """A certificate in its two forms, with what its entry needs."""

    content: CertificateContent
    status_index: int
    document: bytes
    frame: bytes
    entry: CredentialEntry


def make_frame(
    content: CertificateContent,
    status_index: int = STATUS_INDEX,
    key: Key = CREDENTIAL_KEY,
    code: str = "XZU",
) -> bytes:
    """A signed QR frame."""
    nonce = seeded(f"nonce {content.number}", 16)
    claims = encode_claims(Claims.of(content, code, status_index, nonce))
    kid = key.id[:4]
    return assemble(kid, claims, key.sign(signing_bytes(kid, claims)))


def make_document(
    content: CertificateContent,
    status_index: int = STATUS_INDEX,
    key: Key = CREDENTIAL_KEY,
    issuer: IssuerIdentity = ISSUER,
    valid_until: date | None = None,
) -> tuple[bytes, bytes]:
    """(secured document as canonical JSON, its salt)."""
    salt = seeded(f"salt {content.number}")
    unsigned = build_credential(
        content,
        issuer,
        status_index,
        PUBLIC_URL,
        document_id=seeded(f"id {content.number}", 16),
        valid_until=valid_until,
    )
    method = verification_method(issuer.domain, key.public)
    options = proof_options(unsigned, method, ISSUED, salt)
    signature = key.sign(jcs_signing_bytes(unsigned, options))
    return payload_bytes(attach_proof(unsigned, options, signature)), salt


def make_paper(
    content: CertificateContent = DEGREE,
    status_index: int = STATUS_INDEX,
    key: Key = CREDENTIAL_KEY,
    valid_until: date | None = None,
) -> Paper:
    """Both forms and the entry that commits to them."""
    document, salt = make_document(content, status_index, key, valid_until=valid_until)
    frame = make_frame(content, status_index, key)
    entry = CredentialEntry(
        ISSUED, commit(salt, document), content.type_code, status_index, frame_hash(frame), key.id
    )
    return Paper(content, status_index, document, frame, entry)


def filler_entry(number: int) -> bytes:
    """An entry of somebody else."""
    label = f"filler {number}"
    return encode(
        CredentialEntry(
            ISSUED,
            seeded(f"{label} commitment"),
            CredentialType.COURSE,
            number,
            seeded(f"{label} frame"),
            CREDENTIAL_KEY.id,
        )
    )


def credential_entries(paper: Paper, size: int = 10, leaf: int = LEAF) -> list[bytes]:
    """A credential stream with our entry at `leaf`."""
    return [encode(paper.entry) if n == leaf else filler_entry(n) for n in range(size)]


def status_stream(changes: Sequence[tuple[Action, int]]) -> list[bytes]:
    """A status stream: a heartbeat, then the changes; for reaffirm the number is a leaf."""
    listed, out = StatusList(), []
    for position, (action, number) in enumerate([(Action.HEARTBEAT, 0), *changes]):
        index = leaf = None
        if action is Action.REAFFIRM:
            leaf = number
        elif action is not Action.HEARTBEAT:
            listed.apply(action, number)
            index = number
        commitment = seeded(f"status {position}")
        time = ISSUED + position
        out.append(
            encode(StatusEntry(time, commitment, action, index, leaf, listed.lists, listed.root()))
        )
    return out


def head_of(entries: Sequence[bytes], seq: int, block: int, time: int) -> Head:
    """The head of a stream with these entries."""
    root = merkle.root(merkle.leaf_hashes(entries))
    return Head(len(entries), seq, block, time, root)


def bucket_of(paper: Paper, entries: Sequence[bytes], leaf: int = LEAF) -> Bucket:
    """The host's answer: our entry under both keys, and a stranger's."""
    leaves = merkle.leaf_hashes(entries)

    def member(key: bytes, index: int) -> Member:
        path = tuple(merkle.inclusion_path(leaves, index))
        return Member(key, index, entries[index], path, anchor_seq=2, anchor_block=20)

    return Bucket(
        len(entries),
        (
            member(seeded("filler 1 frame"), 1),
            member(paper.entry.frame_hash, leaf),
            member(paper.entry.commitment, leaf),
        ),
    )


def checkpoint_of(entries: Sequence[bytes], key: Key = CHECKPOINT_KEY) -> bytes:
    """The signed note of the credential stream."""
    origin = "xzu.edu.cn/credential"
    text = checkpoint_text(origin, len(entries), merkle.root(merkle.leaf_hashes(entries)))
    return format_note(text, [note_signature(origin, key.public, key.sign(text))])


KEYS = (
    KeyRow(CREDENTIAL_KEY.public, 1, 1, 0, None),
    KeyRow(CHECKPOINT_KEY.public, 2, 1, 0, None),
)
ACCREDITATION = AccreditationRow(
    granted_block=5,
    from_time=ISSUED - 86_400,
    until=NOW + 365 * 86_400,
    ended=None,
    ended_block=0,
    kinds=1 << 1,
    types=(1 << 1) | (1 << 2),
)
INSTITUTION = InstitutionFacts(
    "XZU", "xzu.edu.cn", "学证大学", "Xuezheng University", PUBLIC_URL, VERIFY_URL, KEYS,
    (ACCREDITATION,),
)  # fmt: skip
COVERING_TIME = ISSUED + 3600


def make_view(
    paper: Paper,
    changes: Sequence[tuple[Action, int]] = ((Action.REVOKE, 5), (Action.SUSPEND, 6)),
) -> LedgerView:
    """A view in which everything is there and true."""
    entries = credential_entries(paper)
    covered = head_of(entries[:6], 2, 20, COVERING_TIME)
    status = status_stream(changes)
    return LedgerView(
        block=Block(40, NOW - 60, "0x" + seeded("block").hex()),
        institution=INSTITUTION,
        credential_head=head_of(entries, 3, 30, NOW - 86_400),
        bucket=bucket_of(paper, entries),
        covering=AnchorFacts(2, 6, 3, covered.root, 20, COVERING_TIME),
        status_head=head_of(status, 2, 35, NOW - 3600),
        status_entries=tuple(status),
        status_times=(
            *(((1, ISSUED + 1800),) if len(status) > 1 else ()),
            (len(status), NOW - 3600),
        ),
        checkpoint=checkpoint_of(entries),
        nodes_agreeing=2,
        nodes_needed=2,
    )


def make_trust(engine: str = "qbft", signers: int = 3, version: int = 1) -> TrustBundle:
    """A bundle of three members, two needed, signed by the first `signers` of them."""

    def contract(name: str) -> Contract:
        return Contract("0x" + seeded(name, 20).hex(), "0x" + seeded(f"{name} code").hex())

    bundle_keys = tuple(
        BundleKey(key.public_key, key.purpose, key.algorithm, key.from_size, key.cut_off)
        for key in KEYS
    )
    unsigned = TrustBundle(
        version=version,
        issued=NOW - 30 * 86_400,
        expires=NOW + 335 * 86_400,
        max_status_age=7 * 86_400,
        chain=Chain(
            20260,
            "0x" + seeded("genesis").hex(),
            engine,
            contract("council"),
            contract("registry"),
            contract("record log"),
        ),
        validators=(),
        nodes=(Node("XZU", f"{PUBLIC_URL}/chain"), Node("HHU", "https://ledger.hhu.edu.cn/chain")),
        witnesses=(),
        members=tuple(
            CouncilMember(code, "0x" + seeded(f"account {code}", 20).hex(), key.public)
            for code, key in COUNCIL
        ),
        threshold=2,
        institutions=(
            BundleInstitution(
                "XZU", "xzu.edu.cn", "学证大学", "Xuezheng University", PUBLIC_URL, VERIFY_URL,
                bundle_keys,
            ),
            BundleInstitution(
                "HHU", "hhu.edu.cn", "河海联合大学", "", "https://ledger.hhu.edu.cn",
                "https://verify.hhu.edu.cn", (),
            ),
        ),
        as_of_block=12,
        as_of_time=NOW - 30 * 86_400,
        signatures=(),
    )  # fmt: skip
    return sign_trust(unsigned, COUNCIL[:signers])


def sign_trust(bundle: TrustBundle, signers: Sequence[tuple[str, Key]]) -> TrustBundle:
    """The bundle signed by exactly these members."""
    message = trust_signing_bytes(bundle)
    return replace(
        bundle,
        signatures=tuple(Signature(code, key.id, key.sign(message)) for code, key in signers),
    )


@dataclass(frozen=True)
class World:
    """All inputs of a verification; by default every check that decides passes."""

    paper: Paper = field(default_factory=make_paper)
    presented: Presented | None = None
    trust: TrustBundle = field(default_factory=make_trust)
    view: LedgerView | None = None
    now: int = NOW
    at: int | None = None

    def __post_init__(self) -> None:
        if self.presented is None:
            given = Presented(document=self.paper.document, frame=self.paper.frame)
            object.__setattr__(self, "presented", given)
        if self.view is None:
            object.__setattr__(self, "view", make_view(self.paper))
