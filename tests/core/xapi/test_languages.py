"""Which language of a language map a reader gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.xapi.languages import accepted_languages, choose_language
from tests.core.xapi.made import LANGUAGES


@pytest.mark.parametrize(
    ("header", "ranges"),
    [
        (None, ()),
        ("", ()),
        ("en", (("en", 1000),)),
        ("zh-CN,zh;q=0.9, EN ; q=0.5", (("zh-cn", 1000), ("zh", 900), ("en", 500))),
        ("*;q=0.1,da;q=0", (("*", 100), ("da", 0))),
        ("en;q=1.000,fr;q=0.123", (("en", 1000), ("fr", 123))),
        ("en;q=2, fr;q=x, de;level=1, it", (("it", 1000),)),
        ("en;q=0.1234", ()),
        ("123, a_b, es", (("es", 1000),)),
        (",,,", ()),
        ("en," * 500, (("en", 1000),) * 64),
    ],
)
def test_header(header: str | None, ranges: tuple[tuple[str, int], ...]) -> None:
    assert accepted_languages(header) == ranges


@pytest.mark.requirement("Communication 2.1.3.s4.b5")
@pytest.mark.parametrize(
    ("tags", "header", "chosen"),
    [
        (["en-US", "zh-CN"], "zh-CN", "zh-CN"),
        (["en-US", "zh-CN"], "ZH-cn", "zh-CN"),
        # A range is a prefix of tags (RFC 2616 §14.4), at a hyphen.
        (["en-US", "zh-CN"], "zh", "zh-CN"),
        (["eng", "fr"], "en, fr;q=0.1", "fr"),
        # Quality counts more than place; of equal qualities the first stands first.
        (["en", "fr"], "fr;q=0.5, en;q=0.7", "en"),
        (["en", "fr"], "fr, en", "fr"),
        # The longest range that matches gives the quality.
        (["en-GB", "en-US"], "en, en-GB;q=0.1", "en-US"),
        (["en-GB", "fr"], "*, en;q=0.1", "fr"),
        # No range matches: the same primary language, then what is not refused, then anything.
        (["en-US", "zh-TW"], "zh-CN", "zh-TW"),
        (["en", "fr"], "de", "en"),
        (["en", "fr"], "de, en;q=0", "fr"),
        (["en", "fr"], "en;q=0, fr;q=0", "en"),
        (["en", "fr"], "*;q=0", "en"),
        (["und"], "", "und"),
        (["zh-CN", "en-US"], "", "en-US"),
    ],
)
def test_choice(tags: list[str], header: str, chosen: str) -> None:
    assert choose_language(tags, accepted_languages(header)) == chosen


@given(st.lists(LANGUAGES, min_size=1, unique=True), st.text(max_size=40) | LANGUAGES)
def test_always_one_whatever_the_header_and_the_order(tags: list[str], header: str) -> None:
    ranges = accepted_languages(header)
    chosen = choose_language(tags, ranges)
    assert chosen in tags
    assert choose_language(tags[::-1], ranges) == chosen
