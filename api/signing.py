"""How a person's signature reaches a command: by a key file here, or made elsewhere (a passkey).

`--key FILE` signs at once. `--account A --request FILE` writes what is to be signed and stops; the
person signs it with a passkey at the issuer's page `/people`; `--request FILE --signature FILE`
then does the deed. A private key is never in the institution's hands, unless the person opens the
own key file on this machine.
"""

from __future__ import annotations

import argparse
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.home import person_passphrase, read_file, write_json
from ledger.core.canonical import canonical_json, parse_json
from ledger.core.people import PersonSignature, read_signature
from ledger.core.shape import Shape
from ledger.errors import BadEvidence, WrongUse
from ledger.keys.person import PersonSigner, open_person_key
from ledger.office.acts import whole_register
from ledger.office.context import Office
from ledger.terminal import Terminal

Sign = Callable[[str, dict[str, Any]], PersonSignature]


class Requested(Exception):
    """Stops a use case where the person would have to sign."""

    def __init__(self, purpose: str, content: dict[str, Any]) -> None:
        super().__init__(purpose)
        self.purpose, self.content = purpose, content


@dataclass(frozen=True)
class Signing:
    """Who signs, and how. `given`: the content of a request that was signed elsewhere."""

    account: str
    sign: Sign
    given: dict[str, Any] | None = None


def with_signing(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Adds `--key FILE`, or `--account A --request FILE [--signature FILE]`."""
    parser.add_argument(
        "--key", metavar="FILE", type=Path, help="本人的密钥文件 / the own key file"
    )
    parser.add_argument("--account", metavar="ACCOUNT", help="<home page>|<name>")
    parser.add_argument(
        "--request", metavar="FILE", type=Path, help="待签内容（通行密钥）/ what a passkey signs"
    )
    parser.add_argument("--signature", metavar="FILE", type=Path, help="签名 / the signature")
    return parser


def signing(options: argparse.Namespace) -> Signing:
    """Raises WrongUse usage, what the key file raises, BadEvidence signing-request."""
    if options.key is not None and options.request is None and options.signature is None:
        signer = open_person_key(options.key, person_passphrase(options.key))
        if options.account not in (None, signer.account):
            raise WrongUse("usage", why=f"--account: the key file is of {signer.account}")
        return Signing(signer.account, _by(signer))
    if options.key is not None or options.request is None:
        raise WrongUse("usage", why="--key FILE | --account A --request FILE [--signature FILE]")
    if options.signature is None:
        if options.account is None:
            raise WrongUse("usage", why="--account <home page>|<name>")
        return Signing(options.account, _ask)
    return _signed(options)


def _by(signer: PersonSigner) -> Sign:
    return lambda purpose, content: signer.sign(purpose, content)


def _ask(purpose: str, content: dict[str, Any]) -> PersonSignature:
    raise Requested(purpose, content)


def _signed(options: argparse.Namespace) -> Signing:
    request = _request(read_file(options.request))
    value = parse_json(read_file(options.signature))
    signature = read_signature(Shape(value, "signing-request"))

    def sign(purpose: str, content: dict[str, Any]) -> PersonSignature:
        same = canonical_json(content) == canonical_json(request["content"])
        if purpose != request["purpose"] or not same:
            raise BadEvidence("signing-request", pointer="/content", expected=purpose)
        return signature

    return Signing(signature.account, sign, request["content"])


def _request(data: bytes) -> dict[str, Any]:
    members = ("purpose", "account", "content")
    top = Shape(parse_json(data), "signing-request").object(members, ("keys",))
    top["purpose"].text(60)
    top["account"].text(4_001)
    if type(top["content"].value) is not dict:
        top["content"].refuse("object")
    return dict(top.value)


def write_request(
    terminal: Terminal, office: Office, options: argparse.Namespace, asked: Requested
) -> int:
    """The request as a file, and what to do with it. It names the keys that the account was
    appointed with, so that the page finds the passkey's among them in any browser."""
    value = {"purpose": asked.purpose, "account": options.account, "content": asked.content}
    found = whole_register(office).appointment(options.account)
    if found is not None and found.keys:
        value["keys"] = [key.to_json() for key in found.keys]
    write_json(options.request, value)
    os.chmod(options.request, 0o600)
    page = f"{office.identity.public_url}/people"
    terminal.say(
        f"待签内容已写入 {options.request}：请本人在 {page} 签名，再以 --signature 提交。",
        f"What is to be signed is in {options.request}: sign it at {page}, then submit it with "
        "--signature.",
    )
    fragment = urlsafe_b64encode(canonical_json(value)).decode().rstrip("=")
    terminal.result({"request": str(options.request), "link": f"{page}#{fragment}"})
    return 0
