"""Data 2.2: what holds for every property of a statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.core.canonical import parse_json
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence
from tests.xapi.samples import (
    BOTH,
    FULL,
    GONE,
    MISSING,
    NULL,
    PLAIN,
    TYPE,
    UNKNOWN,
    VALUE,
    accept,
    changed,
    nested,
    refuse,
)


def _places(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every property and array member outside extensions."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in members:
        place = f"{at}/{key}"
        yield place, item
        if isinstance(item, dict | list) and key != "extensions":
            yield from _places(item, place)


PLACES = list(_places(FULL))


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("sample", [FULL, nested(FULL), PLAIN, nested(PLAIN)])
def test_samples_keep_every_rule(sample: dict[str, Any], version: Version) -> None:
    assert check_statement(sample, version) is sample


@pytest.mark.requirement("XAPI-00001")
@pytest.mark.parametrize("place", [place for place, _ in PLACES])
def test_null_nowhere(place: str) -> None:
    refuse("XAPI-00001", place, None, code=NULL)


@pytest.mark.requirement("XAPI-00001")
def test_null_inside_extensions() -> None:
    for place in ("/object/definition/extensions", "/result/extensions", "/context/extensions"):
        accept(place, {"https://a.example/x": None}, {"https://a.example/x": {"y": [None]}})


@pytest.mark.requirement("XAPI-00003")
def test_actor_required() -> None:
    refuse("XAPI-00003", "/actor", GONE, code=MISSING)


@pytest.mark.requirement("XAPI-00004")
def test_verb_required() -> None:
    refuse("XAPI-00004", "/verb", GONE, code=MISSING)


@pytest.mark.requirement("XAPI-00005")
def test_object_required() -> None:
    refuse("XAPI-00005", "/object", GONE, code=MISSING)


@pytest.mark.requirement("XAPI-00006")
@pytest.mark.parametrize(("place", "value"), PLACES)
def test_wrong_types_everywhere(place: str, value: Any) -> None:
    """No place takes another JSON type; a number is no text, even if the text is a number."""
    others: list[Any] = ["1", 1, True, [[]], {"x": 1}]
    for other in others:
        if type(other) is type(value) or (type(other) is int and type(value) is float):
            continue
        if place.startswith("/context/contextActivities/") and type(other) is list:
            other = "1"  # a list and a single Activity are both right there
        for version in BOTH:
            with pytest.raises(BadEvidence) as caught:
                check_statement(changed(FULL, place, other), version)
            assert caught.value.detail["pointer"].startswith(place)


@pytest.mark.requirement("XAPI-00006")
def test_texts_of_numbers_and_booleans() -> None:
    refuse("XAPI-00080", "/result/score/max", "100", "one hundred", True, code=TYPE)
    refuse("XAPI-00074", "/result/success", "true", "yes", 1, code=TYPE)
    refuse("XAPI-00075", "/result/completion", "false", 0, code=TYPE)


@pytest.mark.requirement("XAPI-00007")
def test_format_of_texts() -> None:
    for text in ("", " ", "not a format"):
        refuse("XAPI-00027", "/id", text, code=VALUE)
        refuse("XAPI-00038", "/actor/mbox", text, code=VALUE)
        refuse("XAPI-00011", "/verb/id", text, code=VALUE)
        refuse("XAPI-00087", "/context/registration", text, code=VALUE)
        refuse("XAPI-00091", "/context/language", text, code=VALUE)
        refuse("XAPI-00022", "/timestamp", text, code=VALUE)
        refuse("XAPI-00077", "/result/duration", text, code=VALUE)
        refuse("XAPI-00103", "/attachments/0/sha2", text, code=VALUE)


@pytest.mark.requirement("XAPI-00008")
@pytest.mark.parametrize("place", [place for place, _ in PLACES if not place[-1].isdigit()])
def test_case_of_keys(place: str) -> None:
    """Also beside the property in its right case."""
    key = place.rpartition("/")[2]
    other = place[: -len(key)] + key[0].swapcase() + key[1:]
    if "display/" in place or "name/" in place or "description/" in place:
        return  # a language tag has no case
    refuse("XAPI-00008", other, "x", code=UNKNOWN)


@pytest.mark.requirement("XAPI-00009")
def test_case_of_enumerated_values() -> None:
    refuse("XAPI-00009", "/actor/objectType", "agent", "AGENT", "group", code=VALUE)
    refuse("XAPI-00009", "/object/objectType", "activity", code=VALUE)
    refuse("XAPI-00009", "/context/statement/objectType", "statementref", code=VALUE)
    kind = "/object/definition/interactionType"
    refuse("XAPI-00009", kind, "Choice", "choiCe", "true-False", "Other", code=VALUE)


@pytest.mark.requirement("XAPI-00010")
@pytest.mark.parametrize(
    "place", ["", *(place for place, value in PLACES if isinstance(value, dict))]
)
def test_unknown_keys_nowhere(place: str) -> None:
    last = place.rpartition("/")[2]
    if last in ("display", "name", "description") and not place.endswith("account"):
        refuse("XAPI-00121", f"{place}/not a key", "x", code=VALUE)
    elif last == "extensions":
        refuse("XAPI-00118", f"{place}/not a key", "x", code=VALUE)
    else:
        refuse("XAPI-00010", f"{place}/note", "x", {}, code=UNKNOWN)


@pytest.mark.requirement("XAPI-00010")
def test_strange_keys_in_pointers() -> None:
    """`/` and `~` are escaped (RFC 6901), a lone surrogate does no harm, a long key is cut."""
    for key, shown in (("a/b~c", "a~1b~0c"), ("\ud800", "?"), ("k" * 1000, "k" * 80)):
        with pytest.raises(BadEvidence) as caught:
            check_statement({**PLAIN, key: 1}, Version.V1)
        assert caught.value.detail["pointer"] == f"/{shown}"
        assert caught.value.zh.encode() != caught.value.en.encode()


@pytest.mark.requirement("XAPI-00011")
@pytest.mark.parametrize(
    "place",
    [
        "/verb/id",
        "/object/id",
        "/object/definition/type",
        "/object/definition/moreInfo",
        "/authority/account/homePage",
        "/attachments/0/usageType",
        "/attachments/0/fileUrl",
        "/context/contextActivities/other/0/id",
    ],
)
def test_identifiers_have_a_scheme(place: str) -> None:
    refuse("XAPI-00011", place, "lms.univ-a.example/x", "//a.example/x", "/x", "#x", "", code=VALUE)


@pytest.mark.requirement("XAPI-00013")
@pytest.mark.parametrize(
    "tag",
    [
        "de",
        "cmn",
        "ase",
        "tlh",
        "zh-Hant",
        "zh-cmn-Hans-CN",
        "sr-Latn-RS",
        "es-419",
        "sl-rozaj-biske",
        "de-CH-1901",
        "hy-Latn-IT-arevela",
        "de-DE-u-co-phonebk",
        "en-a-bbb-x-a-ccc",
        "az-Arab-x-AZE-derbend",
        "qaa-Qaaa-QM-x-southern",
        "x-whatever",
        "i-enochian",
        "en-GB-oed",
        "zh-min-nan",
        "UND",
    ],
)
def test_language_tags(tag: str) -> None:
    accept("/context/language", tag)
    accept("/verb/display", {tag: "x"})


@pytest.mark.requirement("XAPI-00013")
@pytest.mark.parametrize(
    "tag",
    [
        "",
        "a",
        "a-DE",
        "de-419-DE",
        "something",
        "a12345",
        "a12345678",
        "en_US",
        "en-",
        "-en",
        "en--US",
        "en-u",
        "x",
        "zh-z-aaa-z-bbb-c-ccc",
        "sl-rozaj-rozaj",
        "en-US ",
        "en\n",
        "ｅｎ",
        "中文",
    ],
)
def test_no_language_tags(tag: str) -> None:
    refuse("XAPI-00091", "/context/language", tag, code=VALUE)
    refuse("XAPI-00121", f"/verb/display/{tag}", "x", code=VALUE)


@pytest.mark.requirement("XAPI-00014")
@pytest.mark.parametrize("value", [None, True, 0, 1.5, "", "{}", [], [PLAIN], {}])
@pytest.mark.parametrize("version", BOTH)
def test_a_statement_is_an_object(value: Any, version: Version) -> None:
    with pytest.raises(BadEvidence):
        check_statement(value, version)


@pytest.mark.requirement("XAPI-00014")
def test_an_object_written_into_a_text() -> None:
    refuse("XAPI-00031", "/actor/objectType", '"objectType": "Agent"', code=VALUE)


@pytest.mark.requirement("XAPI-00021")
@pytest.mark.parametrize(
    "text", [b'{"id": 1, "id": 2}', b'{"actor": {"name": "", "nam\\u0065": ""}}']
)
def test_a_key_once_in_its_object(text: bytes) -> None:
    with pytest.raises(BadEvidence) as caught:
        parse_json(text)
    assert caught.value.detail["reason"] == "duplicate-key"


@pytest.mark.requirement("XAPI-00015")
@pytest.mark.parametrize(
    "text", [b'{"x": "\xff"}', b'{"x": "\\ud800"}', '{"x": ""}'.encode("utf-16")]
)
def test_texts_are_utf_8(text: bytes) -> None:
    with pytest.raises(BadEvidence):
        parse_json(text)
