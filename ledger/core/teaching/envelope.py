"""The envelope of a teaching record: the statement, its place in its subject's chain, who signed.

Format: `docs/spec/teaching-envelope.md`. Every payload of the stream `teaching` is one. The keys
stand in RFC 8785 order and `statement` is the last, so an envelope is made of canonical parts and
taken apart again without looking at the statement.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from ledger.core.canonical import DEFAULT_DEPTH, canonical_json, parse_json
from ledger.core.people import PersonSignature, read_signature
from ledger.core.shape import Shape
from ledger.core.teaching import messages as _messages  # noqa: F401  (registers the codes)
from ledger.core.teaching.agents import agent_text
from ledger.core.teaching.values import Wrong
from ledger.errors import BadEvidence

FORMAT = "xuezheng-teaching/1"
MAX_SUBJECT = 4_001
MAX_SUBMITTED = 1 << 20
"""Bytes of canonical JSON of a statement that is enclosed."""
MAX_ENVELOPE = 2 << 20
_MAX_INT = 2**53 - 1
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BEGIN = b'{"authority":'
_STATEMENT = b',"statement":'
_NOBODY = "—"


@dataclass(frozen=True)
class Envelope:
    """An envelope read strictly. `number` counts the subject's records from 0; `previous` is the
    leaf of the one before it; `authority` is the agent who asserts it, as the store says."""

    statement: dict[str, Any]
    id: str
    authority: dict[str, Any]
    subject: str
    number: int
    previous: int | None
    signature: PersonSignature | None


def enclose(
    submitted: bytes,
    id: str,
    authority: bytes,
    subject: str,
    number: int,
    previous: int | None,
    signature: bytes | None = None,
) -> bytes:
    """The canonical payload. `submitted`, `authority` and `signature` are canonical JSON."""
    chain = b'{"number":%d,"previous":%s,"subject":%s}' % (
        number,
        b"null" if previous is None else b"%d" % previous,
        canonical_json(subject),
    )
    parts = [_BEGIN, authority, b',"chain":', chain, b',"format":"', FORMAT.encode(), b'","id":"',
             id.encode(), b'"']  # fmt: skip
    if signature is not None:
        parts += [b',"signature":', signature]
    return b"".join((*parts, _STATEMENT, submitted, b"}"))


def submitted_of(payload: bytes) -> bytes:
    """The statement as it was submitted; a payload that is no envelope is returned unchanged.

    Within a JSON string a quotation mark is escaped, so the first `,"statement":` is the key: of
    what stands before it, authority and signature have no such key (an xAPI agent has none).
    """
    if not payload.startswith(_BEGIN):
        return payload
    at = payload.find(_STATEMENT)
    return payload if at < 0 else payload[at + len(_STATEMENT) : -1]


def chain_of(payload: bytes) -> tuple[str, int] | None:
    """(subject, number) of a payload that the store itself made; None where it is no envelope.

    The statement is not looked at: what was enclosed once can be found, whatever is in it.
    """
    at = payload.find(_STATEMENT) if payload.startswith(_BEGIN) else -1
    if at < 0:
        return None
    chain = json.loads(payload[:at] + b"}")["chain"]
    return chain["subject"], chain["number"]


def parse_envelope(payload: bytes) -> Envelope:
    """The envelope in canonical bytes. Raises BadEvidence teaching-envelope with the place."""
    try:
        value = parse_json(payload, DEFAULT_DEPTH + 1, MAX_ENVELOPE)
    except BadEvidence as bad:
        why = f"JSON ({bad.detail.get('reason')})"
        raise BadEvidence("teaching-envelope", pointer="/", expected=why) from bad
    top = Shape(value, "teaching-envelope").object(
        ("authority", "chain", "format", "id", "statement"), ("signature",)
    )
    top["format"].exactly(FORMAT)
    chain = top["chain"].object(("number", "previous", "subject"))
    number = chain["number"].integer(0, _MAX_INT)
    previous = chain["previous"].value
    if (previous is None) != (number == 0):
        chain["previous"].refuse("null for number 0, else a leaf")
    if previous is not None:
        chain["previous"].integer(0, _MAX_INT)
    found = Envelope(
        _object(top["statement"]),
        top["id"].matching(_UUID, "UUID in lower case"),
        _object(top["authority"]),
        chain["subject"].text(MAX_SUBJECT),
        number,
        previous,
        read_signature(top["signature"]) if top.has("signature") else None,
    )
    if _canonical(value) != payload:
        top.refuse("RFC 8785")
    return found


def _canonical(value: Any) -> bytes | None:
    try:
        return canonical_json(value)
    except BadEvidence:
        return None


def _object(shape: Shape) -> dict[str, Any]:
    if type(shape.value) is not dict:
        shape.refuse("object")
    return dict(shape.value)


def full_statement(envelope: Envelope) -> dict[str, Any]:
    """The statement with what the store says of it: what a record is read from."""
    return {**envelope.statement, "id": envelope.id, "authority": envelope.authority}


def subject_of(statement: dict[str, Any]) -> str:
    """Whose chain a statement continues that is no record: its actor's.

    An actor of whom no text can be made (too long, or a group of nobody) has the chain of nobody.
    """
    try:
        found = agent_text(statement.get("actor"))
    except Wrong:
        return _NOBODY
    return found if 0 < len(found) <= MAX_SUBJECT else _NOBODY


def subject_name(key: str) -> str:
    """The subject that an agent's key (`ledger.core.xapi.mentions.agent_key`) names as one."""
    kind, _, value = key.partition("\n")
    if kind == "account":
        return value.replace("\n", "|", 1)
    return f"sha1:{value}" if kind == "mbox_sha1sum" else value


def statement_of(payload: bytes) -> dict[str, Any]:
    """The submitted statement of a payload that the store itself made."""
    found: dict[str, Any] = json.loads(submitted_of(payload))
    return found
