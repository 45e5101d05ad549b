"""Keys and signatures of people: Ed25519 key files, and passkeys (docs/spec/people.md).

What is signed is a content (any JSON value) for a purpose; both kinds of key sign the same message.
A passkey signs it as the challenge of a WebAuthn assertion. An assertion is checked as Web
Authentication Level 2 §7.2 says, in its order, with the rules on `crossOrigin` and on the backup
flags that Level 3 §7.2 added; the steps without a meaning here are named in the specification page.

A signature does not name its signer by itself: whose key it is, an appointment says.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any, NoReturn

from ledger.core import (
    ed25519,
    messages_people,  # noqa: F401  (registers the sentences)
)
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.public_key import check_es256, p256_key
from ledger.core.shape import Shape
from ledger.errors import BadEvidence, WrongUse

ED25519 = "Ed25519"
ES256 = "ES256-webauthn"
PURPOSES = ("attestation", "approval", "recognition", "appeal", "answer")
MAX_ACCOUNT = 4_001
MAX_CLIENT_DATA = 4_096
MIN_AUTHENTICATOR_DATA, MAX_AUTHENTICATOR_DATA = 37, 1_024
_MAX_VALUE = 72
_DEPTH = 8

# Web Authentication Level 2 §6.1; BE and BS are Level 3 §6.1.
UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*(?![0-9]){_LABEL}")
"""A host name in lower case, A-labels; its last label begins with a letter: never an address."""


@dataclass(frozen=True)
class PersonKey:
    """`public`: 32 raw bytes, or for a passkey 65 (04 ‖ X ‖ Y); `rp`: the passkey's RP ID."""

    alg: str
    public: bytes
    rp: str = ""

    @cached_property
    def id(self) -> bytes:
        """SHA-256 of the key's canonical JSON, 32 bytes."""
        return sha256(canonical_json(self.to_json())).digest()

    def to_json(self) -> dict[str, str]:
        found = {"alg": self.alg, "public": self.public.hex()}
        return {**found, "rp": self.rp} if self.rp else found


@dataclass(frozen=True)
class PersonSignature:
    """`key`: id of the key; `value`: R ‖ S, or DER; the other two are a passkey's, else empty."""

    account: str
    key: bytes
    value: bytes
    authenticator_data: bytes = b""
    client_data: bytes = b""

    def to_json(self) -> dict[str, str]:
        found = {"account": self.account, "key": self.key.hex(), "value": self.value.hex()}
        if self.authenticator_data or self.client_data:
            found["authenticator_data"] = self.authenticator_data.hex()
            found["client_data"] = self.client_data.hex()
        return found


def read_person_key(shape: Shape) -> PersonKey:
    """The key as its JSON says, checked for its form only; refusals are those of the shape."""
    alg = shape.object(("alg", "public"), ("rp",))["alg"].one_of((ED25519, ES256))
    if alg == ED25519:
        return PersonKey(alg, shape.object(("alg", "public"))["public"].hex(32))
    public = shape.object(("alg", "public", "rp"))["public"].hex(65)
    if public[0] != 4:
        shape["public"].refuse("04 ‖ X ‖ Y")
    return PersonKey(alg, public, shape["rp"].matching(_HOST, "a host name"))


def read_signature(shape: Shape) -> PersonSignature:
    """The signature as its JSON says, checked for its form only; refusals are the shape's."""
    passkey = ("authenticator_data", "client_data")
    top = shape.object(("account", "key", "value"), passkey)
    found = {}
    if top.has(passkey[0]) or top.has(passkey[1]):
        top.object(("account", "key", "value", *passkey))
        sizes = ((MIN_AUTHENTICATOR_DATA, MAX_AUTHENTICATOR_DATA), (1, MAX_CLIENT_DATA))
        found = {name: _bytes(top[name], *size) for name, size in zip(passkey, sizes, strict=True)}
    return PersonSignature(
        top["account"].text(MAX_ACCOUNT), top["key"].hex(32), _bytes(top["value"], 1, _MAX_VALUE),
        **found,
    )  # fmt: skip


def _bytes(shape: Shape, low: int, high: int) -> bytes:
    size = len(shape.value) // 2 if type(shape.value) is str else 0
    if not low <= size <= high:
        shape.refuse(f"{low}..{high} bytes in lower-case hex")
    return shape.hex(size)


def check_account(account: str) -> None:
    """`<home page>|<name>`, without control characters: WrongUse("account-form")."""
    home, bar, name = account.partition("|")
    usable = account.isprintable() and len(account) <= MAX_ACCOUNT
    if not (usable and bar and ":" in home and name):
        raise WrongUse("account-form", account=account[:80])


def check_person_key(key: PersonKey) -> None:
    """Whether anybody may sign with it: for registration; `verify_person` repeats it.

    Raises BadEvidence person-key for its form, person-key-unusable with a reason: not-canonical,
    small-order, not-on-curve, mixed-order.
    """
    if read_person_key(Shape(key.to_json(), "person-key")) != key:
        raise BadEvidence("person-key", pointer="/", expected=f"{ED25519} | {ES256}")
    try:
        if key.alg == ED25519:
            ed25519.check_public_key(key.public)
        else:
            p256_key(key.public)
    except BadEvidence as bad:
        raise BadEvidence("person-key-unusable", **bad.detail) from bad
    except ValueError as error:
        raise BadEvidence("person-key-unusable", reason="not-on-curve") from error


def message(purpose: str, content: Any) -> bytes:
    """What is signed: a context, the purpose, SHA-256 of the content's RFC 8785 bytes.

    Raises BadEvidence person-signature for a purpose that is none, canonical-json.
    """
    if purpose not in PURPOSES:
        _refuse("purpose")
    digest = sha256(canonical_json(content)).digest()
    return b"xuezheng/signed/v1\0" + purpose.encode("ascii") + b"\0" + digest


def challenge(purpose: str, content: Any) -> str:
    """The challenge of a passkey's assertion: base64url of SHA-256(message), without padding."""
    digest = sha256(message(purpose, content)).digest()
    return urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def verify_person(key: PersonKey, signature: PersonSignature, purpose: str, content: Any) -> None:
    """Whether the key signed the content for the purpose.

    Says nothing of `signature.account`: that the key is that account's, an appointment says.
    Raises BadEvidence person-signature with a reason (docs/spec/people.md lists them).
    """
    if signature.key != key.id:
        _refuse("other-key")
    try:
        _checked(key)
    except BadEvidence as bad:
        raise BadEvidence("person-signature", reason="key") from bad
    try:
        signed = message(purpose, content)
    except BadEvidence as bad:
        if bad.code == "person-signature":
            raise
        raise BadEvidence("person-signature", reason="content") from bad
    if key.alg == ED25519:
        _verify_ed25519(key, signature, signed)
    else:
        _verify_assertion(key, signature, signed)


@lru_cache(maxsize=4096)
def _checked(key: PersonKey) -> None:
    check_person_key(key)


def _verify_ed25519(key: PersonKey, signature: PersonSignature, signed: bytes) -> None:
    if signature.authenticator_data or signature.client_data:
        _refuse("form")
    try:
        ed25519.verify(key.public, signed, signature.value)
    except BadEvidence as bad:
        raise BadEvidence("person-signature", reason="signature") from bad


def _verify_assertion(key: PersonKey, signature: PersonSignature, signed: bytes) -> None:
    """Web Authentication Level 2 §7.2, the numbers are its steps."""
    wanted = sha256(signed).digest()
    _check_client_data(key.rp, signature.client_data, wanted)  # 9-13
    _check_authenticator_data(key.rp, signature.authenticator_data)  # 15-18
    digest = sha256(signature.client_data).digest()  # 19
    try:
        check_es256(
            p256_key(key.public), signature.authenticator_data + digest, signature.value
        )  # 20
    except BadEvidence as bad:
        raise BadEvidence("person-signature", reason="signature") from bad


def _check_client_data(rp: str, data: bytes, wanted: bytes) -> None:
    """Members that nobody knows are left alone, as Level 2 §5.8.1 asks."""
    try:
        value = parse_json(data, max_depth=_DEPTH, limit=MAX_CLIENT_DATA)
    except BadEvidence as bad:
        raise BadEvidence("person-signature", reason="client-data") from bad
    if type(value) is not dict:
        _refuse("client-data")
    if value.get("type") != "webauthn.get":  # 11
        _refuse("type")
    text = urlsafe_b64encode(wanted).decode("ascii").rstrip("=")
    if value.get("challenge") != text:  # 12
        _refuse("challenge")
    if not _is_of(rp, value.get("origin")):  # 13
        _refuse("origin")
    # Level 3: an embedded page of another site must not ask for signatures.
    if value.get("crossOrigin", False) is not False or "topOrigin" in value:
        _refuse("cross-origin")


def _is_of(rp: str, origin: Any) -> bool:
    """Whether the origin is a page of that very host, by https (http on one's own machine)."""
    if type(origin) is not str:
        return False
    scheme = "https?" if rp == "localhost" else "https"
    return re.fullmatch(rf"{scheme}://{re.escape(rp)}(?::[0-9]{{1,5}})?", origin) is not None


def _check_authenticator_data(rp: str, data: bytes) -> None:
    """rpIdHash[32] ‖ flags ‖ signature counter[4] ‖ extensions (Level 2 §6.1)."""
    if not MIN_AUTHENTICATOR_DATA <= len(data) <= MAX_AUTHENTICATOR_DATA:
        _refuse("authenticator-data")
    flags = data[32]
    # An assertion has no attested credential (§6.1.2), and only extensions may follow.
    if flags & AT or bool(flags & ED) != (len(data) > MIN_AUTHENTICATOR_DATA):
        _refuse("authenticator-data")
    if data[:32] != sha256(rp.encode("ascii")).digest():  # 15
        _refuse("rp")
    if not flags & UP:  # 16
        _refuse("user-present")
    if not flags & UV:  # 17
        _refuse("user-verified")
    if flags & BS and not flags & BE:  # Level 3: backed up, but not to be backed up
        _refuse("backup")


def _refuse(reason: str) -> NoReturn:
    raise BadEvidence("person-signature", reason=reason)
