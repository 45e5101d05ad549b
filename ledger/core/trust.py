"""The trust bundle that a verifier pins (docs/spec/trust-bundle.md).

It names the chain, its contracts, the nodes to ask and the council, and carries a copy of the
registry for use without a network. k of n council members sign it; only a higher version signed by
k of n of the *old* bundle's council replaces it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from ledger.core import ed25519, wording
from ledger.core import messages_credentials as _messages  # noqa: F401  (registers the codes)
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.dates import parse_utc, utc_text
from ledger.core.shape import Shape
from ledger.errors import BadEvidence

TYPE = "XuezhengTrustBundle"
ENGINES = ("embedded", "qbft", "clique", "anvil", "other")
MAX_BYTES = 8 * 1024 * 1024
MAX_INT = 2**53 - 1
_DOMAIN_TAG = b"xuezheng/trust-bundle/v1\x00"
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_HASH = re.compile(r"0x[0-9a-f]{64}")
_URL = re.compile(r"https?://[!-~]{1,192}")
_DOMAIN = re.compile(r"[a-z0-9.-]{1,64}")


@dataclass(frozen=True)
class Contract:
    """A contract's address and the keccak-256 of its runtime code, both 0x-hex."""

    address: str
    code_hash: str


@dataclass(frozen=True)
class Chain:
    """Which chain: `engine` is embedded, qbft, clique, anvil or other."""

    chain_id: int
    genesis_hash: str
    engine: str
    council: Contract
    registry: Contract
    record_log: Contract


@dataclass(frozen=True)
class Node:
    """A JSON-RPC address and the code of the institution that runs it."""

    code: str
    url: str


@dataclass(frozen=True)
class Witness:
    """A witness's name and raw Ed25519 key."""

    name: str
    public_key: bytes


@dataclass(frozen=True)
class Member:
    """A council member: code, chain account, raw Ed25519 key for trust bundles."""

    code: str
    account: str
    trust_key: bytes


@dataclass(frozen=True)
class BundleKey:
    """A registered key as `IIssuerRegistry.Key`; `cut_off` None: none."""

    public_key: bytes
    purpose: int
    algorithm: int
    from_size: int
    cut_off: int | None


@dataclass(frozen=True)
class BundleInstitution:
    """The registry's copy of one institution, for use without a network."""

    code: str
    domain: str
    name: str
    name_en: str
    public_url: str
    verify_url: str
    keys: tuple[BundleKey, ...]


@dataclass(frozen=True)
class Signature:
    """One member's signature: `key` is the id of its trust key (SHA-256), 32 bytes."""

    code: str
    key: bytes
    signature: bytes


@dataclass(frozen=True)
class TrustBundle:
    """A parsed bundle. Times are Unix seconds, `max_status_age` seconds."""

    version: int
    issued: int
    expires: int
    max_status_age: int
    chain: Chain
    validators: tuple[str, ...]
    nodes: tuple[Node, ...]
    witnesses: tuple[Witness, ...]
    members: tuple[Member, ...]
    threshold: int
    institutions: tuple[BundleInstitution, ...]
    as_of_block: int
    as_of_time: int
    signatures: tuple[Signature, ...]

    @property
    def self_declared(self) -> bool:
        """One operator speaks for everything: the embedded chain, or a council of one."""
        return self.chain.engine == "embedded" or len(self.members) < 2

    @cached_property
    def signed(self) -> bytes:
        """`signing_bytes` of the bundle, made once."""
        value = to_json(self)
        del value["signatures"]
        return _DOMAIN_TAG + canonical_json(value)

    @cached_property
    def signature_count(self) -> int:
        """`verify_signatures` of the bundle, counted once."""
        return _count(self.members, self)

    def institution_by_code(self, code: str) -> BundleInstitution | None:
        """The copy of the institution with this code."""
        return next((one for one in self.institutions if one.code == code), None)

    def institution_by_domain(self, domain: str) -> BundleInstitution | None:
        """The copy of the institution with this domain."""
        return next((one for one in self.institutions if one.domain == domain), None)


# --------------------------------------------------------------------------- signatures


def signing_bytes(bundle: TrustBundle) -> bytes:
    """What members sign: "xuezheng/trust-bundle/v1" ‖ 0x00 ‖ JCS of all but the signatures."""
    return bundle.signed


def fingerprint(bundle: TrustBundle) -> str:
    """Hex SHA-256 of the signing bytes, for print."""
    return sha256(signing_bytes(bundle)).hexdigest()


def verify_signatures(bundle: TrustBundle) -> int:
    """How many of the bundle's own council members signed it."""
    return bundle.signature_count


def replaces(old: TrustBundle, new: TrustBundle) -> None:
    """Refuse a bundle that may not replace `old`; returns when it may.

    Raises BadEvidence("trust-version") unless its version is higher, ("trust-signatures") unless
    k of n of the *old* council signed it.
    """
    if new.version <= old.version:
        raise BadEvidence("trust-version", new=new.version, old=old.version)
    count = _count(old.members, new)
    if count < old.threshold:
        raise BadEvidence("trust-signatures", count=count, needed=old.threshold)


def _count(members: Sequence[Member], bundle: TrustBundle) -> int:
    """Distinct members with a valid signature; each counts once, whatever it is called."""
    keys = {ed25519.key_id(member.trust_key): member.trust_key for member in members}
    message = signing_bytes(bundle)
    signed = set()
    for given in bundle.signatures:
        if (
            given.key in keys
            and given.key not in signed
            and _holds(keys[given.key], message, given)
        ):
            signed.add(given.key)
    return len(signed)


def _holds(public_key: bytes, message: bytes, given: Signature) -> bool:
    try:
        ed25519.verify(public_key, message, given.signature)
    except BadEvidence:
        return False
    return True


# --------------------------------------------------------------------------- JSON


def to_json(bundle: TrustBundle) -> dict[str, Any]:
    """The bundle's JSON value."""
    return {
        "type": TYPE,
        "version": bundle.version,
        "issued": utc_text(bundle.issued),
        "expires": utc_text(bundle.expires),
        "max_status_age": bundle.max_status_age,
        "chain": _chain_json(bundle.chain),
        "validators": list(bundle.validators),
        "nodes": [{"code": node.code, "url": node.url} for node in bundle.nodes],
        "witnesses": [
            {"name": one.name, "public_key": one.public_key.hex()} for one in bundle.witnesses
        ],
        "members": [
            {"code": one.code, "account": one.account, "trust_key": one.trust_key.hex()}
            for one in bundle.members
        ],
        "threshold": bundle.threshold,
        "institutions": [_institution_json(one) for one in bundle.institutions],
        "as_of": {"block": bundle.as_of_block, "time": utc_text(bundle.as_of_time)},
        "signatures": [
            {"code": one.code, "key": one.key.hex(), "signature": one.signature.hex()}
            for one in bundle.signatures
        ],
    }


def format_trust(bundle: TrustBundle) -> bytes:
    """The bundle's file: the JSON, indented for the eye."""
    return (json.dumps(to_json(bundle), ensure_ascii=False, indent=2) + "\n").encode()


def parse_trust(data: bytes) -> TrustBundle:
    """A bundle read strictly; total: BadEvidence("trust-format"). Signatures are not checked."""
    if len(data) > MAX_BYTES:
        raise BadEvidence("trust-format", pointer="/", expected=f"at most {MAX_BYTES} bytes")
    try:
        value: Any = parse_json(data)
    except BadEvidence as refusal:
        raise BadEvidence("trust-format", pointer="/", expected=f"JSON ({refusal.en})") from refusal
    top = Shape(value, "trust-format").object(_TOP)
    top["type"].exactly(TYPE)
    members = tuple(_member(item) for item in top["members"].items(1000, at_least=1))
    institutions = tuple(_institution(item) for item in top["institutions"].items(10_000))
    as_of = top["as_of"].object(("block", "time"))
    bundle = TrustBundle(
        version=top["version"].integer(1, MAX_INT),
        issued=_time(top["issued"]),
        expires=_time(top["expires"]),
        max_status_age=top["max_status_age"].integer(1, 366 * 86_400),
        chain=_chain(top["chain"]),
        validators=tuple(_address(item) for item in top["validators"].items(1000)),
        nodes=tuple(_node(item) for item in top["nodes"].items(1000)),
        witnesses=tuple(_witness(item) for item in top["witnesses"].items(1000)),
        members=members,
        threshold=top["threshold"].integer(len(members) // 2 + 1, len(members)),
        institutions=institutions,
        as_of_block=as_of["block"].integer(0, MAX_INT),
        as_of_time=_time(as_of["time"]),
        signatures=tuple(_signature(item) for item in top["signatures"].items(1000)),
    )
    if bundle.expires <= bundle.issued:
        top["expires"].refuse("later than issued")
    _unique(top["members"], [one.code for one in members])
    _unique(top["members"], [one.account.lower() for one in members])
    _unique(top["members"], [one.trust_key for one in members])
    _unique(top["institutions"], [one.code for one in institutions])
    _unique(top["institutions"], [one.domain for one in institutions])
    _unique(top["institutions"], [key.public_key for one in institutions for key in one.keys])
    return bundle


_TOP = (
    "type", "version", "issued", "expires", "max_status_age", "chain", "validators", "nodes",
    "witnesses", "members", "threshold", "institutions", "as_of", "signatures",
)  # fmt: skip


def _unique(shape: Shape, values: Sequence[str | bytes]) -> None:
    if len(set(values)) != len(values):
        shape.refuse("codes, domains, accounts and keys each once")


def _chain_json(chain: Chain) -> dict[str, Any]:
    contracts = {
        "council": chain.council,
        "registry": chain.registry,
        "record_log": chain.record_log,
    }
    return {
        "chain_id": chain.chain_id,
        "genesis_hash": chain.genesis_hash,
        "engine": chain.engine,
        "contracts": {
            name: {"address": one.address, "code_hash": one.code_hash}
            for name, one in contracts.items()
        },
    }


def _institution_json(one: BundleInstitution) -> dict[str, Any]:
    return {
        "code": one.code,
        "domain": one.domain,
        "name": one.name,
        "name_en": one.name_en,
        "public_url": one.public_url,
        "verify_url": one.verify_url,
        "keys": [
            {
                "public_key": key.public_key.hex(),
                "purpose": key.purpose,
                "algorithm": key.algorithm,
                "from_size": key.from_size,
                "cut_off": key.cut_off,
            }
            for key in one.keys
        ],
    }


def _chain(shape: Shape) -> Chain:
    shape.object(("chain_id", "genesis_hash", "engine", "contracts"))
    contracts = shape["contracts"].object(("council", "registry", "record_log"))
    return Chain(
        chain_id=shape["chain_id"].integer(1, MAX_INT),
        genesis_hash=_hash(shape["genesis_hash"]),
        engine=shape["engine"].one_of(ENGINES),
        council=_contract(contracts["council"]),
        registry=_contract(contracts["registry"]),
        record_log=_contract(contracts["record_log"]),
    )


def _contract(shape: Shape) -> Contract:
    shape.object(("address", "code_hash"))
    return Contract(_address(shape["address"]), _hash(shape["code_hash"]))


def _node(shape: Shape) -> Node:
    shape.object(("code", "url"))
    return Node(_code(shape["code"]), _url(shape["url"]))


def _witness(shape: Shape) -> Witness:
    shape.object(("name", "public_key"))
    return Witness(shape["name"].text(), shape["public_key"].hex(32))


def _member(shape: Shape) -> Member:
    shape.object(("code", "account", "trust_key"))
    public_key = shape["trust_key"].hex(32)
    try:
        ed25519.check_public_key(public_key)
    except BadEvidence:
        shape["trust_key"].refuse("an Ed25519 key of prime order")
    return Member(_code(shape["code"]), _address(shape["account"]), public_key)


def _institution(shape: Shape) -> BundleInstitution:
    shape.object(("code", "domain", "name", "name_en", "public_url", "verify_url", "keys"))
    return BundleInstitution(
        code=_code(shape["code"]),
        domain=shape["domain"].matching(_DOMAIN, "a domain"),
        name=shape["name"].text(),
        name_en=shape["name_en"].text(at_least=0),
        public_url=_url(shape["public_url"]),
        verify_url=_url(shape["verify_url"]),
        keys=tuple(_key(item) for item in shape["keys"].items(1000)),
    )


def _key(shape: Shape) -> BundleKey:
    shape.object(("public_key", "purpose", "algorithm", "from_size", "cut_off"))
    cut_off = shape["cut_off"]
    return BundleKey(
        public_key=shape["public_key"].hex(32),
        purpose=shape["purpose"].integer(1, 255),
        algorithm=shape["algorithm"].integer(1, 255),
        from_size=shape["from_size"].integer(0, MAX_INT),
        cut_off=None if cut_off.value is None else cut_off.integer(0, MAX_INT),
    )


def _signature(shape: Shape) -> Signature:
    shape.object(("code", "key", "signature"))
    return Signature(_code(shape["code"]), shape["key"].hex(32), shape["signature"].hex(64))


def _time(shape: Shape) -> int:
    try:
        return parse_utc(shape.text(20))
    except ValueError:
        shape.refuse("YYYY-MM-DDTHH:MM:SSZ")


def _code(shape: Shape) -> str:
    return shape.matching(wording.CODE, "an institution's code")


def _url(shape: Shape) -> str:
    return shape.matching(_URL, "an http(s) URL")


def _address(shape: Shape) -> str:
    return shape.matching(_ADDRESS, "a 0x address")


def _hash(shape: Shape) -> str:
    return shape.matching(_HASH, "32 bytes in 0x-hex")
