"""Strict JSON shapes and readable wording."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ledger.core.shape import Shape
from ledger.core.wording import is_number, is_wording
from ledger.errors import BadEvidence

TOP: dict[str, Any] = {
    "text": "x", "number": 3, "list": [1, [2]], "flag": True, "a/b~c": None, "hex": "00ff",
}  # fmt: skip


def shape() -> Shape:
    return Shape(TOP, "format")


REFUSED: list[tuple[str, Callable[[Shape], Any]]] = [
    ("/", lambda top: Shape([], "format").object(())),
    ("/missing", lambda top: top.object((*TOP, "missing"))),
    ("/hex", lambda top: top.object([key for key in TOP if key != "hex"])),
    ("/a~1b~0c", lambda top: top["a/b~c"].text()),
    ("/text", lambda top: top["text"].integer(0, 9)),
    ("/text", lambda top: top["text"].text(9, at_least=2)),
    ("/text", lambda top: top["text"].matching(re.compile("y"), "y")),
    ("/text", lambda top: top["text"].one_of(("y",))),
    ("/number", lambda top: top["number"].integer(4, 9)),
    ("/number", lambda top: top["number"].text()),
    ("/flag", lambda top: top["flag"].integer(0, 9)),
    ("/flag", lambda top: top["flag"].exactly(1)),
    ("/list", lambda top: list(top["list"].items(1))),
    ("/list", lambda top: top["list"].exactly([1, [True]])),
    ("/list/0", lambda top: next(top["list"].items(9)).text()),
    ("/list/1/0", lambda top: next(list(top["list"].items(9))[1].items(9)).text()),
    ("/hex", lambda top: top["hex"].hex(3)),
    ("/text", lambda top: top["text"].hex(1)),
]


@pytest.mark.parametrize(("pointer", "read"), REFUSED)
def test_a_refusal_names_the_place(pointer: str, read: Callable[[Shape], Any]) -> None:
    with pytest.raises(BadEvidence) as refusal:
        read(shape())
    assert refusal.value.detail["pointer"] == pointer


def test_what_fits_is_returned() -> None:
    top = shape().object(TOP)
    assert top["text"].text() == "x"
    assert top["number"].integer(3, 3) == 3
    assert top["hex"].hex(2) == b"\x00\xff"
    assert [one.value for one in top["list"].items(2)] == [1, [2]]
    assert top.has("flag") and not top.has("other")
    top["list"].exactly([1, [2]])


@pytest.mark.parametrize(
    "text", ["张三", "欧阳·娜娜", "O’Neill", "𠮷", "𪚥", "a b", "葛\U000e0100"]
)
def test_names_that_may_stand(text: str) -> None:
    assert is_wording(text)


@pytest.mark.parametrize(
    "text",
    ["", " a", "a ", "a\nb", "a\u200bb", "a\u202eb", "\ue000", "\ud800", "e\u0301", "x" * 201,
     "a\u2028b", "\ufeffa", "\U000f0000"],
)  # fmt: skip
def test_names_that_may_not(text: str) -> None:
    assert not is_wording(text)


@pytest.mark.parametrize(
    ("text", "good"),
    [("XZ2026-0001", True), ("证书_1.a", True), ("", False), ("a b", False), ("a/b", False),
     ("x" * 65, False), ("a\n", False)],
)  # fmt: skip
def test_certificate_numbers(text: str, good: bool) -> None:
    assert is_number(text) is good
