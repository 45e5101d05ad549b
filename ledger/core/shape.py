"""Strict reading of parsed JSON by grammar: every mismatch names its JSON pointer (RFC 6901).

A `Shape` is a value with the place where it stands. Its methods return the value in the wanted type
or raise BadEvidence(code, pointer=…, expected=…); nothing is converted silently.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NoReturn

from ledger.errors import BadEvidence

_HEX = re.compile(r"[0-9a-f]*\Z")


class Shape:
    """A JSON value, the refusal code of its reader, and its place (pointer made on demand)."""

    __slots__ = ("_key", "_parent", "code", "value")

    def __init__(
        self, value: Any, code: str, key: str | int = "", parent: Shape | None = None
    ) -> None:
        self.value, self.code, self._key, self._parent = value, code, key, parent

    @property
    def pointer(self) -> str:
        """JSON pointer from the top; empty for the top itself."""
        if self._parent is None:
            return str(self._key)
        escaped = str(self._key).replace("~", "~0").replace("/", "~1")[:80]
        return f"{self._parent.pointer}/{escaped}"

    def refuse(self, expected: str) -> NoReturn:
        """Raise the reader's refusal at this place."""
        raise BadEvidence(self.code, pointer=self.pointer or "/", expected=expected)

    def object(self, required: Collection[str], optional: Collection[str] = ()) -> Shape:
        """An object with all required keys and none beside the optional ones."""
        if type(self.value) is not dict:
            self.refuse("object")
        for key in required:
            if key not in self.value:
                self[key].refuse("present")
        for key in self.value:
            if key not in required and key not in optional:
                self[key].refuse("absent")
        return self

    def __getitem__(self, key: str) -> Shape:
        return Shape(self.value.get(key), self.code, key, self)

    def has(self, key: str) -> bool:
        """Whether the (already checked) object holds the key."""
        return key in self.value

    def items(self, at_most: int, at_least: int = 0) -> Iterator[Shape]:
        """The members of an array of bounded length."""
        if type(self.value) is not list or not at_least <= len(self.value) <= at_most:
            self.refuse(f"array of {at_least}..{at_most}")
        for position, value in enumerate(self.value):
            yield Shape(value, self.code, position, self)

    def text(self, at_most: int = 200, at_least: int = 1) -> str:
        """A string of bounded length in code points."""
        if type(self.value) is not str or not at_least <= len(self.value) <= at_most:
            self.refuse(f"string of {at_least}..{at_most}")
        return str(self.value)

    def matching(self, pattern: re.Pattern[str], expected: str) -> str:
        """A string that the whole pattern matches."""
        if type(self.value) is not str or not pattern.fullmatch(self.value):
            self.refuse(expected)
        return str(self.value)

    def integer(self, low: int, high: int) -> int:
        """An integer within the bounds, both included; booleans and floats are none."""
        if type(self.value) is not int or not low <= self.value <= high:
            self.refuse(f"integer {low}..{high}")
        return int(self.value)

    def hex(self, size: int) -> bytes:
        """`size` bytes in lower-case hex without prefix."""
        if type(self.value) is not str or len(self.value) != 2 * size or not _HEX.match(self.value):
            self.refuse(f"{size} bytes in lower-case hex")
        return bytes.fromhex(self.value)

    def exactly(self, wanted: Any) -> None:
        """The very value, types included."""
        if type(wanted) is str and type(self.value) is str and self.value == wanted:
            return
        if not _same(self.value, wanted):
            self.refuse(repr(wanted))

    def one_of(self, wanted: Collection[str]) -> str:
        """One of some strings."""
        if type(self.value) is not str or self.value not in wanted:
            self.refuse(" | ".join(wanted))
        return str(self.value)


def _same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if type(one) is list:
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)
