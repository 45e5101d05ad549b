"""Certificates as PDF: one page, PDF/A-3b, with the credential attached.

PDF/A-3b (ISO 19005-3) because it must open in thirty years and may carry its JSON; and because
typst then refuses a character that no font has instead of printing an empty box. One compiler for
the whole process: it keeps fonts, template and background, so that a page costs a few
milliseconds. Same input, same bytes: the time stamp is the award day.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from api.printing.fonts import KAI, FontSet, load_fonts
from api.printing.qr import matrix_svg_path, qr_matrix
from api.printing.wording import WORDINGS, chinese_date, facts
from ledger.core.credential import CertificateContent
from ledger.core.kinds import CredentialType
from ledger.errors import WrongUse

TEMPLATE = Path(__file__).parent / "template" / "certificate.typ"
LATIN = "Libertinus Serif"
MONO = "DejaVu Sans Mono"
"""Both come inside typst."""

SHORT_NAME = 4
"""Names of up to four characters are set wide, as on Chinese certificates."""

_MANY_PAGES = "page-count"


class CertificatePrinter:
    """Sets certificates. Safe to share between threads (one page at a time)."""

    def __init__(self, fonts: FontSet | None = None) -> None:
        """Raises CouldNotLook("fonts-missing") when the fonts are not installed."""
        self._fonts = fonts or load_fonts()
        self._lock = Lock()
        self._compiler = typst.Compiler(
            str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=self._fonts.fonts
        )

    def missing_glyphs(self, text: str) -> set[str]:
        """The characters of `text` that no font prints, each with its combining marks."""
        return self._fonts.missing(text)

    def render(
        self,
        content: CertificateContent,
        issuer_name_zh: str,
        issuer_name_en: str,
        qr_text: str,
        attachment_name: str,
        attachment_bytes: bytes,
        verify_host: str,
        key_fingerprint: str = "",
    ) -> bytes:
        """One A4 page. `attachment_bytes` is UTF-8 JSON and is attached as `attachment_name`.

        Raises WrongUse: "glyph-missing", "qr-too-long", "print-overflow", "print-failed".
        """
        data = self._data(content) | {
            "issuer_zh": issuer_name_zh,
            "issuer_en": issuer_name_en,
            "verify_host": verify_host,
            "key": key_fingerprint,
            "qr_svg": _qr_svg(qr_text),
            "qr_alt": f"核验二维码 Verification QR code: {content.number}",
            "attachment_name": attachment_name,
            "attachment_about": "W3C Verifiable Credential 2.0 / Open Badges 3.0",
        }
        self._check(data)
        inputs = {
            "data": json.dumps(data, ensure_ascii=False),
            "attachment": attachment_bytes.decode("utf-8"),
        }
        return self._compile(inputs, content.awarded_on)

    def _data(self, content: CertificateContent) -> dict[str, Any]:
        words = WORDINGS[CredentialType(content.type_code)]
        day = content.awarded_on
        fonts = self._fonts
        # One hand for the whole name: a name with a character that the brush lacks is set in the
        # text face throughout.
        name_fonts = fonts.kai if fonts.has(KAI, content.name) else fonts.song
        latin = [LATIN, *fonts.song]
        return {
            "fonts": {
                "song": fonts.song,
                "kai": fonts.kai,
                "latin": latin,
                "mono": [MONO],
                "name": name_fonts,
            },
            "title_zh": words.title_zh,
            "title_en": words.title_en,
            "line_zh": words.line_zh,
            "line_en": words.line_en,
            "number": content.number,
            "name": content.name,
            "short_name": len(content.name) <= SHORT_NAME,
            "romanised": content.romanised or "",
            "achievement": content.achievement,
            "facts": facts(content),
            "date_zh": chinese_date(day),
            "date_iso": day.isoformat(),
        }

    def _check(self, data: dict[str, Any]) -> None:
        shown = [value for key, value in data.items() if isinstance(value, str) and key != "qr_svg"]
        shown += [fact["value"] for fact in data["facts"]]
        missing = self.missing_glyphs("".join(shown))
        if missing:
            raise WrongUse("glyph-missing", characters=" ".join(sorted(missing)))

    def _compile(self, inputs: dict[str, str], day: date) -> bytes:
        stamp = datetime(day.year, day.month, day.day, tzinfo=UTC)
        try:
            with self._lock:
                pdf = self._compiler.compile(
                    sys_inputs=inputs, format="pdf", pdf_standards=["a-3b"], timestamp=stamp
                )
        except typst.TypstError as error:
            code = "print-overflow" if _MANY_PAGES in error.message else "print-failed"
            raise WrongUse(code, reason=error.message) from error
        assert isinstance(pdf, bytes)
        return pdf


def _qr_svg(text: str) -> str:
    matrix = qr_matrix(text)
    side = len(matrix)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path d="{matrix_svg_path(matrix)}"/></svg>'
    )


printer: Callable[[], CertificatePrinter] = lru_cache(maxsize=1)(CertificatePrinter)
"""The process's one printer; built when first asked for."""
