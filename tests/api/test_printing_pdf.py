"""Certificates as PDF: one page that says what the credential says, and carries it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from pypdf import PdfReader

from api.printing import ornament
from api.printing.fonts import Coverage, clusters, load_fonts
from api.printing.pdf import CertificatePrinter, printer
from api.printing.wording import WORDINGS, chinese_date
from ledger.core.content import CertificateContent
from ledger.core.frame import qr_text
from ledger.core.kinds import CredentialType
from ledger.errors import CouldNotLook, WrongUse
from verifier.documents import read_pdf

QR = "https://verify.haiyue.edu.cn/v#" + "A7" * 150
CREDENTIAL = '{"name":"欧阳若曦"}'.encode()
DEGREE = CertificateContent(
    CredentialType.DEGREE,
    "10384-2026-000123",
    "欧阳若曦",
    date(2026, 6, 30),
    romanised="OUYANG Ruoxi",
    major="计算机科学与技术",
    degree="工学学士",
)
COURSE = CertificateContent(
    CredentialType.COURSE,
    "C-7",
    "𠮷田𱁬·若",
    date(2026, 11, 20),
    course="网络",
    hours="48",
    credits="2.5",
    result="优秀",
    student_number="20220042",
)


def render(content: CertificateContent, qr: str = QR) -> bytes:
    return printer().render(
        content,
        "海岳大学",
        "Haiyue University",
        qr,
        f"{content.number}.json",
        CREDENTIAL,
        "verify.haiyue.edu.cn",
        "3f9a 01c2 77de 5b10",
    )


def words(pdf: bytes) -> str:
    document = pdfium.PdfDocument(pdf)
    try:
        assert len(document) == 1
        assert document[0].get_size() == pytest.approx((841.89, 595.28), abs=0.02)
        return "".join(document[0].get_textpage().get_text_bounded().split())
    finally:
        document.close()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (DEGREE, ("学位证书", "欧阳若曦", "OUYANGRuoxi", "工学学士", "计算机科学与技术")),
        (
            COURSE,
            ("课程学习证书", "𠮷田𱁬·若", "网络", "48", "2.5", "优秀", "二〇二六年十一月二十日"),
        ),
    ],
)
def test_the_page_says_what_the_content_says(
    content: CertificateContent, expected: tuple[str, ...]
) -> None:
    text = words(render(content))
    always = ("海岳大学", "HaiyueUniversity", content.number, content.awarded_on.isoformat())
    for one in (*always, *expected, "verify.haiyue.edu.cn", "3f9a01c277de5b10"):
        assert one in text
    assert "请在您自己信任的核验页扫码" in text


def test_the_student_number_stays_off_the_page() -> None:
    assert "20220042" not in words(render(COURSE))


def test_it_is_pdf_a_3b_with_the_credential_attached() -> None:
    # ISO 19005-3 6.8: an embedded file is associated and says in which relation.
    pdf = render(DEGREE)
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.attachments == {"10384-2026-000123.json": [CREDENTIAL]}
    root: Any = reader.root_object
    (associated,) = root["/AF"]
    assert associated.get_object()["/AFRelationship"] == "/Data"
    xmp = root["/Metadata"].get_object().get_data()
    assert b"<pdfaid:part>3</pdfaid:part>" in xmp
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in xmp


def test_a_stranger_reads_back_code_credential_and_text() -> None:
    text = qr_text("https://verify.haiyue.edu.cn", bytes(range(190)))
    found = read_pdf(render(COURSE, text))
    assert found.qr_texts == (text,)
    assert found.attachments == (("C-7.json", CREDENTIAL),)
    assert COURSE.name in "".join(found.text.split())


@pytest.mark.parametrize("number", ["证-2026.1", "..", "-", "a_b"])
def test_the_attachment_has_the_number_for_its_name(number: str) -> None:
    document = pdfium.PdfDocument(render(replace(COURSE, number=number)))
    try:
        attachment = document.get_attachment(0)
        assert (attachment.get_name(), bytes(attachment.get_data())) == (
            f"{number}.json",
            CREDENTIAL,
        )
    finally:
        document.close()


def test_the_same_certificate_gives_the_same_bytes() -> None:
    assert render(DEGREE) == CertificatePrinter().render(
        DEGREE,
        "海岳大学",
        "Haiyue University",
        QR,
        "10384-2026-000123.json",
        CREDENTIAL,
        "verify.haiyue.edu.cn",
        "3f9a 01c2 77de 5b10",
    )


@pytest.mark.parametrize("type_code", list(CredentialType))
def test_every_type_has_its_title(type_code: CredentialType) -> None:
    text = words(render(replace(COURSE, type_code=type_code)))
    assert WORDINGS[type_code].title_zh in text


def test_the_longest_values_stay_on_one_page() -> None:
    long = replace(
        COURSE,
        number="W" * 64,
        name="阿卜杜热合曼·吐尔逊·买买提艾力·阿布都克里木江" + "李" * 39,
        romanised="A" * 128,
        course="数据" * 64,
        result="优" * 64,
    )
    assert long.name in words(render(long))


def test_text_is_never_markup() -> None:
    odd = replace(COURSE, number="..", course='#panic("x") $a$ *b* \\ "', result="[#{}]")
    text = words(render(odd))
    assert '#panic("x")$a$*b*\\"' in text and "[#{}]" in text


def test_a_character_without_a_font_is_refused_by_name() -> None:
    assert printer().missing_glyphs("李𠮷𱁬·Ōū nǚ") == set()
    assert printer().missing_glyphs("李\U00013000") == {"\U00013000"}
    with pytest.raises(WrongUse) as refused:
        render(replace(COURSE, name="李\U00013000"))
    assert refused.value.code == "glyph-missing"
    assert "\U00013000" in refused.value.zh


def test_missing_fonts_name_the_packages(tmp_path: Path) -> None:
    with pytest.raises(CouldNotLook) as refused:
        load_fonts([tmp_path])
    assert "fonts-lxgw-wenkai" in refused.value.en and "fonts-noto-cjk" in refused.value.en


def test_coverage_and_clusters() -> None:
    some = Coverage([(0x4E00, 0x4E01), (0x41, 0x5A)])
    assert [one in some for one in "AZ@[一丁丂"] == [True, True, False, False, True, True, False]
    assert list(clusters("n\u0308a")) == ["n\u0308", "a"]


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 6, 30), "二〇二六年六月三十日"),
        (date(2010, 10, 10), "二〇一〇年十月十日"),
        (date(1999, 12, 21), "一九九九年十二月二十一日"),
        (date(2000, 1, 1), "二〇〇〇年一月一日"),
    ],
)
def test_chinese_dates(day: date, text: str) -> None:
    assert chinese_date(day) == text


def test_the_background_is_what_its_program_draws() -> None:
    assert ornament.TARGET.read_text("utf-8") == ornament.background_svg()
