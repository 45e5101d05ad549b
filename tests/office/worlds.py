"""Institutions to test the use cases with: real chain, reader and sender; a store in memory.

One embedded chain serves a module; every test admits an institution of its own, so that tests do
not meet each other's streams.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from ledger.chain.deploy import deploy
from ledger.chain.reader import NodeReader
from ledger.chain.registrar import ChainRegistrar
from ledger.chain.sender import Sender
from ledger.chain.transport import Transport
from ledger.core.content import CertificateContent
from ledger.core.kinds import CredentialType
from ledger.keys.file import PURPOSES, Ed25519Signer
from ledger.memory import (
    MemoryDocumentStore,
    MemoryOutbox,
    MemoryStatementStore,
    MemoryStreamStore,
)
from ledger.office import council
from ledger.office.context import Identity, Office
from ledger.ports import ChainReader, ChainSender, Change, Outbox, Signer, StreamStore
from ledger.ports.statements import DocumentStore, StatementStore
from tests.chain.worlds import LocalAccount, embedded_in_process
from tests.core.teaching.made import good
from tests.office.faults import Faulty

FOR_EVER = 2**63
_NUMBERS = itertools.count(1)


class Hands:
    """Signers by purpose; `add` gives a newer key."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._keys = {purpose: [self._key(purpose, 0)] for purpose in PURPOSES}

    def _key(self, purpose: str, number: int) -> Ed25519Signer:
        return Ed25519Signer(hashlib.sha256(f"{self._label}{purpose}{number}".encode()).digest())

    def add(self, purpose: str) -> Signer:
        self._keys[purpose].append(self._key(purpose, len(self._keys[purpose])))
        return self._keys[purpose][-1]

    def signer(self, purpose: str) -> Signer:
        return self._keys[purpose][-1]

    def signers(self, purpose: str) -> Sequence[Signer]:
        return tuple(self._keys[purpose])

    def offered(self) -> list[tuple[bytes, int, int]]:
        return [
            (self.signer(purpose).public_key, code, council.ED25519)
            for purpose, code in council.PURPOSES.items()
        ]


@dataclass
class Institution:
    """One institution: its office, and the parts that a test may break or look into."""

    campus: Campus
    identity: Identity
    hands: Hands
    account: LocalAccount
    store: StreamStore
    statements: StatementStore
    documents: DocumentStore
    outbox: Outbox
    sender: ChainSender
    reader: ChainReader
    late: int = 0
    """Seconds that the office's clock is ahead."""
    registrar: ChainRegistrar = field(init=False)

    def __post_init__(self) -> None:
        self.registrar = ChainRegistrar(self.campus.sender_of(self.account, self.outbox))

    @property
    def office(self) -> Office:
        return Office(
            identity=self.identity,
            store=self.store,
            statements=self.statements,
            documents=self.documents,
            reader=lambda: self.reader,
            sender=lambda: self.sender,
            signer=self.hands.signer,
            signers=self.hands.signers,
            clock=lambda: int(time.time()) + self.late,
            millis=lambda: time.time_ns() // 1_000_000 + self.late * 1_000,
            entropy=os.urandom,
        )

    def apply(self) -> None:
        identity = self.identity
        self.registrar.submit_application(
            identity.code, identity.domain, identity.name, identity.name_en,
            identity.public_url, identity.verify_url, self.hands.offered(),
        )  # fmt: skip

    def broken(self, port: str, method: str, *steps: str) -> Institution:
        """The same institution, but the next calls of one port's method fail (see `Faulty`)."""
        changed: Any = {port: Faulty(getattr(self, port), {method: list(steps)})}
        return dataclasses.replace(self, **changed)

    def anchors_on_chain(self, kind: str) -> int:
        return self.reader.head(self.identity.stream_id(kind)).seq


class Campus:
    """A chain, our contracts, and a council of one: the founder."""

    def __init__(self, transport: Transport, chain_id: int) -> None:
        self.transport, self.chain_id = transport, chain_id
        self.founder = _account("founder")
        bare = NodeReader(transport, None, chain_id)
        outbox = MemoryOutbox()
        self.contracts = deploy(
            Sender(bare, self.founder, outbox), self.founder.address, lambda size: os.urandom(size)
        )
        self.registrar = ChainRegistrar(self.sender_of(self.founder, outbox))

    def read(self) -> NodeReader:
        return NodeReader(self.transport, self.contracts, self.chain_id)

    def sender_of(self, account: LocalAccount, outbox: Outbox) -> Sender:
        return Sender(self.read(), account, outbox, patience=5)

    def decide(self, changes: Sequence[Change]) -> None:
        """The founder decides alone."""
        assert self.registrar.propose(changes, FOR_EVER).executed

    def stranger(self, name: str = "", store: StreamStore | None = None) -> Institution:
        """An institution that nobody has admitted."""
        name = name or f"u{next(_NUMBERS)}"
        domain = f"{name}.example"
        identity = Identity(
            name, domain, f"大学{name}", f"University {name}", f"https://issuer.{domain}",
            f"https://verify.{domain}",
        )  # fmt: skip
        account, outbox = _account(name), MemoryOutbox()
        sender = self.sender_of(account, outbox)
        streams, statements, documents = _stores(store)
        return Institution(
            self, identity, Hands(name), account, streams, statements, documents, outbox, sender,
            self.read(),
        )  # fmt: skip

    def institution(
        self, name: str = "", store: StreamStore | None = None, accredited: bool = True
    ) -> Institution:
        """Admitted, and accredited for everything for ever."""
        one = self.stranger(name, store)
        one.apply()
        application = council.open_application(self.read(), one.account.address)
        changes = [Change("admit", (application.id,))]
        if accredited:
            number = len(self.read().institution_ids()) + 1
            kinds = council.kind_mask("all")
            changes.append(Change("accredit", (number, kinds, council.ALL_TYPES, 0, FOR_EVER)))
        self.decide(changes)
        return one

    def accredit(
        self, one: Institution, types: int = council.ALL_TYPES, begin: int = 0, end: int = FOR_EVER
    ) -> None:
        row = self.read().institution_by_code(one.identity.code)
        assert row is not None
        kinds = council.kind_mask("all")
        self.decide([Change("accredit", (row.id, kinds, types, begin, end))])

    def end_accreditations(self, one: Institution) -> None:
        row = self.read().institution_by_code(one.identity.code)
        assert row is not None
        self.decide(
            [
                Change("endAccreditation", (row.id, place))
                for place, given in enumerate(row.accreditations)
                if given.ended is None
            ]
        )


@contextmanager
def campus() -> Iterator[Campus]:
    with embedded_in_process() as (transport, chain_id):
        yield Campus(transport, chain_id)


def degree(number: str, name: str = "张三", **more: str) -> CertificateContent:
    """A roster row."""
    fields = {"major": "数学", "degree": "理学学士", **more}
    return CertificateContent(
        CredentialType.DEGREE, number, name, awarded_on=date(2026, 6, 30), **fields
    )


def statement(number: int, text: str = "done") -> bytes:
    """One xAPI statement as a line, with an id of its own."""
    return (
        b'{"id":"00000000-0000-4000-8000-%012d","actor":{"mbox":"mailto:a@b.example"},'
        b'"verb":{"id":"http://verb.example/%s"},"object":{"id":"http://course.example/1"}}\n'
        % (number, text.encode())
    )


def teaching(number: int, teacher: str) -> bytes:
    """A teaching record as a line, with an id of its own."""
    made = good("session-delivered")
    made["id"] = f"00000000-0000-4000-8000-{number:012d}"
    made["actor"]["account"]["name"] = teacher
    return json.dumps(made).encode() + b"\n"


def _stores(store: StreamStore | None) -> tuple[StreamStore, StatementStore, DocumentStore]:
    """The three ports of the given store on disk, or in memory."""
    if store is not None and not isinstance(store, MemoryStreamStore):
        return store, cast(StatementStore, store), cast(DocumentStore, store)
    streams, documents = store or MemoryStreamStore(), MemoryDocumentStore()
    return streams, MemoryStatementStore(streams, documents), documents


def _account(name: str) -> LocalAccount:
    return LocalAccount(hashlib.sha256(b"account " + name.encode()).digest())
