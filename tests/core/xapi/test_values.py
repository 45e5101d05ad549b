"""Strings with a grammar: against other readers, by construction, and never another exception."""

from __future__ import annotations

import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from time import perf_counter
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.core.xapi import values
from ledger.core.xapi.values import parse_timestamp
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence

CHECKS: list[Callable[..., object]] = [
    values.check_iri,
    values.check_uri,
    values.check_mailto,
    values.check_sha1,
    values.check_uuid,
    values.check_language_tag,
    values.check_duration,
    values.parse_timestamp,
]
ALNUM = string.ascii_letters + string.digits


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("value", [None, 0, 1.5, True, [], ["x"], {}, {"x": 1}])
def test_only_strings(check: Callable[..., object], value: Any) -> None:
    with pytest.raises(BadEvidence) as caught:
        check(value, "/place")
    assert caught.value.code == ("xapi-null" if value is None else "xapi-wrong-type")
    assert caught.value.detail["pointer"] == "/place"


@given(st.text() | st.text(ALNUM + "-:/%@.+T", max_size=40))
@example("")
@example("\ud800")
@example("P" + "1" * 5000)
@settings(max_examples=400, deadline=None)
def test_given_back_or_refused(text: str) -> None:
    for check in CHECKS[:-1]:
        try:
            assert check(text, "/place") is text
        except BadEvidence as refused:
            assert refused.detail["pointer"] == "/place"
    for version in Version:
        try:
            assert type(parse_timestamp(text, "/place", version)) is int
        except BadEvidence as refused:
            assert refused.code == "xapi-bad-value"


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    "text",
    [
        "a:" + "%20" * 100_000 + " ",
        "http://" + "a@" * 100_000,
        "http://[" + ":" * 100_000,
        "mailto:" + "a." * 100_000,
        "mailto:a@" + "a-" * 100_000,
        "a-" * 100_000,
        "en" + "-abcde" * 100_000,
        "P" + "1" * 100_000,
        "PT" + "1," * 100_000 + "S",
        "2015-10-21T07:28:00." + "1" * 100_000,
    ],
    ids=lambda text: text[:12],
)
def test_linear(check: Callable[..., object], text: str) -> None:
    begun = perf_counter()
    with pytest.raises(BadEvidence):
        check(text + "\x00")
    assert perf_counter() - begun < 1


OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))


# A day within both ends of the calendar, so that every offset stays inside it.
FIRST = datetime(1, 1, 3, tzinfo=UTC).replace(tzinfo=None)
LAST = datetime(9999, 12, 29, tzinfo=UTC).replace(tzinfo=None)


@given(
    st.datetimes(FIRST, LAST, timezones=OFFSETS),
    st.sampled_from(["T", " ", "t"]),
)
@settings(max_examples=300, deadline=None)
def test_timestamps_as_python_writes_them(moment: datetime, separator: str) -> None:
    text = moment.isoformat(sep=separator)
    want = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    for version in Version:
        assert parse_timestamp(text, "", version) == want


DIGITS = st.text("0123456789:-+.TZ ", max_size=6)


@given(st.datetimes(FIRST, LAST, timezones=OFFSETS), st.integers(0, 30), DIGITS)
@example(datetime(2015, 10, 21, tzinfo=UTC), 10, " ")
@example(datetime(2015, 12, 31, tzinfo=UTC), 5, "02")
@settings(max_examples=400, deadline=None)
def test_checked_as_parsed(moment: datetime, place: int, more: str) -> None:
    """The short way takes exactly what the whole way takes."""
    text = moment.isoformat()
    text = text[:place] + more + text[place + len(more) :]
    for version in Version:
        outcomes = []
        for read in (values.check_timestamp, parse_timestamp):
            try:
                read(text, "/place", version, "XAPI-00022")
                outcomes.append("")
            except BadEvidence as refused:
                outcomes.append(str(refused))
        assert outcomes[0] == outcomes[1]


@given(st.datetimes(FIRST, LAST))
@settings(max_examples=100, deadline=None)
def test_basic_is_extended_without_hyphens(moment: datetime) -> None:
    extended = moment.replace(microsecond=0).isoformat()
    basic = extended.replace("-", "").replace(":", "")
    assert parse_timestamp(basic) == parse_timestamp(extended) == parse_timestamp(extended + "Z")


@given(st.uuids())
def test_uuids(uuid: UUID) -> None:
    assert values.check_uuid(str(uuid)) == str(uuid)
    with pytest.raises(BadEvidence):
        values.check_uuid(uuid.hex)


def _amount(unit: str) -> st.SearchStrategy[str]:
    return st.just("") | st.integers(0, 10**9).map(lambda amount: f"{amount}{unit}")


@given(
    st.tuples(*map(_amount, "YMD")).map("".join),
    st.tuples(*map(_amount, "HMS")).map("".join),
    st.sampled_from(["", ".5", ",25"]),
)
@settings(max_examples=200, deadline=None)
def test_durations(days: str, time: str, fraction: str) -> None:
    """Any units in their order; the last of them may have a fraction."""
    text = "P" + days + ("T" + time if time else "")
    if text == "P":
        return
    values.check_duration(text)
    values.check_duration(text[:-1] + fraction + text[-1])
    with pytest.raises(BadEvidence):
        values.check_duration(text + "T")


def _subtag(letters: str, low: int, high: int) -> st.SearchStrategy[str]:
    return st.text(letters, min_size=low, max_size=high)


@given(
    _subtag(string.ascii_letters, 2, 3),
    st.just("") | _subtag(string.ascii_letters, 4, 4).map("-{}".format),
    st.just("") | _subtag(string.ascii_uppercase, 2, 2).map("-{}".format),
    st.sets(_subtag(string.ascii_lowercase, 5, 8), max_size=2),
    st.sets(st.sampled_from("abuz019"), max_size=3),
    st.just("") | _subtag(ALNUM, 1, 8).map("-x-{}".format),
)
@settings(max_examples=200, deadline=None)
def test_language_tags(
    language: str, script: str, region: str, variants: set[str], singletons: set[str], own: str
) -> None:
    more = "".join(f"-{variant}" for variant in sorted(variants))
    more += "".join(f"-{singleton}-abc" for singleton in sorted(singletons))
    tag = language + script + region + more + own
    assert values.check_language_tag(tag) is tag
    twice = language + script + region + "-a-bbb" + more.replace("-a-abc", "") + "-a-ccc" + own
    with pytest.raises(BadEvidence):
        values.check_language_tag(twice)


@pytest.mark.parametrize(
    "text",
    [
        "a:",
        "a:b",
        "a:/b",
        "a://b",
        "a://u:p@h:80/p?q#f",
        "a:///x",
        "a://[::ffff:1.2.3.4]/",
        "a://[v1.x:y]",
        "a:?q",
        "a:#",
        "a+b-c.d1:x",
        "a:b:c@d",
        "a://h?q=/?:@",
        "http://例え.test/パス?ク#フ",
        "http://a/\U00020000",
        "http://a/%E5%AD%A6",
        "http://a/!$&'()*+,;=",
    ],
)
def test_iris(text: str) -> None:
    assert values.check_iri(text) is text
    if text.isascii():
        assert values.check_uri(text) is text
    else:
        with pytest.raises(BadEvidence):
            values.check_uri(text)


@pytest.mark.parametrize(
    "text",
    [
        ":a",
        "1a:b",
        "é:b",
        "a b:c",
        "a://h/ ",
        "a://h\\x",
        "a://[::1",
        "a://]/",
        "a://h:8x/",
        "a://u@v@h/",
        "a:%",
        "a:%4g",
        "a:b#c#d",
        "a:{b}",
        "a:|",
        "a:^",
        "a:`",
        'a:"',
        "a:<b>",
        "a:[b]",
        "a:\x7f",
        "a:\n",
        "a:b\n",
        "a:\ud800",
        "a:\ufffe",
        "a:\u202e",
        "a:\u200f",
        "a:\ue000",
    ],
)
def test_no_iris(text: str) -> None:
    for check in (values.check_iri, values.check_uri):
        with pytest.raises(BadEvidence):
            check(text)


def test_private_letters_only_in_queries() -> None:
    assert values.check_iri("a:?\ue000")
