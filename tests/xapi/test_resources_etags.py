"""Entity tags in headers, by grammar."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.xapi.etags import preconditions
from ledger.errors import BadEvidence
from ledger.office.documents import ANY

opaque = st.text([*"!#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", *string.ascii_letters, *string.digits, "é"])
tags = st.lists(st.tuples(st.booleans(), opaque), min_size=1, max_size=5)
blanks = st.sampled_from(["", " ", "\t", "  "])


@given(tags, blanks, blanks, st.booleans())
def test_lists_of_tags(
    given: list[tuple[bool, str]], before: str, after: str, doubled: bool
) -> None:
    comma = before + (",," if doubled else ",") + after
    text = before + comma.join(f'{"W/" * weak}"{tag}"' for weak, tag in given) + after
    found = preconditions({"if-match": text, "if-none-match": text})
    assert found.match == tuple(tag for weak, tag in given if not weak)
    assert found.none_match == tuple(tag for _, tag in given)


@given(st.text())
def test_any_text_is_tags_or_refused(text: str) -> None:
    try:
        found = preconditions({"if-match": text})
    except BadEvidence as refusal:
        assert refusal.code == "xapi-precondition-syntax"
    else:
        assert found.none_match is None
        assert found.match == ANY or '"' in text or len(text.strip(" \t,")) >= 40


def test_no_header_and_any() -> None:
    assert preconditions({}).absent
    assert preconditions({"if-match": " * "}).match == ANY
    assert preconditions({"if-none-match": "*,"}).none_match == ANY
    # A star in quotes is a tag like any other.
    assert preconditions({"if-match": '"*"'}).match != ANY


@pytest.mark.parametrize("count", [10, 20_000])
def test_long_headers_are_read_in_linear_time(count: int) -> None:
    assert len(preconditions({"if-match": '"a",' * count}).match or ()) == count
    with pytest.raises(BadEvidence):
        preconditions({"if-match": '"a" ' + ", " * count + "x"})
