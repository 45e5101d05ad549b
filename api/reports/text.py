"""HTML in one language: escaping, and the frame of a page that loads nothing and runs nothing."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from html import escape

from api.reports.style import STYLE
from ledger.core.dates import CHINA, china_text

Names = tuple[str, str]
"""A word or sentence in Chinese and in English."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_HIDDEN = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
MOST_SHOWN = 2_000


def clean(text: str) -> str:
    """Text from elsewhere for HTML. What cannot be seen, or turns the direction of what follows,
    is shown as its code point; a line feed stays one. What is endless is cut."""
    cut = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} …"
    return escape("".join(_shown(sign) for sign in cut))


def _shown(sign: str) -> str:
    if sign == "\n" or unicodedata.category(sign) not in _HIDDEN:
        return sign
    return f"[U+{ord(sign):04X}]"


def bdi(text: str) -> str:
    """A name from elsewhere that keeps its direction to itself."""
    return f"<bdi>{clean(text)}</bdi>"


def day(moment: int) -> str:
    """The day in UTC+8 of Unix seconds; of years that no calendar has, the seconds."""
    try:
        return datetime.fromtimestamp(moment, CHINA).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return f"Unix {moment}"


def moment(seconds: int) -> str:
    """Day and minute in UTC+8."""
    return china_text(seconds)[:16]


class Writer:
    """Words in one language. Everything that it gives is HTML."""

    def __init__(self, lang: str) -> None:
        """`lang`: zh or en."""
        self.lang = "zh" if lang == "zh" else "en"
        self.place = 0 if lang == "zh" else 1

    def __call__(self, zh: str, en: str) -> str:
        return clean((zh, en)[self.place])

    def both(self, zh: str, en: str) -> str:
        """Chinese with the English small beside it; on an English page English alone."""
        if self.place == 1:
            return clean(en)
        return f'{clean(zh)} <span class="en" lang="en">{clean(en)}</span>'

    def heading(self, zh: str, en: str) -> str:
        return f"<h2>{self.both(zh, en)}</h2>"

    def document(self, title: str, body: str, kind: str = "") -> str:
        """The whole page; `title` is text, `kind` a class of the style."""
        code = "zh-CN" if self.place == 0 else "en"
        return (
            f'<!doctype html>\n<html lang="{code}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
            '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">'
            f"<title>{clean(title)}</title><style>{STYLE}</style></head>"
            f'<body class="{kind}"><main>{body}</main></body></html>\n'
        )
