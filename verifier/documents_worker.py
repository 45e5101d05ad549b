"""The process that reads one stranger's file: bytes on standard input, one JSON object out."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

from ledger.errors import BadEvidence
from verifier.documents_parse import parse_pdf, parse_picture

MEMORY = 2 << 30
CPU_SECONDS = 25


def limit() -> None:
    """Bound memory and processor time where the system can (everywhere but Windows)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(kind: str, data: bytes) -> dict[str, Any]:
    """`texts` (and for a PDF `attachments` in base64 and `text`), or `refused` and `detail`."""
    try:
        if kind == "picture":
            return {"texts": parse_picture(data)}
        found = parse_pdf(data)
    except BadEvidence as refusal:
        return {"refused": refusal.code, "detail": refusal.detail}
    return {
        "attachments": [
            (name, base64.b64encode(body).decode()) for name, body in found.attachments
        ],
        "text": found.text,
        "texts": found.qr_texts,
    }


def main() -> None:
    limit()
    # ASCII out: the text of a PDF may hold lone surrogates, which JSON escapes and UTF-8 refuses.
    sys.stdout.write(json.dumps(answer(sys.argv[1], sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
