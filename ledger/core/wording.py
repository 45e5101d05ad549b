"""Which names and numbers may stand in a certificate: no surprises for the eye that reads them."""

from __future__ import annotations

import re
import unicodedata

NUMBER = re.compile(r"[\w.-]{1,64}")
CODE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
MAX_NAME = 200

# Control, format (bidi marks among them), surrogate, private use, unassigned, line and paragraph
# separators: nothing of this can be read off a page. Variation selectors are marks (Mn) and stay.
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def is_number(text: str) -> bool:
    """A certificate number: 1 to 64 letters, digits, `_`, `.`, `-`, in NFC."""
    return NUMBER.fullmatch(text) is not None and unicodedata.is_normalized("NFC", text)


def is_wording(text: str, at_most: int = MAX_NAME) -> bool:
    """1 to `at_most` code points in NFC, nothing hidden, no space at either end."""
    return (
        0 < len(text) <= at_most
        and (text.isascii() or unicodedata.is_normalized("NFC", text))
        and text == text.strip()
        and (text.isprintable() or not _hides(text))
    )


def _hides(text: str) -> bool:
    """`str.isprintable` refuses the same and all spaces but U+0020, of which names have some."""
    return any(unicodedata.category(character) in _HIDDEN for character in text)
