"""What was handed in: a JSON credential, a PDF, a picture with a QR code, or the QR text.

Nothing is judged here but whether there is a credential at all, and one only; a damaged one is for
the verdict.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from ledger.core.checks_paper import Presented
from ledger.core.frame import frame_from_text
from ledger.errors import BadEvidence, WrongUse
from verifier import messages as _messages  # noqa: F401  (registers the codes)
from verifier.documents import read_pdf, read_picture

PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")
LINK = "/v#"
TYPES = ("VerifiableCredential", "OpenBadgeCredential", "AchievementCredential")
MARKS = (*TYPES, "www.w3.org/ns/credentials", "credentialSubject")
"""A cut or broken file that holds one of these was a credential."""
MAX_LINK = 4096

T = TypeVar("T")


def present(data: bytes) -> Presented:
    """Reads the input's bytes; total.

    Raises WrongUse (exit 64): "no-credential" when there is none in it, "several-credentials" when
    it is not clear which one is meant.
    """
    if not data.strip():
        raise WrongUse("no-credential", why="0 bytes")
    if data.lstrip()[:5] == b"%PDF-":
        return _pdf(data)
    if data.startswith(PICTURES):
        return _picture(data)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _document(data)
    return _text(data)


def looks_like_link(text: str) -> bool:
    """Whether a text is a verification link, however damaged what stands behind `#` may be."""
    if LINK not in text or len(text) > MAX_LINK or any(one.isspace() for one in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc) and bool(parts.fragment)


def _document(data: bytes) -> Presented:
    """A JSON object that calls itself a credential is one, however broken the rest may be."""
    if not _calls_itself_credential(data):
        raise WrongUse("no-credential", why="JSON")
    return Presented(document=data)


def _calls_itself_credential(data: bytes) -> bool:
    if any(mark.encode() in data for mark in MARKS):
        return True
    try:
        value = json.loads(data)  # the names may be written with escapes
        types = value.get("type") if isinstance(value, dict) else None
        return any(name in types for name in TYPES) if isinstance(types, str | list) else False
    except (ValueError, RecursionError):
        return False


def _text(data: bytes) -> Presented:
    try:
        text = data.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise WrongUse("no-credential", why="JSON / PDF / PNG / JPEG / QR ?") from error
    if not looks_like_link(text):
        raise WrongUse("no-credential", why="JSON / PDF / PNG / JPEG / QR ?")
    return _linked([text], "QR")


def _picture(data: bytes) -> Presented:
    try:
        texts = read_picture(data)
    except BadEvidence as bad:
        raise WrongUse("no-credential", why=f"{bad.zh} {bad.en}") from bad
    return _linked(texts, "QR")


def _pdf(data: bytes) -> Presented:
    try:
        found = read_pdf(data)
    except BadEvidence as bad:
        raise WrongUse("no-credential", why=f"{bad.zh} {bad.en}") from bad
    document = _only(body for _, body in found.attachments if _is_document(body))
    links = [text for text in found.qr_texts if looks_like_link(text)]
    if document is None and not links:
        raise WrongUse("no-credential", why="PDF")
    linked = _linked(links, "PDF") if links else Presented()
    return Presented(document, linked.frame, linked.link_host, found.text)


def _is_document(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and _calls_itself_credential(body)


def _linked(texts: Sequence[str], what: str) -> Presented:
    """The one certificate to which the QR texts lead."""
    link = _only(text for text in texts if looks_like_link(text))
    if link is None:
        raise WrongUse("no-credential", why=what)
    try:
        host, frame = frame_from_text(link)
    except BadEvidence:
        # Behind the mark stands no BASE32: an empty frame, which the verdict calls malformed.
        host, frame = link.partition(LINK)[0], b""
    return Presented(frame=frame, link_host=host)


def _only(found: Iterable[T]) -> T | None:
    different = list(dict.fromkeys(found))
    if len(different) > 1:
        raise WrongUse("several-credentials", count=len(different))
    return different[0] if different else None
