"""The trust bundle that verifiers pin: what the registry says now, signed by council members."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ledger.core.ed25519 import key_id
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
from ledger.errors import NotAllowed
from ledger.office.context import Office
from ledger.ports import ChainReader, InstitutionRow

TRUST_PURPOSE = 4
DEFAULT_STATUS_AGE = 7 * 86_400


def make_trust(office: Office, engine: str, days: int, version: int) -> TrustBundle:
    """An unsigned bundle of version `version` that expires after `days` days.

    Everything in it is read from the chain at one block; its nodes are the `/chain` gateways of
    the council members' public URLs.
    """
    reader = office.reader()
    block = reader.block()
    registered = [
        reader.institution(number, block.number) for number in reader.institution_ids(block.number)
    ]
    members = _members(registered, reader.members(block.number))
    now = office.clock()
    return TrustBundle(
        version=version,
        issued=now,
        expires=now + days * 86_400,
        max_status_age=DEFAULT_STATUS_AGE,
        chain=_chain(reader, engine, block.number),
        validators=(),
        nodes=tuple(Node(row.code, f"{row.public_url}/chain") for row, _ in members),
        witnesses=(),
        members=tuple(Member(row.code, row.account, key) for row, key in members),
        threshold=reader.threshold(block.number),
        institutions=tuple(_snapshot(row) for row in registered),
        as_of_block=block.number,
        as_of_time=block.time,
        signatures=(),
    )


def sign_trust(office: Office, bundle: TrustBundle) -> TrustBundle:
    """The bundle with this institution's signature added (or left, if it is there already).

    Raises NotAllowed when this institution's trust key is not among the bundle's members.
    """
    signer = office.signer("trust")
    member = next((m for m in bundle.members if m.trust_key == signer.public_key), None)
    if member is None:
        raise NotAllowed("trust-signer")
    if any(given.key == key_id(signer.public_key) for given in bundle.signatures):
        return bundle
    signature = Signature(
        member.code, key_id(signer.public_key), signer.sign(signing_bytes(bundle))
    )
    return dataclasses.replace(bundle, signatures=(*bundle.signatures, signature))


def _chain(reader: ChainReader, engine: str, block: int) -> Chain:
    places = reader.contracts
    return Chain(
        chain_id=reader.chain_id(),
        genesis_hash=reader.genesis_hash(),
        engine=engine,
        council=Contract(places.council, reader.code_hash(places.council, block)),
        registry=Contract(places.registry, reader.code_hash(places.registry, block)),
        record_log=Contract(places.record_log, reader.code_hash(places.record_log, block)),
    )


def _members(
    registered: Sequence[InstitutionRow], accounts: Sequence[str]
) -> list[tuple[InstitutionRow, bytes]]:
    """Council members with their newest living trust key, in order of registration."""
    council = {account.lower() for account in accounts}
    members = []
    for row in registered:
        living = [k for k in row.keys if k.purpose == TRUST_PURPOSE and k.cut_off is None]
        if row.account.lower() in council and living:
            members.append((row, living[-1].public_key))
    return members


def _snapshot(row: InstitutionRow) -> BundleInstitution:
    keys = tuple(
        BundleKey(key.public_key, key.purpose, key.algorithm, key.from_size, key.cut_off)
        for key in row.keys
    )
    return BundleInstitution(
        row.code, row.domain, row.name, row.name_en, row.public_url, row.verify_url, keys
    )
