"""Verifying certificates and auditing streams, over hosts and a chain in memory."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import cast

from ledger.core import ed25519, multibase
from ledger.core.canonical import parse_json
from ledger.core.credential import jcs_signing_bytes, parse_credential
from ledger.core.entry import (
    CredentialEntry,
    CredentialType,
    Kind,
    RecordEntry,
    encode,
)
from ledger.core.lookup import format_bucket, prefix_bytes
from ledger.core.status import LIST_SIZE
from ledger.core.verification import Presented, verify
from ledger.core.view import LedgerView
from ledger.errors import CouldNotLook
from ledger.memory import MemoryStreamStore
from ledger.office.context import Office
from ledger.office.issue import issue
from ledger.office.lookup import bucket
from ledger.office.status import append_heartbeat
from ledger.ports import AnchorRow, ChainReader, NewRecord
from scripts import bench_world as world
from scripts.bench_rows import Aim, Row, Tell, timed
from verifier.gather import gather, wanted
from verifier.nodes import Agreement, agree
from verifier.replay import Replay

AIM = Aim(low=10_000)
STEP = 1_000
"""Entries an anchor in the audit."""


def verify_rows(tell: Tell, count: int, repeats: int = 5) -> list[Row]:
    """Verdicts a second, and the parts of one."""
    tell(f"verify {count:,} certificates")
    papers = _papers(64)
    turns = -(-count // len(papers))
    trust = world.trust()
    verdict = verify(papers[0][0], trust, papers[0][1], world.NOW)
    views = [parse_credential(_document(given)) for given, _ in papers]
    signed = [(view.proof.public_key, view.signed, view.proof.signature) for view in views]

    def whole() -> None:
        for _ in range(turns):
            for given, view in papers:
                verify(given, trust, view, world.NOW)

    def proof() -> None:
        for _ in range(turns):
            for given, _view in papers:
                view = parse_credential(_document(given))
                ed25519.verify(view.proof.public_key, view.signed, view.proof.signature)

    def suite() -> None:
        for _ in range(turns):
            for given, _view in papers:
                check_proof(_document(given))

    def signature() -> None:
        for _ in range(turns):
            for public, message, value in signed:
                ed25519.verify(public, message, value)

    done = turns * len(papers)
    return [
        timed(signature, repeats).rate(
            "Verify, Ed25519 signature alone", done, "canonical encodings and small orders checked"
        ),
        timed(suite, repeats).rate(
            "Verify, JCS proof",
            done,
            "JSON read, both parts made canonical and hashed as eddsa-jcs-2022 says, signature",
            AIM,
        ),
        timed(proof, repeats).rate(
            "Verify, strict format and JCS proof",
            done,
            "the same, with every member of the document checked for its place and form",
        ),
        timed(whole, repeats).rate(
            "Verify, whole procedure",
            done,
            f"all steps over a view in memory, of a stream of {len(papers)}; "
            f"verdict {verdict.verdict}, level {verdict.level}",
        ),
    ]


def check_proof(document: bytes) -> None:
    """The cryptosuite alone (eddsa-jcs-2022 §3.3.2), without the form of our credentials."""
    unsigned = parse_json(document)
    options = unsigned.pop("proof")
    value = multibase.decode(options.pop("proofValue"), 64)
    public = multibase.decode_ed25519(options["verificationMethod"].partition("#")[2])
    ed25519.verify(public, jcs_signing_bytes(unsigned, options), value)


def _document(given: Presented) -> bytes:
    assert given.document is not None
    return given.document


def _papers(count: int) -> list[tuple[Presented, LedgerView]]:
    """Certificates with what a verifier would have fetched for each."""
    store = MemoryStreamStore()
    office = world.office(store)
    issue(office, world.rows(count))
    _heartbeat(store)
    for kind in ("credential", "status"):
        with store.writer(kind) as writer:
            writer.sign_checkpoint(world.IDENTITY.origin(kind), world.SIGNERS["checkpoint"])
    chain = world.OneChain(store, count)
    size, root = store.size("credential"), store.root("credential", store.size("credential"))
    store.record_anchor("credential", AnchorRow(1, size, root, 1, world.NOW, "0x", 0))
    agreement = _agreement(chain)
    documents = [store.payload("credential", index) for index in range(size)]
    found = []
    for stored in documents:
        assert stored is not None
        given = Presented(document=stored[1])
        view = gather(wanted(stored[1], None), agreement, _host(office, store))
        found.append((given, view))
    return found


def _heartbeat(store: MemoryStreamStore) -> None:
    if store.size("status") == 0:
        append_heartbeat(world.office(store), 1)


def _agreement(chain: world.OneChain) -> Agreement:
    reader = cast(ChainReader, chain)
    return agree(world.trust(), lambda _url, _contracts: reader, ["http://127.0.0.1/"])


def _host(office: Office, store: MemoryStreamStore) -> Callable[[str], bytes]:
    """The institution's public addresses."""

    def get(url: str) -> bytes:
        what, _, rest = url.removeprefix(world.IDENTITY.public_url + "/").partition("/")
        first, _, path = rest.partition("/")
        if what == "lookup":
            return format_bucket(bucket(office, int(first), prefix_bytes(int(first), path)))
        data = store.file(first, path)
        if what != "streams" or data is None:
            raise CouldNotLook("host-missing", url=url)
        return data

    return get


def audit_rows(tell: Tell, count: int) -> list[Row]:
    """One audit of `count` entries in two streams."""
    tell(f"audit of {count:,} entries: making them")
    store = MemoryStreamStore()
    _fill(store, "credential", _credentials(count // 2))
    _fill(store, "learning", _statements(count - count // 2))
    chain = world.OneChain(store, STEP)
    agreement = _agreement(chain)
    tell(f"audit of {count:,} entries")
    results = []
    get = _host(world.office(store), store)
    spent = timed(lambda: results.append(Replay(agreement, get, {}).run()), 1)
    said = (
        f"{results[0].anchors} anchors in {len(results[0].streams)} streams, {results[0].verdict}"
    )
    return [
        spent.seconds(f"Audit of {count:,} entries", f"tiles and chain in memory, once; {said}"),
        spent.rate("Audit, entries", count, "the same run"),
    ]


def _fill(store: MemoryStreamStore, kind: str, entries: Sequence[bytes]) -> None:
    with store.writer(kind) as writer:
        writer.append([NewRecord(entry, b"", bytes(32), entry) for entry in entries])
        writer.sign_checkpoint(world.IDENTITY.origin(kind), world.SIGNERS["checkpoint"])


def _credentials(count: int) -> list[bytes]:
    numbers = random.Random(20260)
    key = ed25519.key_id(world.SIGNERS["credential"].public_key)
    indexes = numbers.sample(range(max(1, -(-count // LIST_SIZE)) * LIST_SIZE), count)
    return [
        encode(
            CredentialEntry(
                world.NOW - world.DAY,
                numbers.randbytes(32),
                CredentialType.COURSE,
                index,
                numbers.randbytes(32),
                key,
            )
        )
        for index in indexes
    ]


def _statements(count: int) -> list[bytes]:
    numbers = random.Random(20261)
    return [
        encode(RecordEntry(Kind.LEARNING, world.NOW - world.DAY, numbers.randbytes(32)))
        for _ in range(count)
    ]
