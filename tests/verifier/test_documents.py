"""Pictures and PDFs of strangers: findings or one refusal, whatever the bytes."""

from __future__ import annotations

import io
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from pypdf import PdfWriter

from ledger.errors import BadEvidence
from verifier import documents, documents_parse, documents_worker
from verifier.documents import PdfFindings, read_pdf, read_picture
from verifier.documents_parse import parse_pdf, parse_picture, qr_texts

TEXT = "https://verify.haiyue.edu.cn/v#" + "AEZK7Q2M" * 38
ROOT = Path(__file__).parents[2]


def code(scale: int = 8) -> Image.Image:
    drawn = qrcode.QRCode(version=11, box_size=scale, border=4, mask_pattern=3)
    head, _, tail = TEXT.partition("#")
    drawn.add_data(head + "#", optimize=0)
    drawn.add_data(tail, optimize=0)
    drawn.make(fit=True)
    out = io.BytesIO()
    drawn.make_image().save(out)
    return Image.open(out).convert("RGB")


def saved(picture: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    picture.save(out, format=kind)
    return out.getvalue()


def paper(attachments: dict[str, bytes] | None = None, pages: int = 1) -> bytes:
    """A PDF whose first page is a picture of the code."""
    out = io.BytesIO()
    code(6).save(out, format="PDF", resolution=150)
    writer = PdfWriter(clone_from=io.BytesIO(out.getvalue()))
    for _ in range(pages - 1):
        writer.add_blank_page(200, 200)
    for name, data in (attachments or {}).items():
        writer.add_attachment(name, data)
    done = io.BytesIO()
    writer.write(done)
    return done.getvalue()


def refusal(reader: Any, data: bytes) -> str:
    with pytest.raises(BadEvidence) as refused:
        reader(data)
    assert refused.value.zh and refused.value.en
    return refused.value.code


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_a_picture_in_each_format(kind: str) -> None:
    assert parse_picture(saved(code(), kind)) == (TEXT,)


def test_a_picture_without_a_code_has_no_texts() -> None:
    assert read_picture(saved(Image.new("RGB", (300, 200), "white"))) == []


def test_a_transparent_picture_lies_on_white_paper() -> None:
    grey = code().convert("L")
    clear = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    clear.putalpha(grey.point(lambda value: 255 - value))
    assert parse_picture(saved(clear)) == (TEXT,)


def test_the_ladder_reads_small_blurred_turned_and_sealed_codes() -> None:
    small = code(2).filter(ImageFilter.GaussianBlur(0.8))
    assert qr_texts(small) == (TEXT,)
    assert qr_texts(code().rotate(17, expand=True, fillcolor="white")) == (TEXT,)
    # Ink lies over print: what was black stays dark.
    plain = code(6)
    seal = Image.new("RGB", plain.size, "white")
    draw = ImageDraw.Draw(seal)
    for radius in range(40, 200, 12):
        centre = seal.width // 2
        box = (centre - radius, centre - radius, centre + radius, centre + radius)
        draw.ellipse(box, outline=(200, 20, 20), width=9)
    sealed = ImageChops.multiply(plain, seal)
    assert zxingcpp.read_barcode(sealed.convert("L")) is None
    assert qr_texts(sealed) == (TEXT,)


def test_limits_of_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    # 60,000 x 60,000 pixels in a few hundred bytes: refused before anything is unpacked.
    header = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    chunk = (13).to_bytes(4, "big") + header + zlib.crc32(header).to_bytes(4, "big")
    bomb = b"\x89PNG\r\n\x1a\n" + chunk + b"\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e"
    assert refusal(parse_picture, bomb) in ("picture-too-large", "document-damaged")
    monkeypatch.setattr(documents_parse, "MAX_PIXELS", 100)
    assert refusal(parse_picture, saved(code())) == "picture-too-large"
    assert refusal(read_picture, bytes(documents.MAX_FILE + 1)) == "document-too-large"


def test_a_pdf_says_three_things() -> None:
    found = read_pdf(paper({"credential 1.json": b'{"a":1}', "b.json": b""}))
    assert found.qr_texts == (TEXT,)
    assert dict(found.attachments) == {"credential 1.json": b'{"a":1}', "b.json": b""}


def test_limits_of_pdfs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(parse_pdf, paper(pages=21)) == "pdf-too-many-pages"
    many = {f"{n}.json": b"{}" for n in range(17)}
    assert refusal(parse_pdf, paper(many)) == "pdf-too-many-attachments"
    big = {"a.json": bytes((1 << 20) + 1)}
    assert refusal(parse_pdf, paper(big)) == "pdf-attachment-too-large"
    writer = PdfWriter(clone_from=io.BytesIO(paper()))
    writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    assert refusal(parse_pdf, out.getvalue()) == "pdf-encrypted"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"{}"])
def test_what_is_neither(data: bytes) -> None:
    assert refusal(read_picture, data) == "document-damaged"
    assert refusal(read_pdf, data) == "document-damaged"


def test_a_worker_that_dies_or_hangs_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.run

    def instead(program: str) -> Any:
        return lambda _, **options: real([sys.executable, "-c", program], **options)

    monkeypatch.setattr("verifier.documents.subprocess.run", instead("import os; os.abort()"))
    assert refusal(read_pdf, b"%PDF") == "document-too-costly"
    monkeypatch.setattr(documents, "SECONDS", 0.3)
    monkeypatch.setattr("verifier.documents.subprocess.run", instead("import time; time.sleep(9)"))
    assert refusal(read_picture, b"") == "document-too-costly"


def test_the_worker_limits_itself() -> None:
    program = "from verifier.documents_worker import limit; limit();print(len(bytes(3 << 30)))"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True)
    assert ran.returncode == 1 and b"MemoryError" in ran.stderr


def test_the_worker_answers_with_a_refusal() -> None:
    answer = documents_worker.answer("pdf", b"no")
    assert answer["refused"] == "document-damaged"
    assert documents_worker.answer("picture", saved(code())) == {"texts": (TEXT,)}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    for prefix in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"BM", b"GIF89a"):
        try:
            assert isinstance(parse_picture(prefix + data), tuple)
        except BadEvidence as refused:
            assert refused.code
    try:
        assert isinstance(parse_pdf(b"%PDF-1.7\n" + data), PdfFindings)
    except BadEvidence as refused:
        assert refused.code


PAPER = paper({"a.json": b"{}"})


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(PAPER) - 1), st.binary(min_size=1, max_size=8))
def test_any_damage_to_a_pdf(at: int, noise: bytes) -> None:
    data = PAPER[:at] + noise + PAPER[at + len(noise) :]
    try:
        assert isinstance(parse_pdf(data), PdfFindings)
    except BadEvidence as refused:
        assert refused.code
