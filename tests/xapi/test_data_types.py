"""Data 4.1 to 4.6: extensions, language maps, IRIs, timestamps, durations; 4.2.7 of 2.0."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.xapi.shapes import below
from ledger.core.xapi.values import parse_timestamp
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence
from tests.xapi.samples import BOTH, TYPE, VALUE, accept, refuse

EXTENSIONS = ["/object/definition/extensions", "/result/extensions", "/context/extensions"]
KEY = "https://univ-a.example/extension"
RULES = dict(zip(EXTENSIONS, ("XAPI-00057", "XAPI-00078", "XAPI-00006"), strict=True))


@pytest.mark.requirement("XAPI-00118")
@pytest.mark.parametrize("place", EXTENSIONS)
def test_keys_of_extensions(place: str) -> None:
    for right in (
        KEY,
        "urn:uuid:9dc99b37-e920-4a68-a066-917faca28949",
        "http://大学.example/é?x#y",
    ):
        accept(place, {right: True})
    for wrong in (
        "should fail",
        "id",
        "",
        "a.example/x",
        "http://a b",
        "ab=c://x",
        "http://\ud800/",
    ):
        refuse("XAPI-00118", place, {KEY: 1, wrong: True}, code=VALUE, at=below(place, wrong))


@pytest.mark.requirement("XAPI-00119")
@pytest.mark.parametrize("place", EXTENSIONS)
def test_values_of_extensions(place: str) -> None:
    values: list[Any] = [None, "", {}, [], True, 12345, {"key": [None]}]
    accept(place, {}, *({KEY: value} for value in values))


@pytest.mark.requirement("XAPI-00120")
@pytest.mark.parametrize("place", EXTENSIONS)
def test_extensions_are_an_object(place: str) -> None:
    refuse(RULES[place], place, "x", 1, [KEY], [[KEY, 1]], False, code=TYPE)


@pytest.mark.requirement("XAPI-00121")
@pytest.mark.parametrize(
    "place",
    [
        "/verb/display",
        "/object/definition/name",
        "/object/definition/description",
        "/attachments/0/display",
        "/attachments/0/description",
    ],
)
def test_language_maps(place: str) -> None:
    accept(place, {"zh-Hans": "课", "en": "course", "x-own": "c"})
    refuse("XAPI-00121", f"{place}/a12345678", "x", code=VALUE)
    refuse("XAPI-00121", f"{place}/en_GB", "x", code=VALUE)


INSTANT = 1_445_412_480_000
SAME = [
    "2015-10-21T07:28:00Z",
    "2015-10-21T07:28:00.000Z",
    "2015-10-21T07:28:00.0009999999Z",
    "2015-10-21 07:28:00+00:00",
    "2015-10-21t07:28:00z",
    "2015-10-21T15:28:00+08:00",
    "2015-10-20T23:58:00-07:30",
]
SAME_IN_1_0_3 = [
    "2015-10-21T07:28:00",
    "2015-10-21T07:28Z",
    "2015-10-21T07:28",
    "2015-10-21T07:28:00,000+00",
    "2015-10-21T15:28:00+0800",
    "20151021T072800Z",
    "20151021T0728",
    "20151021T152800.000+0800",
]
NO_TIMESTAMPS = [
    "2008-09-15T15:53:00.601-00",
    "2008-09-15T15:53:00.601-0000",
    "2008-09-15T15:53:00.601-00:00",
    "01/011/2015",
    "2015-10-21",
    "2015-10",
    "07:28:00Z",
    "2015-13-01T00:00:00Z",
    "2015-02-29T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2015-10-21T24:00:00Z",
    "2015-10-21T07:60:00Z",
    "2015-10-21T07:28:61Z",
    "2015-10-21T07:28:60Z",
    "2015-10-21T07:28:00.Z",
    "2015-10-21T07:28:00+24:00",
    "2015-10-21T07:28:00+08:60",
    "2015-10-21T07:28:00Z ",
    "2015-10-21T07:28:00Z\n",
    "２０15-10-21T07:28:00Z",
    "P1D",
    "",
]


@pytest.mark.requirement("XAPI-00122")
@pytest.mark.parametrize("version", BOTH)
def test_precision_of_timestamps(version: Version) -> None:
    """Milliseconds count; what is finer is taken and does not change the millisecond."""
    for text, want in (
        ("2015-10-21T07:28:00.001Z", 1),
        ("2015-10-21T07:28:00.1Z", 100),
        ("2015-10-21T07:28:00.1239999Z", 123),
    ):
        assert parse_timestamp(text, "", version) == INSTANT + want


@pytest.mark.requirement("XAPI-00123")
@pytest.mark.parametrize("text", SAME)
def test_timestamps(text: str) -> None:
    accept("/timestamp", text)
    assert parse_timestamp(text) == parse_timestamp(text, "", Version.V2) == INSTANT


@pytest.mark.requirement("XAPI-00123")
@pytest.mark.parametrize("text", SAME_IN_1_0_3)
def test_timestamps_of_1_0_3(text: str) -> None:
    """ISO 8601, extended or basic; a time without zone is UTC."""
    accept("/timestamp", text, versions=(Version.V1,))
    assert parse_timestamp(text) == INSTANT


@pytest.mark.requirement("2.0 4.2.7 timestamps")
@pytest.mark.parametrize("text", SAME_IN_1_0_3)
def test_timestamps_of_2_0_are_rfc_3339(text: str) -> None:
    refuse("XAPI-00022", "/timestamp", text, code=VALUE, versions=(Version.V2,))
    refuse("XAPI-00023", "/stored", text, code=VALUE, versions=(Version.V2,))


@pytest.mark.requirement("XAPI-00123")
@pytest.mark.parametrize("text", NO_TIMESTAMPS)
def test_no_timestamps(text: str) -> None:
    refuse("XAPI-00022", "/timestamp", text, code=VALUE)
    for version in BOTH:
        with pytest.raises(BadEvidence) as caught:
            parse_timestamp(text, "/since", version)
        assert caught.value.detail["requirement"] == "XAPI-00123"


@pytest.mark.requirement("XAPI-00123")
def test_leap_seconds() -> None:
    """At the end of a month in UTC, whatever the zone; as the second after."""
    last = parse_timestamp("2017-01-01T00:00:00Z")
    for text in ("2016-12-31T23:59:60Z", "2017-01-01T07:59:60+08:00", "2016-12-31T15:59:60-08:00"):
        assert parse_timestamp(text) == last
    for text in ("2016-12-30T23:59:60Z", "2016-12-31T22:59:60Z", "1969-12-31T23:59:60Z"):
        refuse("XAPI-00022", "/timestamp", text, code=VALUE)
    assert parse_timestamp("9999-12-31T23:59:60Z") == 253_402_300_800_000


@pytest.mark.requirement("XAPI-00124")
@pytest.mark.parametrize(
    "text",
    [
        "PT4H35M59.14S",
        "PT16559.14S",
        "P3Y1M29DT4H35M59.14S",
        "P3Y",
        "P4W",
        "P0.5W",
        "PT1H0M0.1S",
        "PT0S",
        "PT1,5H",
        "P1,5Y",
        "P1M",
        "PT1M",
        "P1DT12H",
        "PT0.0000001S",
        "P2Y4DT6H",
    ],
)
def test_durations(text: str) -> None:
    accept("/result/duration", text)


@pytest.mark.requirement("XAPI-00124")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1YT",
        "PA1H0M0S",
        "P4W1D",
        "P1Y2W",
        "P16559.14S",
        "P1H",
        "PT1Y",
        "PT1S1M",
        "PT0.5H30M",
        "P0.5DT1H",
        "P.5D",
        "P1.D",
        "-P1D",
        "+P1D",
        "P-1D",
        "p1d",
        "1D",
        "P0003-06-04T12:30:05",
        "P1D ",
        "P1D\n",
        "P١D",
    ],
)
def test_no_durations(text: str) -> None:
    """Neither weeks with other units, nor the alternative format in the shape of a date."""
    refuse("XAPI-00077", "/result/duration", text, code=VALUE)


@pytest.mark.requirement("2.0 4.2.7 IRIs")
def test_iris_stay_as_they_came() -> None:
    """Compared letter by letter (RFC 3987 5.3.1): a path with dots is right and stays."""
    accept("/object/id", "http://example.com/path/../x", "HTTP://EXAMPLE.com/%7ex/./y")
