"""Pictures and PDFs taken apart, in this process. Callers want `verifier.documents`, which runs
this in a process of its own with limits: the libraries below are native code that reads files of
strangers.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import pypdfium2 as pdfium
import zxingcpp
from PIL import Image, ImageFilter

from ledger.errors import BadEvidence
from verifier.documents import MAX_FILE, PdfFindings

MAX_PIXELS = 50_000_000
MAX_ENLARGED = 12_000_000
"""Pixels up to which the ladder enlarges: above, a code that needs it is too small anyway."""
MAX_PAGES = 20
MAX_ATTACHMENTS = 16
MAX_ATTACHMENT = 1 << 20
MAX_TEXT = 200_000
RENDERED_PAGES = 4
DOTS_PER_INCH = 300
MAX_SIDE = 4_000
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")


def parse_picture(data: bytes) -> tuple[str, ...]:
    """The texts of the QR codes in a picture; none is a result. Raises BadEvidence."""
    _check_size(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise BadEvidence("picture-too-large", limit=MAX_PIXELS)
                return qr_texts(_on_white(opened))
    except BadEvidence:
        raise
    except Exception as error:
        raise BadEvidence("document-damaged", reason=type(error).__name__) from error


def parse_pdf(data: bytes) -> PdfFindings:
    """Attachments, text and QR codes of a PDF. Raises BadEvidence."""
    _check_size(data)
    try:
        document = pdfium.PdfDocument(data)
        try:
            return _findings(document)
        finally:
            document.close()
    except BadEvidence:
        raise
    except Exception as error:
        if "password" in str(error).lower():
            raise BadEvidence("pdf-encrypted") from error
        raise BadEvidence("document-damaged", reason=type(error).__name__) from error


def qr_texts(picture: Image.Image) -> tuple[str, ...]:
    """The ladder for bad pictures: the first rung on which a code is read decides."""
    for rung in _ladder(picture):
        found = zxingcpp.read_barcodes(rung, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
        texts = tuple(dict.fromkeys(code.text for code in found if code.valid and code.text))
        if texts:
            return texts
    return ()


def _check_size(data: bytes) -> None:
    if len(data) > MAX_FILE:
        raise BadEvidence("document-too-large", limit=MAX_FILE)


def _on_white(picture: Image.Image) -> Image.Image:
    """RGB; what is transparent is paper."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    return picture.convert("RGB")


def _ladder(picture: Image.Image) -> Iterator[Image.Image]:
    """Raw, twice as large, that sharpened, and the red channel, in which a red seal is white."""
    grey = picture.convert("L")
    yield grey
    red = picture.getchannel("R")
    if grey.width * grey.height <= MAX_ENLARGED:
        twice = _enlarged(grey)
        yield twice
        yield twice.filter(ImageFilter.UnsharpMask(radius=4, percent=200, threshold=0))
        yield red
        yield _enlarged(red)
    else:
        yield red


def _enlarged(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)


def _findings(document: pdfium.PdfDocument) -> PdfFindings:
    pages = len(document)
    if pages > MAX_PAGES:
        raise BadEvidence("pdf-too-many-pages", limit=MAX_PAGES)
    return PdfFindings(
        attachments=tuple(_attachments(document)),
        text=_text(document, pages),
        qr_texts=tuple(dict.fromkeys(_drawn(document, min(pages, RENDERED_PAGES)))),
    )


def _attachments(document: pdfium.PdfDocument) -> Iterator[tuple[str, bytes]]:
    count = document.count_attachments()
    if count > MAX_ATTACHMENTS:
        raise BadEvidence("pdf-too-many-attachments", limit=MAX_ATTACHMENTS)
    for index in range(count):
        attachment = document.get_attachment(index)
        name = attachment.get_name()
        data = _content(attachment)
        if len(data) > MAX_ATTACHMENT:
            raise BadEvidence("pdf-attachment-too-large", name=name[:80], limit=MAX_ATTACHMENT)
        yield name, data


def _content(attachment: pdfium.PdfAttachment) -> bytes:
    """Empty where the file inside is empty or cannot be unpacked: it is no credential then, and
    what else the PDF says still counts."""
    try:
        return bytes(attachment.get_data())
    except pdfium.PdfiumError:
        return b""


def _text(document: pdfium.PdfDocument, pages: int) -> str:
    parts: list[str] = []
    length = 0
    for index in range(pages):
        page = document[index]
        words = page.get_textpage()
        length += words.count_chars()
        if length > MAX_TEXT:
            raise BadEvidence("pdf-text-too-long", limit=MAX_TEXT)
        parts.append(words.get_text_bounded())
        words.close()
        page.close()
    return "\n".join(parts)


def _drawn(document: pdfium.PdfDocument, pages: int) -> Iterator[str]:
    for index in range(pages):
        page = document[index]
        longest = max(*page.get_size(), 1.0)
        scale = min(DOTS_PER_INCH / 72, MAX_SIDE / longest)
        yield from qr_texts(page.render(scale=scale).to_pil().convert("RGB"))
        page.close()
