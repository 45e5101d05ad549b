"""What was handed in: a JSON credential, a PDF, a picture with a QR code, or the QR text.

Nothing is judged here but whether there is a credential at all; a damaged one is for the verdict.
"""

from __future__ import annotations

import json

from ledger.core.checks_paper import Presented
from ledger.core.frame import frame_from_text
from ledger.errors import BadEvidence, WrongUse
from verifier import messages as _messages  # noqa: F401  (registers the codes)
from verifier.documents import read_pdf, read_picture

PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")
LINK = b"/v#"


def present(data: bytes) -> Presented:
    """Reads the input's bytes. WrongUse("no-credential") (exit 64) when there is none in it."""
    if not data.strip():
        raise WrongUse("no-credential", why="0 bytes")
    if data.lstrip()[:5] == b"%PDF-":
        return _pdf(data)
    if data.startswith(PICTURES):
        return _picture(data)
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        return _document(data)
    if LINK in data[:4096]:
        return _text(data)
    raise WrongUse("no-credential", why="JSON, PDF, PNG, QR")


def _document(data: bytes) -> Presented:
    """A JSON object that calls itself a credential is one, however broken the rest may be."""
    if b"VerifiableCredential" not in data and b"OpenBadgeCredential" not in data:
        try:
            json.loads(data)
        except (ValueError, RecursionError) as error:
            raise WrongUse("no-credential", why="JSON") from error
        raise WrongUse("no-credential", why="JSON without a credential")
    return Presented(document=data)


def _text(data: bytes) -> Presented:
    try:
        text = data.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise WrongUse("no-credential", why="QR text is ASCII") from error
    host, frame = _link(text)
    return Presented(frame=frame, link_host=host)


def _link(text: str) -> tuple[str, bytes]:
    """(host URL, frame). What stands behind `/v#` but is no BASE32 is an empty, bad frame."""
    try:
        return frame_from_text(text)
    except BadEvidence:
        host, _, _ = text.partition("/v#")
        return host, b""


def _picture(data: bytes) -> Presented:
    try:
        texts = read_picture(data)
    except BadEvidence as bad:
        raise WrongUse("no-credential", why=bad.message("en")) from bad
    for text in texts:
        if "/v#" in text:
            host, frame = _link(text)
            return Presented(frame=frame, link_host=host)
    raise WrongUse("no-credential", why="no QR code of a certificate in the picture")


def _pdf(data: bytes) -> Presented:
    try:
        found = read_pdf(data)
    except BadEvidence as bad:
        raise WrongUse("no-credential", why=bad.message("en")) from bad
    documents = [body for name, body in found.attachments if name.lower().endswith(".json")]
    links = [text for text in found.qr_texts if "/v#" in text]
    if not documents and not links:
        raise WrongUse("no-credential", why="no JSON and no QR code in the PDF")
    host, frame = _link(links[0]) if links else (None, None)
    document = documents[0] if documents else None
    return Presented(document=document, frame=frame, link_host=host, pdf_text=found.text)
