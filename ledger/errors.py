"""Refusals: every error that a person or a program outside may meet.

A refusal has a stable code (kebab-case), a cause and a sentence in Chinese and English. The cause
is the class: *the evidence is wrong*, *we could not look*, *you may not*, *there is no such
number*, *you asked wrongly*. Commands turn the class into their exit code, the HTTP doors into
their status, so neither needs to know single codes.

Each room registers its codes with their sentences in a file of its own; a code is registered once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

Sentences = tuple[str, str]

_MESSAGES: dict[str, Sentences] = {}


def register(messages: Mapping[str, Sentences]) -> None:
    """Add codes with their (Chinese, English) templates; placeholders are the refusal's details.

    Raises ValueError for a code that is already taken by other sentences.
    """
    for code, sentences in messages.items():
        if _MESSAGES.setdefault(code, sentences) != sentences:
            raise ValueError(f"refusal code registered twice: {code}")


def registered() -> dict[str, Sentences]:
    """All codes known in this process, for the documents and their tests."""
    return dict(_MESSAGES)


class _Shown(dict[str, Any]):
    """Details for a template: what a caller did not give is shown as an ellipsis, never a crash."""

    def __missing__(self, key: str) -> str:
        return "…"


class Refusal(Exception):
    """A stable code, details by name, and a sentence in the reader's language."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 400

    def __init__(self, code: str, **detail: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail

    def message(self, lang: str = "zh") -> str:
        """The sentence in `zh` or `en`; an unregistered code is its own sentence."""
        zh, en = _MESSAGES.get(self.code, (self.code, self.code))
        return (zh if lang == "zh" else en).format_map(_Shown(self.detail))

    @property
    def zh(self) -> str:
        return self.message("zh")

    @property
    def en(self) -> str:
        return self.message("en")

    def __str__(self) -> str:
        return f"{self.code}: {self.en}"


class BadEvidence(Refusal):
    """The bytes are not what they claim to be: malformed, mismatching or badly signed."""

    exit_code = 1
    http_status = 400


class CouldNotLook(Refusal):
    """A node, a host, a disk or a lock could not be reached or answered garbage; try again."""

    exit_code = 2
    http_status = 503


class NotAllowed(Refusal):
    """Authority, state, passphrase or token does not permit it."""

    exit_code = 3
    http_status = 403


class Conflict(NotAllowed):
    """What is there already differs, and stays."""

    http_status = 409


class PreconditionFailed(NotAllowed):
    """What is there is not what the request says it expects (RFC 9110, 13.2)."""

    http_status = 412


class UnknownNumber(Refusal):
    """There is no such certificate, record or proposal here."""

    exit_code = 4
    http_status = 404


class WrongUse(Refusal):
    """The command or request itself is wrong: options, files, formats of arguments."""

    exit_code = 64
    http_status = 400
