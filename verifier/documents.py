"""Get the QR texts out of a picture, and attachments, text and QR codes out of a PDF.

Both take files of strangers through native code (Pillow, pdfium, zxing). So each file is read in
a process of its own with a limit on time and memory: a crash there, a bomb, an endless loop is
one refusal here, never a dead verifier.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.errors import BadEvidence
from verifier import messages_documents as _messages  # noqa: F401  (registers the codes)

__all__ = ["PdfFindings", "read_pdf", "read_picture"]

MAX_FILE = 16 << 20
"""Bytes."""
SECONDS = 30
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class PdfFindings:
    """What a PDF says in its three ways: files inside, text, and QR codes as drawn.

    `text` is all pages in reading order; layout puts spaces and line ends anywhere, so compare
    without white space. `qr_texts` holds each text once, in the order found.
    """

    attachments: tuple[tuple[str, bytes], ...]
    text: str
    qr_texts: tuple[str, ...]


def read_picture(data: bytes) -> list[str]:
    """The texts of the QR codes in a PNG, JPEG, WebP, BMP, GIF or TIFF; empty when there is none.

    Raises BadEvidence for anything that is no such picture or exceeds the limits.
    """
    return [str(text) for text in _apart("picture", data)["texts"]]


def read_pdf(data: bytes) -> PdfFindings:
    """What a PDF of at most 20 pages says. Raises BadEvidence."""
    found = _apart("pdf", data)
    return PdfFindings(
        attachments=tuple((name, base64.b64decode(body)) for name, body in found["attachments"]),
        text=found["text"],
        qr_texts=tuple(found["texts"]),
    )


def _apart(kind: str, data: bytes) -> dict[str, Any]:
    """Run the worker on `data`; its refusal becomes ours."""
    if len(data) > MAX_FILE:
        raise BadEvidence("document-too-large", limit=MAX_FILE)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "verifier.documents_worker", kind],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            cwd=_ROOT,
            check=False,
        )
        answer: dict[str, Any] = json.loads(ran.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        # No answer at all: killed by a limit, or crashed in native code.
        raise BadEvidence("document-too-costly") from error
    if "refused" in answer:
        raise BadEvidence(answer["refused"], **answer["detail"])
    return answer
