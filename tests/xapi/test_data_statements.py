"""Data 2.3.2, 2.4, 2.4.7 to 2.4.11: voiding, ids, times, authority, version, attachments."""

from __future__ import annotations

import pytest

from ledger.core.xapi.statement import VOIDED
from ledger.core.xapi.versions import Version
from tests.xapi.samples import (
    ACCOUNT,
    ACTIVITY,
    AGENT,
    ATTACHMENT,
    GONE,
    GROUP,
    MISSING,
    OPENID,
    PLAIN,
    REFERENCE,
    SHA1,
    TEAM,
    TOGETHER,
    TYPE,
    UNKNOWN,
    VALUE,
    accept,
    nested,
    refuse,
)

V1, V2 = (Version.V1,), (Version.V2,)
FIRST = "/attachments/0"


@pytest.mark.requirement("XAPI-00017", "XAPI-00020")
def test_voiding_needs_a_reference() -> None:
    voiding = {**PLAIN, "verb": {"id": VOIDED}, "object": REFERENCE}
    accept("/object", REFERENCE, of=voiding)
    for thing in (ACTIVITY, AGENT, TEAM, nested(PLAIN)["object"]):
        refuse("XAPI-00017", "/object", thing, code=VALUE, at="/object/objectType", of=voiding,
               only_top=True)  # fmt: skip


@pytest.mark.requirement("XAPI-00019")
def test_only_one_verb_voids() -> None:
    for verb in (VOIDED + "x", VOIDED.upper(), "https://adlnet.gov/expapi/verbs/voided"):
        accept("/verb/id", verb)
    refuse("XAPI-00017", "/verb/id", VOIDED, code=VALUE, at="/object/objectType", only_top=True)


@pytest.mark.requirement("XAPI-00022")
def test_timestamp() -> None:
    accept("/timestamp", GONE, "2013-05-18T05:32:34.804Z", "2113-05-18T05:32:34Z")
    refuse("XAPI-00022", "/timestamp", "should fail", "01/011/2015", code=VALUE)
    refuse("XAPI-00022", "/timestamp", 1369287154, {}, code=TYPE)


@pytest.mark.requirement("XAPI-00023")
def test_stored() -> None:
    accept("/stored", GONE, "2011-07-15T00:00:00.000Z")
    refuse("XAPI-00023", "/stored", "should fail", "01/011/2015", code=VALUE)
    refuse("XAPI-00023", "/stored", 1369287154, code=TYPE)


@pytest.mark.requirement("XAPI-00024")
def test_authority() -> None:
    accept("/authority", GONE, AGENT, ACCOUNT, SHA1, OPENID, GROUP)
    refuse("XAPI-00024", "/authority", "x", 1, [AGENT], code=TYPE)
    refuse("XAPI-00024", "/authority", ACTIVITY, code=VALUE, at="/authority/objectType")


@pytest.mark.requirement("XAPI-00025")
def test_attachments_are_an_array() -> None:
    accept("/attachments", [], [ATTACHMENT, ATTACHMENT])
    refuse("XAPI-00025", "/attachments", ATTACHMENT, "x", 1, code=TYPE)
    refuse("XAPI-00025", FIRST, "x", 1, [ATTACHMENT], code=TYPE)
    refuse("XAPI-00010", f"{FIRST}/fileName", "x", code=UNKNOWN)
    refuse("XAPI-00008", f"{FIRST}/fileURL", "https://a.example/", code=UNKNOWN)


@pytest.mark.requirement("XAPI-00027", "XAPI-00030")
def test_id_is_a_uuid() -> None:
    accept("/id", GONE, "AA97B177-9383-4934-8543-0F91A7A02836")
    accept("/id", "12345678-1234-5678-1234-567812345678", "00000000-0000-0000-0000-000000000000")
    for wrong in (
        "AA97B177-9383-4934-8543-0F91A7A028368",
        "MA97B177-9383-4934-8543-0F91A7A02836",
        "AA97B177-9383-4934-8543-0F91A7A0283",
        "AA97B1779383-4934-8543-0F91A7A02836",
        "",
    ):
        refuse("XAPI-00027", "/id", wrong, code=VALUE)
        refuse("XAPI-00087", "/context/registration", wrong, code=VALUE)
        refuse("XAPI-00072", "/context/statement/id", wrong, code=VALUE)


@pytest.mark.requirement("XAPI-00028")
def test_id_is_a_string() -> None:
    refuse("XAPI-00027", "/id", 12345, {"key": "x"}, ["x"], code=TYPE)


@pytest.mark.requirement("XAPI-00029")
def test_standard_form_of_uuids() -> None:
    plain = "aa97b177938349348543 0f91a7a02836".replace(" ", "")
    braced = "{aa97b177-9383-4934-8543-0f91a7a02836}"
    for wrong in (
        plain,
        braced,
        f"urn:uuid:{braced[1:-1]}",
        f"{braced[1:-1]}\n",
        f" {braced[1:-1]}",
    ):
        refuse("XAPI-00027", "/id", wrong, code=VALUE)


@pytest.mark.requirement("XAPI-00098")
def test_authority_of_two() -> None:
    """An anonymous Group: an application and the person that it acts for."""
    accept("/authority", {"objectType": "Group", "member": [ACCOUNT, AGENT]})
    group = {"objectType": "Group", "member": [AGENT]}
    refuse("XAPI-00098", "/authority", group, TEAM, code=VALUE, at="/authority/member")
    for known in (ACCOUNT, SHA1, OPENID, {"mbox": AGENT["mbox"]}):
        refuse("XAPI-00098", "/authority", {**GROUP, **known}, code=TOGETHER, at="/authority")
    empty = {"objectType": "Group"}
    refuse("XAPI-00037", "/authority", empty, code=MISSING, at="/authority/member")


@pytest.mark.requirement("XAPI-00100")
def test_authority_of_more_than_two() -> None:
    group = {"objectType": "Group", "member": [AGENT, ACCOUNT, SHA1]}
    refuse("XAPI-00098", "/authority", group, code=VALUE, at="/authority/member")


@pytest.mark.requirement("XAPI-00101")
def test_version() -> None:
    accept("/version", GONE, "1.0", "1.0.0", "1.0.9", "1.0.10")
    for wrong in ("should fail", "0.9.9", "0.95", "1.1.0", "1", "1.0.", "1.0.0-rc", "3.0.0", ""):
        refuse("XAPI-00101", "/version", wrong, code=VALUE)
    refuse("XAPI-00101", "/version", 1.0, 1, code=TYPE)


@pytest.mark.requirement("2.0 4.2.4.3 version")
def test_version_2() -> None:
    """2.0 takes statements of both data models."""
    accept("/version", "2.0.0", "2.0", "2.0.1", versions=V2)
    refuse("XAPI-00101", "/version", "2.0.0", "2.0", code=VALUE, versions=V1)
    refuse("XAPI-00101", "/version", "2.1.0", "2", code=VALUE, versions=V2)


@pytest.mark.requirement("XAPI-00102")
def test_length_of_an_attachment() -> None:
    accept(f"{FIRST}/length", 0, 2**40)
    refuse("XAPI-00102", f"{FIRST}/length", GONE, code=MISSING)
    refuse("XAPI-00102", f"{FIRST}/length", "27", 27.5, True, code=TYPE)
    refuse("XAPI-00102", f"{FIRST}/length", -1, code=VALUE)


@pytest.mark.requirement("XAPI-00103")
def test_sha2_of_an_attachment() -> None:
    for size in (56, 64, 96, 128):
        accept(f"{FIRST}/sha2", "0a" * (size // 2), "0A" * (size // 2))
    refuse("XAPI-00103", f"{FIRST}/sha2", GONE, code=MISSING)
    refuse("XAPI-00103", f"{FIRST}/sha2", 12345, code=TYPE)
    refuse("XAPI-00103", f"{FIRST}/sha2", "", "a" * 40, "g" * 64, "a" * 64 + "\n", code=VALUE)


@pytest.mark.requirement("XAPI-00104")
def test_file_url_of_an_attachment() -> None:
    accept(f"{FIRST}/fileUrl", GONE, "ftp://a.example/文件")
    refuse("XAPI-00011", f"{FIRST}/fileUrl", "should fail", code=VALUE)
    refuse("XAPI-00104", f"{FIRST}/fileUrl", "http://a b/", code=VALUE)
    refuse("XAPI-00104", f"{FIRST}/fileUrl", 1, code=TYPE)


@pytest.mark.requirement("XAPI-00105")
def test_content_type_of_an_attachment() -> None:
    place = f"{FIRST}/contentType"
    accept(place, "text/plain", 'a/b+c; d="e; f"', "application/octet-stream", "text/plain;x=y;")
    refuse("XAPI-00105", place, GONE, code=MISSING)
    refuse("XAPI-00105", place, 12345, code=TYPE)
    refuse("XAPI-00105", place, "should fail", "text", "text/", "a/b/c", "a/b; c", "", code=VALUE)


@pytest.mark.requirement("XAPI-00106")
def test_texts_of_an_attachment() -> None:
    accept(f"{FIRST}/display", {}, {"es": "x"})
    accept(f"{FIRST}/description", GONE, {}, {"es-MX": "x"})
    refuse("XAPI-00106", f"{FIRST}/display", GONE, code=MISSING)
    refuse("XAPI-00106", f"{FIRST}/display", 12345, "x", code=TYPE)
    refuse("XAPI-00025", f"{FIRST}/description", 12345, "x", code=TYPE)
    refuse("XAPI-00121", f"{FIRST}/display/something", "x", code=VALUE)
    refuse("XAPI-00121", f"{FIRST}/description/something", "x", code=VALUE)


@pytest.mark.requirement("XAPI-00107")
def test_usage_type_of_an_attachment() -> None:
    refuse("XAPI-00107", f"{FIRST}/usageType", GONE, code=MISSING)
    refuse("XAPI-00107", f"{FIRST}/usageType", 1, code=TYPE)
    refuse("XAPI-00107", f"{FIRST}/usageType", "http://a b/", code=VALUE)
    refuse("XAPI-00011", f"{FIRST}/usageType", "should fail", code=VALUE)
