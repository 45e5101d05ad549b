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
_IDEOGRAPH = re.compile("[\U00020000-\U0002fffd\U00030000-\U0003fffd]")


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
    return any(is_hidden(character) for character in text)


def is_hidden(character: str) -> bool:
    """Whether nothing of it can be read off a page.

    Planes 2 and 3 hold ideographs only. Their newest extensions are unassigned in older Unicode
    tables, and a name must not be good in one interpreter or browser and bad in the next.
    """
    return not _IDEOGRAPH.match(character) and unicodedata.category(character) in _HIDDEN
