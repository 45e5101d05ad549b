"""Refusals: one catalogue, both languages, nothing raised that is not in it."""

from __future__ import annotations

import re
from string import Formatter

from ledger.errors import Refusal, UnknownNumber
from scripts.error_codes import CODE, PAGE, calls, page, registered
from tests.docs.reading import blocks, read

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_page_is_what_the_source_says() -> None:
    assert read(PAGE) == page(), "python -m scripts.error_codes writes it anew"


def test_every_code_has_a_form_and_two_sentences() -> None:
    for code, (zh, en) in registered().items():
        assert CODE.fullmatch(code), code
        assert CHINESE.search(zh), code
        assert en and not CHINESE.search(en), code


def test_both_sentences_show_the_same_details() -> None:
    def details(sentence: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}

    differ = {code for code, (zh, en) in registered().items() if details(zh) != details(en)}
    assert differ == set()


def test_every_code_in_the_source_is_registered() -> None:
    missing = {(code, path) for _, code, path in calls() if code not in registered()}
    assert missing == set()
    assert len(calls()) > 150


def test_every_sentence_can_be_said_without_details() -> None:
    for code in registered():
        refusal = Refusal(code)
        assert refusal.zh and refusal.en and code in str(refusal)


def test_example() -> None:
    (block,) = [block for block in blocks(PAGE) if block.language == "json example"]
    refusal = UnknownNumber("no-such-certificate", number="D2026-0404")
    assert refusal.zh in block.text and refusal.en in block.text
