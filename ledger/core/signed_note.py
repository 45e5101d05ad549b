"""Signed notes (C2SP signed-note) and checkpoints (C2SP tlog-checkpoint, tlog-cosignature).

A note is text that ends with a newline, a blank line, and signature lines
`— <name> base64(key id[4] ‖ signature)`. The signed bytes are the text with its last newline and
without the blank line. Signing is done elsewhere. Refusals (BadEvidence): note, note-unsigned,
note-signature, checkpoint, checkpoint-origin.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, NoReturn

from ledger.core import ed25519, merkle
from ledger.errors import BadEvidence

TYPE_ED25519 = 0x01
TYPE_COSIGNATURE = 0x04
MAX_NOTE = 1 << 20
MAX_SIGNATURES = 100
MAX_TIME = 2**63 - 1

_DASH = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteSignature(NamedTuple):
    """One signature line: key name, key id of 4 bytes, the rest of the decoded field."""

    name: str
    key_hash: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """`text` is what was signed, byte for byte, ending with a newline."""

    text: bytes
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True)
class Checkpoint:
    """A stream's head as its owner signed it; `extensions` are opaque further lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def _refuse(reason: str) -> NoReturn:
    raise BadEvidence("note", reason=reason)


def note_key_id(name: str, type: int, public: bytes) -> bytes:
    """First 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key)."""
    return sha256(name.encode("utf-8") + b"\n" + bytes([type]) + public).digest()[:4]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        _refuse("key-name")


def _decode_base64(text: str) -> bytes:
    """Standard base64 with padding; only the one encoding of the bytes is taken."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadEvidence("note", reason="base64") from error
    if base64.b64encode(data).decode("ascii") != text:
        _refuse("base64")
    return data


def _check_text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadEvidence("note", reason="utf-8") from error
    if _CONTROL.search(text):
        _refuse("control-character")
    return text


def _parse_signature(line: str) -> NoteSignature:
    if not line.startswith(_DASH):
        _refuse("signature-line")
    name, separator, field = line[len(_DASH) :].partition(" ")
    if not separator:
        _refuse("signature-line")
    _check_name(name)
    data = _decode_base64(field)
    if len(data) < 5:
        _refuse("signature-length")
    return NoteSignature(name, data[:4], data[4:])


def parse_note(data: bytes) -> Note:
    """The note of these bytes; nothing is verified yet. Raises BadEvidence note."""
    if len(data) > MAX_NOTE:
        _refuse("size")
    whole = _check_text(data)
    body, blank, block = whole.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        _refuse("signature-block")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        _refuse("too-many-signatures")
    signatures = tuple(_parse_signature(line) for line in lines)
    return Note((body + "\n").encode("utf-8"), signatures)


def format_note(
    text: bytes, signatures: Sequence[NoteSignature | tuple[str, bytes, bytes]]
) -> bytes:
    """The note's bytes, which `parse_note` reads back. Raises BadEvidence note."""
    lines = [
        f"{_DASH}{name} {base64.b64encode(key_hash + signature).decode('ascii')}\n"
        for name, key_hash, signature in signatures
    ]
    data = text + b"\n" + "".join(lines).encode("utf-8")
    wanted = Note(text, tuple(NoteSignature(*signature) for signature in signatures))
    if parse_note(data) != wanted:
        _refuse("text")
    return data


def note_signature(name: str, public: bytes, signature: bytes) -> NoteSignature:
    """A plain Ed25519 signature (64 bytes over the text) as a signature line."""
    return NoteSignature(name, note_key_id(name, TYPE_ED25519, public), signature)


def _of_key(note: Note, name: str, type: int, public: bytes) -> list[bytes]:
    """The signatures of one key; raises note-unsigned if there is none."""
    key_hash = note_key_id(name, type, public)
    found = [line.signature for line in note.signatures if line[:2] == (name, key_hash)]
    if not found:
        raise BadEvidence("note-unsigned", name=name)
    return found


def verify_note(note: Note, name: str, public: bytes) -> None:
    """The key (`name`, `public`) signed the text; lines of other keys are ignored.

    Raises BadEvidence: note-unsigned if the key has no line, note-signature if any line of the key
    fails (the whole note is refused then), public-key for a key that nobody may use.
    """
    for signature in _of_key(note, name, TYPE_ED25519, public):
        _verify(name, public, note.text, signature)


def _verify(name: str, public: bytes, message: bytes, signature: bytes) -> None:
    try:
        ed25519.verify(public, message, signature)
    except BadEvidence as error:
        if error.code != "signature":
            raise
        raise BadEvidence("note-signature", name=name) from error


def cosignature_message(text: bytes, time: int) -> bytes:
    """What a witness signs: `cosignature/v1`, `time <Unix seconds>`, the note's text."""
    if not 0 <= time <= MAX_TIME:
        _refuse("time")
    return b"cosignature/v1\ntime %d\n" % time + text


def cosignature(name: str, public: bytes, time: int, signature: bytes) -> NoteSignature:
    """A witness's signature line: the field is time (u64 big-endian) ‖ 64 bytes."""
    key_hash = note_key_id(name, TYPE_COSIGNATURE, public)
    return NoteSignature(name, key_hash, time.to_bytes(8, "big") + signature)


def verify_cosignature(note: Note, name: str, public: bytes) -> int:
    """The newest time (Unix seconds) at which the witness cosigned; raises as `verify_note`."""
    times = []
    for field in _of_key(note, name, TYPE_COSIGNATURE, public):
        time = int.from_bytes(field[:8], "big")
        if len(field) != 72 or time > MAX_TIME:
            raise BadEvidence("note-signature", name=name)
        _verify(name, public, cosignature_message(note.text, time), field[8:])
        times.append(time)
    return max(times)


def checkpoint_text(origin: str, size: int, root: bytes) -> bytes:
    """The text to sign: origin, decimal size and base64 root, each line with its newline."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode('ascii')}\n".encode()
    if parse_checkpoint(text) != Checkpoint(origin, size, root):
        raise BadEvidence("checkpoint", reason="origin")
    return text


def parse_checkpoint(text: bytes) -> Checkpoint:
    """The head in a note's *text* (`Note.text`); raises BadEvidence checkpoint."""
    try:
        lines = _check_text(text).split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise BadEvidence("checkpoint", reason="lines")
        root = _decode_base64(lines[2])
    except BadEvidence as error:
        raise BadEvidence("checkpoint", reason=error.detail["reason"]) from error
    if _SIZE.fullmatch(lines[1]) is None or int(lines[1]) > merkle.MAX_SIZE:
        raise BadEvidence("checkpoint", reason="size")
    size = int(lines[1])
    if len(root) != merkle.HASH_LENGTH or (size == 0 and root != merkle.EMPTY_ROOT):
        raise BadEvidence("checkpoint", reason="root")
    return Checkpoint(lines[0], size, root, tuple(lines[3:]))


def open_checkpoint(data: bytes, origin: str, public: bytes) -> Checkpoint:
    """Parse a signed checkpoint, verify the stream owner's key and that it is of `origin`.

    The key's name is the origin. Raises BadEvidence note, note-unsigned, note-signature,
    checkpoint or checkpoint-origin.
    """
    note = parse_note(data)
    verify_note(note, origin, public)
    found = parse_checkpoint(note.text)
    if found.origin != origin:
        raise BadEvidence("checkpoint-origin", got=found.origin, want=origin)
    return found
