"""The institution that the benchmark works with: real keys and use cases, a chain of one answer."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import cast

from ledger.core.content import CertificateContent
from ledger.core.ed25519 import key_id
from ledger.core.kinds import CredentialType
from ledger.core.merkle import EMPTY_ROOT
from ledger.core.streams import KIND_NAMES
from ledger.core.trust import (
    BundleInstitution,
    BundleKey,
    Chain,
    Contract,
    Member,
    Node,
    Signature,
    TrustBundle,
    signing_bytes,
)
from ledger.errors import CouldNotLook
from ledger.keys.file import PURPOSES, Ed25519Signer
from ledger.memory import MemoryDocumentStore, MemoryStatementStore
from ledger.office.context import Identity, Office
from ledger.ports import (
    AccreditationRow,
    Anchored,
    Block,
    ChainReader,
    ChainSender,
    Head,
    InstitutionRow,
    KeyRow,
    StreamRow,
    StreamStore,
    WriterRow,
)

NOW = int(time.time())
DAY = 86_400
ACCOUNT = "0x" + "a1" * 20
CONTRACT = Contract(ACCOUNT, "0x" + "c0" * 32)
CHAIN = Chain(20260, "0x" + "d0" * 32, "qbft", CONTRACT, CONTRACT, CONTRACT)
IDENTITY = Identity(
    "BENCH",
    "bench.example",
    "测算大学",
    "Benchmark University",
    "https://ledger.bench.example",
    "https://verify.bench.example",
)
SIGNERS = {
    purpose: Ed25519Signer(bytes([number]) * 32) for number, purpose in enumerate(PURPOSES, 1)
}
INSTITUTION = InstitutionRow(
    1,
    ACCOUNT,
    1,
    IDENTITY.code,
    IDENTITY.domain,
    IDENTITY.name,
    IDENTITY.name_en,
    IDENTITY.public_url,
    IDENTITY.verify_url,
    tuple(
        KeyRow(SIGNERS[purpose].public_key, number, 1, 0, None, 1, 0)
        for number, purpose in enumerate(("credential", "checkpoint"), 1)
    ),
    (AccreditationRow(1, NOW - 30 * DAY, NOW + 300 * DAY, None, 0, 0b111110, 0b111110),),
)


def rows(count: int, start: int = 0) -> list[CertificateContent]:
    """Roster rows, degrees and courses in turn, as they come from an office."""
    return [
        _degree(number) if number % 2 else _course(number) for number in range(start, start + count)
    ]


def _degree(number: int) -> CertificateContent:
    return CertificateContent(
        CredentialType.DEGREE,
        f"BX2026-{number:07d}",
        "欧阳·娜娜",
        date(2026, 6, 30),
        romanised="Ouyang Nana",
        major="计算机科学与技术",
        degree="工学学士",
    )


def _course(number: int) -> CertificateContent:
    return CertificateContent(
        CredentialType.COURSE,
        f"BK2026-{number:07d}",
        "王芳",
        date(2026, 6, 30),
        romanised="Wang Fang",
        course="线性代数",
        hours="48",
        credits="3.5",
        student_number=f"2022{number:07d}",
        result="优秀",
    )


@dataclass
class OneChain:
    """What a node would answer about the institution's streams: each anchored every `step` entries,
    one anchor a block."""

    store: StreamStore
    step: int

    @cached_property
    def _ids(self) -> dict[bytes, str]:
        kinds = (kind for kind in KIND_NAMES.values() if kind != "continuation")
        return {IDENTITY.stream_id(kind): kind for kind in kinds}

    @cached_property
    def _anchors(self) -> dict[str, list[tuple[int, bytes]]]:
        return {kind: self._sizes(kind) for kind in self._ids.values()}

    def _sizes(self, kind: str) -> list[tuple[int, bytes]]:
        total = self.store.size(kind)
        sizes = [*range(self.step, total, self.step), *([total] if total else [])]
        return [(size, self.store.root(kind, size)) for size in sizes]

    def chain_id(self) -> int:
        return CHAIN.chain_id

    def genesis_hash(self) -> str:
        return CHAIN.genesis_hash

    def code_hash(self, address: str, block: int | None = None) -> str:
        return CHAIN.council.code_hash

    def block(self, number: int | None = None) -> Block:
        return Block(1_000_000, NOW, "0x" + "b0" * 32)

    def institution_ids(self, block: int | None = None) -> Sequence[int]:
        return (1,)

    def institution(self, institution: int, block: int | None = None) -> InstitutionRow:
        return INSTITUTION

    def institution_by_domain(self, domain: str, block: int | None = None) -> InstitutionRow:
        return INSTITUTION

    def streams(self, institution: int, block: int | None = None) -> Sequence[StreamRow]:
        return [
            StreamRow(
                identifier, 1, number, 0, 1, None, IDENTITY.origin(kind), 0, bytes(32), 0, bytes(32)
            )
            for number, kind in KIND_NAMES.items()
            for identifier, known in self._ids.items()
            if known == kind
        ]

    def stream(self, stream_id: bytes, block: int | None = None) -> StreamRow | None:
        return next((row for row in self.streams(1) if row.stream_id == stream_id), None)

    def head(self, stream_id: bytes, block: int | None = None) -> Head:
        anchors = self._anchors[self._ids[stream_id]]
        size, root = anchors[-1] if anchors else (0, bytes(32))
        return Head(size, len(anchors), len(anchors), NOW, root)

    def anchored(self, stream_id: bytes, seq: int, block: int) -> Anchored:
        anchors = [(0, b""), *self._anchors[self._ids[stream_id]]]
        if not 0 < seq == block < len(anchors):
            raise CouldNotLook("anchor-not-found")
        (before, before_root), (size, root) = anchors[seq - 1 : seq + 1]
        return Anchored(
            stream_id,
            seq,
            size,
            root,
            before,
            before_root or EMPTY_ROOT,
            seq - 1,
            seq,
            NOW,
            "0x",
            ACCOUNT,
        )

    def writers(self, stream_id: bytes, block: int | None = None) -> Sequence[WriterRow]:
        return (WriterRow(ACCOUNT, 0),)


def office(store: StreamStore) -> Office:
    """The use cases' ports over a store; nothing here sends."""
    reader = OneChain(store, 1)

    def no_sender() -> ChainSender:
        raise CouldNotLook("node-unreachable")

    return Office(
        identity=IDENTITY,
        store=store,
        statements=MemoryStatementStore(),
        documents=MemoryDocumentStore(),
        reader=lambda: cast(ChainReader, reader),
        sender=no_sender,
        signer=lambda purpose: SIGNERS[purpose],
        signers=lambda purpose: (SIGNERS[purpose],),
        clock=lambda: int(time.time()),
        millis=lambda: time.time_ns() // 1_000_000,
        entropy=os.urandom,
    )


def trust() -> TrustBundle:
    """A bundle of three members, two needed, signed by all."""
    keys = [Ed25519Signer(bytes([number]) * 32) for number in (101, 102, 103)]
    unsigned = TrustBundle(
        version=1,
        issued=NOW - DAY,
        expires=NOW + 300 * DAY,
        max_status_age=7 * DAY,
        chain=CHAIN,
        validators=(),
        nodes=(Node(IDENTITY.code, f"{IDENTITY.public_url}/chain"),),
        witnesses=(),
        members=tuple(
            Member(f"M{number}", "0x" + bytes([number]).hex() * 20, key.public_key)
            for number, key in enumerate(keys, 1)
        ),
        threshold=2,
        institutions=(
            BundleInstitution(
                IDENTITY.code,
                IDENTITY.domain,
                IDENTITY.name,
                IDENTITY.name_en,
                IDENTITY.public_url,
                IDENTITY.verify_url,
                tuple(
                    BundleKey(key.public_key, key.purpose, 1, 0, None) for key in INSTITUTION.keys
                ),
            ),
        ),
        as_of_block=1,
        as_of_time=NOW - DAY,
        signatures=(),
    )
    message = signing_bytes(unsigned)
    return replace(
        unsigned,
        signatures=tuple(
            Signature(f"M{number}", key_id(key.public_key), key.sign(message))
            for number, key in enumerate(keys, 1)
        ),
    )
