"""Many credentials of one issuer: the same bytes as one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.credential import (
    CertificateContent,
    CredentialSeries,
    build_credential,
    proof_options,
    secure,
    verification_method,
)
from ledger.errors import BadEvidence
from tests.builders import COURSE, CREDENTIAL_KEY, DEGREE, ISSUED, ISSUER, PUBLIC_URL, seeded
from tests.core.test_credential import contents

METHOD = verification_method(ISSUER.domain, CREDENTIAL_KEY.public)


def series() -> CredentialSeries:
    return CredentialSeries(ISSUER, PUBLIC_URL, METHOD, ISSUED, CREDENTIAL_KEY.sign)


def one_by_one(
    content: CertificateContent, status_index: int, document_id: bytes, salt: bytes
) -> bytes:
    unsigned = build_credential(content, ISSUER, status_index, PUBLIC_URL, document_id)
    return secure(unsigned, proof_options(unsigned, METHOD, ISSUED, salt), CREDENTIAL_KEY.sign)


@given(
    rows=st.lists(contents, min_size=1, max_size=3),
    others=st.lists(contents, min_size=1, max_size=2),
    status_index=st.integers(0, 2**32 - 1),
    salt=st.binary(min_size=32, max_size=32),
)
@settings(max_examples=60, deadline=None)
def test_same_bytes_as_one_by_one(
    rows: list[CertificateContent],
    others: list[CertificateContent],
    status_index: int,
    salt: bytes,
) -> None:
    writing = series()
    alike = [
        replace(row, number=other.number, name=other.name, result=other.result)
        for row in rows
        for other in others
    ]
    for content in [*rows, *alike, *others]:
        made = writing.secured(content, status_index, salt[:16], salt)
        assert made == one_by_one(content, status_index, salt[:16], salt)


@pytest.mark.parametrize(
    "name",
    ["100%", "%(number)s", r"\u0000name", '"', "\\", r"\"\u0000id\"", "𠮷娜", "é"],
)
def test_text_that_looks_like_the_forms_own(name: str) -> None:
    writing, salt = series(), seeded("salt")
    for content in (DEGREE, COURSE):
        for row in (
            replace(content, name=name, romanised=name),
            replace(content, major=name, name="王芳"),
            replace(content, major=name, name=name),
        ):
            assert writing.secured(row, 5, salt[:16], salt) == one_by_one(row, 5, salt[:16], salt)


def test_what_a_reader_would_refuse_is_refused_in_the_first_row_and_later() -> None:
    writing, salt = series(), seeded("salt")
    bad = replace(DEGREE, name="a\x00name")
    for _ in range(2):
        with pytest.raises(BadEvidence) as refused:
            writing.secured(bad, 5, salt[:16], salt)
        assert refused.value.code == "certificate-content"
        writing.secured(DEGREE, 5, salt[:16], salt)
    with pytest.raises(BadEvidence) as refused:
        writing.secured(DEGREE, 2**32, salt[:16], salt)
    assert refused.value.code == "status-index"
    with pytest.raises(BadEvidence) as refused:
        writing.secured(DEGREE, 5, salt[:16], salt[:31])
    assert refused.value.code == "format"


def test_status_lists_do_not_mix() -> None:
    writing, salt = series(), seeded("salt")
    for index in (0, 2**17 - 1, 2**17, 3 << 17):
        made = writing.secured(DEGREE, index, salt[:16], salt)
        assert made == one_by_one(DEGREE, index, salt[:16], salt)
