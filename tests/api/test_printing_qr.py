"""QR codes: two segments, the smallest version, read back by zxing."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from api.printing.qr import (
    MAX_VERSION,
    QUIET_ZONE,
    qr_matrix,
    qr_png,
    qr_svg_path,
    qr_version,
)
from ledger.core.frame import MAX_FRAME, qr_text
from ledger.errors import WrongUse

HOST = "https://verify.haiyue.edu.cn"


def frame(size: int) -> bytes:
    return hashlib.shake_256(b"frame").digest(size)


def text_of(size: int) -> str:
    return qr_text(HOST, frame(size))


def read_back(png: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]


@pytest.mark.parametrize("size", [164, 187, 197])
def test_sample_frames_are_version_11(size: int) -> None:
    text = text_of(size)
    assert qr_version(text) == 11
    assert len(qr_matrix(text)) == 4 * 11 + 17
    assert read_back(qr_png(text)) == [text]


def test_the_largest_frame_fits_and_more_is_refused() -> None:
    text = text_of(MAX_FRAME)
    assert qr_version(text) == MAX_VERSION
    assert read_back(qr_png(text)) == [text]
    with pytest.raises(WrongUse, match="qr-too-long"):
        qr_matrix(HOST + "/v#" + base64.b32encode(frame(400)).decode().rstrip("="))
    with pytest.raises(WrongUse, match="qr-empty"):
        qr_matrix("")


def test_ISO_18004_table_7_capacity_at_level_M() -> None:  # noqa: N802
    # Byte mode, level M: 14 bytes in version 1, 213 in 10, 412 in 15.
    assert [qr_version("a" * size) for size in (14, 15, 213, 214, 412)] == [1, 2, 10, 11, 15]


def test_the_same_text_gives_the_same_bytes() -> None:
    first = qr_png(text_of(180))
    qr_matrix.cache_clear()
    assert qr_png(text_of(180)) == first


def test_the_path_covers_exactly_the_dark_modules() -> None:
    matrix = qr_matrix(text_of(187))
    drawn = set()
    for run in qr_svg_path(text_of(187)).split("M")[1:]:
        start, _, rest = run.partition("h")
        x, y = map(int, start.split())
        drawn |= {(x + i, y) for i in range(int(rest.partition("v")[0]))}
    assert drawn == {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


def test_the_picture_has_a_quiet_zone() -> None:
    picture = Image.open(io.BytesIO(qr_png(text_of(187), scale=3))).convert("L")
    side = 3 * (61 + 2 * QUIET_ZONE)
    assert picture.size == (side, side)
    assert picture.crop((0, 0, side, 3 * QUIET_ZONE)).getextrema() == (255, 255)


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=1, max_size=MAX_FRAME))
def test_any_frame_reads_back(data: bytes) -> None:
    text = qr_text(HOST, data)
    assert read_back(qr_png(text, scale=4)) == [text]
