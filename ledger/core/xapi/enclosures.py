"""The data of attachments as a request sends it, against what its statements declare
(Communication 1.5.1, 1.5.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha224, sha256, sha384, sha512
from typing import NoReturn

from ledger.core.xapi import messages_semantics  # noqa: F401  (registers the sentences)
from ledger.core.xapi.mentions import Json
from ledger.core.xapi.multipart import Part
from ledger.core.xapi.signatures import check_signatures
from ledger.errors import BadEvidence

HASH = "x-experience-api-hash"
ENCODING = "content-transfer-encoding"

_SHA2 = {56: sha224, 64: sha256, 96: sha384, 128: sha512}


@dataclass(frozen=True)
class Enclosure:
    """The data of an attachment: its SHA-2 in lower-case hex, its type as a statement declares
    it, and the bytes."""

    sha2: str
    content_type: str
    content: bytes


def declared(statement: Json) -> Iterator[tuple[str, Json]]:
    """(JSON pointer, attachment object) of a checked statement and of a SubStatement in it."""
    for index, attachment in enumerate(statement.get("attachments", ())):
        yield f"/attachments/{index}", attachment
    for index, attachment in enumerate(statement["object"].get("attachments", ())):
        yield f"/object/attachments/{index}", attachment


def _wrong_header(place: int, header: str, expected: str, requirement: str) -> NoReturn:
    raise BadEvidence(
        "xapi-attachment-headers",
        part=place, header=header, expected=expected, pointer="", requirement=requirement,
    )  # fmt: skip


def _hash_of(part: Part, place: int, known: dict[str, Json]) -> str:
    """The hash under which a part was sent, once its headers and its content bear it out."""
    if part.headers.get(ENCODING, "").lower() != "binary":
        _wrong_header(place, "Content-Transfer-Encoding", "binary", "XAPI-00135")
    sha2 = part.headers.get(HASH, "").lower()
    if not sha2:
        _wrong_header(place, "X-Experience-API-Hash", "SHA-2", "XAPI-00132")
    if sha2 not in known:
        raise BadEvidence("xapi-attachment-extra", part=place, pointer="", requirement="XAPI-00128")
    if _SHA2[len(sha2)](part.content).hexdigest() != sha2:
        raise BadEvidence(
            "xapi-attachment-hash", part=place, sha2=sha2, pointer="", requirement="XAPI-00132"
        )
    return sha2


def _refuse_missing(statements: Sequence[Json], sent: dict[str, bytes]) -> None:
    for position, statement in enumerate(statements):
        for pointer, attachment in declared(statement):
            if "fileUrl" not in attachment and attachment["sha2"].lower() not in sent:
                raise BadEvidence(
                    "xapi-attachment-missing",
                    sha2=attachment["sha2"],
                    pointer=pointer,
                    position=position,
                    requirement="XAPI-00129",
                )


def _check_signatures(statements: Sequence[Json], sent: dict[str, bytes]) -> None:
    for position, statement in enumerate(statements):
        try:
            check_signatures(statement, sent)
        except BadEvidence as error:
            error.detail["position"] = position
            raise


def check_attachments(
    statements: Sequence[Json], parts: Sequence[Part] = ()
) -> tuple[Enclosure, ...]:
    """The data that came with checked statements, each once, in the order of the parts.

    `parts` are those after the statements; none for a request of type application/json. A part is
    matched by its hash and in no other way (Communication 1.5.2.s1.b4). The declared `length` and
    the part's own Content-Type are therefore not compared: the standard's suite itself sends a
    part of twice the declared length and asks for 200.

    Raises BadEvidence: xapi-attachment-headers, -extra, -hash with the number of the `part` (the
    statements are part 1); xapi-attachment-missing and xapi-signature with `position` of the
    statement and a `pointer` into it.
    """
    known = {
        attachment["sha2"].lower(): attachment
        for statement in statements
        for _, attachment in declared(statement)
    }
    if not known and not parts:
        return ()
    sent: dict[str, bytes] = {}
    for place, part in enumerate(parts, 2):
        sent[_hash_of(part, place, known)] = part.content
    _refuse_missing(statements, sent)
    _check_signatures(statements, sent)
    return tuple(
        Enclosure(sha2, known[sha2]["contentType"], content) for sha2, content in sent.items()
    )
