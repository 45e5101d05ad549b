"""The QR code of a certificate, drawn in two segments.

The text is `<url>#<BASE32>`. The URL up to and with `#` needs byte mode (lower case: several
phone cameras fail on `HTTPS://`), the BASE32 after it fits alphanumeric mode, 5.5 bits a
character instead of 8. One-mode encoders need two versions more for the same frame.

ISO/IEC 18004:2015: error correction level M, quiet zone of 4 modules, no picture inside.
The mask is fixed: choosing among eight costs four times the drawing, and every one decodes.
"""

import io
import re
import string
from functools import lru_cache

from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import QRData

from api.printing import messages as _messages  # noqa: F401  (registers the codes)
from ledger.errors import WrongUse

MAX_VERSION = 15
"""0.35 mm modules in a 30 mm box: what phone cameras still read from paper."""
QUIET_ZONE = 4
MASK = 3

# Data codewords at level M for versions 1 to 15, ISO/IEC 18004:2015 table 7.
_DATA_CODEWORDS_M = (16, 28, 44, 64, 86, 108, 124, 154, 182, 216, 254, 290, 334, 365, 415)
_DARK = re.compile("#+")
_ALPHANUMERIC = frozenset(string.digits + string.ascii_uppercase + " $%*+-./:")

Matrix = tuple[tuple[bool, ...], ...]
"""Rows of modules, True is dark, without the quiet zone."""


def _segments(text: str) -> tuple[bytes, str]:
    """`text` cut after its `#`: a byte part, and an alphanumeric part that may be empty."""
    head, mark, tail = text.partition("#")
    if mark and tail and set(tail) <= _ALPHANUMERIC:
        return (head + mark).encode("utf-8"), tail
    return text.encode("utf-8"), ""


def _bits(byte_part: bytes, alnum_part: str, version: int) -> int:
    """Length of the bit stream, ISO/IEC 18004:2015 7.4.4 and 7.4.5, without terminator."""
    small = version < 10
    total = 4 + (8 if small else 16) + 8 * len(byte_part)
    if alnum_part:
        pairs, single = divmod(len(alnum_part), 2)
        total += 4 + (9 if small else 11) + 11 * pairs + 6 * single
    return total


def qr_version(text: str) -> int:
    """The smallest version that holds `text` at level M.

    Raises WrongUse("qr-too-long") beyond version 15, WrongUse("qr-empty") for no text.
    """
    if not text:
        raise WrongUse("qr-empty")
    byte_part, alnum_part = _segments(text)
    for version, codewords in enumerate(_DATA_CODEWORDS_M, start=1):
        if _bits(byte_part, alnum_part, version) <= 8 * codewords:
            return version
    raise WrongUse("qr-too-long", length=len(text))


@lru_cache(maxsize=8)
def qr_matrix(text: str) -> Matrix:
    """The modules of the smallest code that holds `text`. Raises as `qr_version`.

    Remembered for the last few texts: a certificate's picture and page draw the same code.
    """
    version = qr_version(text)
    byte_part, alnum_part = _segments(text)
    code = QRCode(version=version, error_correction=ERROR_CORRECT_M, mask_pattern=MASK)
    # Mode indicators, ISO/IEC 18004:2015 table 2: 0100 byte, 0010 alphanumeric.
    code.add_data(QRData(byte_part, mode=4, check_data=False))
    if alnum_part:
        code.add_data(QRData(alnum_part.encode("ascii"), mode=2))
    code.make(fit=False)
    return tuple(tuple(bool(module) for module in row) for row in code.modules)


def matrix_png(matrix: Matrix, scale: int = 8) -> bytes:
    """A black and white PNG, `scale` pixels a module, with the quiet zone. Same in, same out."""
    side = len(matrix) + 2 * QUIET_ZONE
    margin = b"\xff" * QUIET_ZONE
    rows = (bytes(0 if dark else 255 for dark in row) for row in matrix)
    blank = b"\xff" * side * QUIET_ZONE
    pixels = blank + b"".join(margin + row + margin for row in rows) + blank
    small = Image.frombytes("L", (side, side), pixels)
    large = small.resize((side * scale, side * scale), Image.Resampling.NEAREST)
    picture = large.convert("1", dither=Image.Dither.NONE)
    out = io.BytesIO()
    picture.save(out, format="PNG", dpi=(300, 300))
    return out.getvalue()


def qr_png(text: str, scale: int = 8) -> bytes:
    """The code as PNG bytes, `scale` pixels a module. Raises as `qr_version`."""
    return matrix_png(qr_matrix(text), scale)


def matrix_svg_path(matrix: Matrix) -> str:
    """The `d` of one SVG path, one unit a module, without the quiet zone.

    One path on purpose: renderers sum the coverage of a path before they paint it, so that no
    hairlines show between rows.
    """
    parts = []
    for y, row in enumerate(matrix):
        for run in _DARK.finditer("".join("#" if dark else " " for dark in row)):
            length = run.end() - run.start()
            parts.append(f"M{run.start()} {y}h{length}v1h-{length}z")
    return "".join(parts)


def qr_svg_path(text: str) -> str:
    """The code as the `d` of one SVG path. Raises as `qr_version`."""
    return matrix_svg_path(qr_matrix(text))
