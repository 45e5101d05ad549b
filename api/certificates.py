"""The files of issued certificates: JSON, PDF, QR picture, index."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from api.printing.pdf import printer
from api.printing.qr import qr_png
from ledger.core.frame import qr_text
from ledger.errors import WrongUse
from ledger.office.context import Office
from ledger.office.issue import Certificate, certificate
from ledger.ports import Progress

INDEX_COLUMNS = ("number", "status_index", "qr_text", "json", "pdf", "png")


class CertificateFiles:
    """Writes `<number>.json|.pdf|.png` and `index.csv` into a folder; again as often as wanted."""

    def __init__(self, office: Office, out: Path, pdf: bool) -> None:
        self._office, self._out, self._pdf = office, out, pdf

    def write(self, numbers: Sequence[str], progress: Progress | None = None) -> None:
        """Each file appears whole or not at all; the index comes last."""
        rows = []
        try:
            self._out.mkdir(parents=True, exist_ok=True)
            self._sweep()
            for done, number in enumerate(numbers, 1):
                rows.append(self._one(certificate(self._office, number)))
                if progress:
                    progress(done, len(numbers))
            self._put("index.csv", _csv(rows))
        except OSError as error:
            raise WrongUse("file-unwritable", path=self._out, why=error.strerror) from error

    def _one(self, issued: Certificate) -> dict[str, object]:
        text = qr_text(self._office.identity.verify_url, issued.frame)
        names = {kind: f"{issued.number}.{kind}" for kind in ("json", "png", "pdf")}
        self._put(names["json"], issued.document)
        self._put(names["png"], qr_png(text))
        if self._pdf:
            self._put(names["pdf"], render_pdf(self._office, issued, text))
        return {
            "number": issued.number,
            "status_index": issued.status_index,
            "qr_text": text,
            **names,
            "pdf": names["pdf"] if self._pdf else "",
        }

    def _sweep(self) -> None:
        """Removes what a killed process of ours left half-written."""
        for left in self._out.glob(".*.tmp"):
            process = left.name[1:-4]
            if process.isdecimal() and not _runs(int(process)):
                left.unlink(missing_ok=True)

    def _put(self, name: str, data: bytes) -> None:
        # No fsync: these files can be written again from the store at any time.
        temporary = self._out / f".{os.getpid()}.tmp"
        temporary.write_bytes(data)
        os.replace(temporary, self._out / name)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # another user's, or no process number at all: not ours to remove
    return True


def render_pdf(office: Office, issued: Certificate, text: str) -> bytes:
    """One page, PDF/A with the JSON attached."""
    identity = office.identity
    return printer().render(
        issued.content,
        identity.name,
        identity.name_en,
        text,
        f"{issued.number}.json",
        issued.document,
        urlsplit(identity.verify_url).netloc,
        key_fingerprint=office.signer("credential").public_key.hex()[:16],
    )


def _csv(rows: Sequence[dict[str, object]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, INDEX_COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
