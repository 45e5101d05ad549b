"""Any byte string is one certificate's form or a refusal with exit 64; nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.core.checks_paper import Presented
from ledger.core.frame import parse_frame, qr_text
from ledger.core.verdict import State
from ledger.core.verification import verify
from ledger.core.view import nothing
from ledger.errors import WrongUse
from tests import builders
from tests.verifier.test_documents import paper as pdf
from verifier import presenting
from verifier.documents import PdfFindings
from verifier.presenting import looks_like_link, present

PAPER = builders.make_paper()
LINK = qr_text(builders.VERIFY_URL, PAPER.frame)
OTHER_LINK = qr_text(builders.VERIFY_URL, builders.make_frame(builders.COURSE))
TRUST = builders.make_trust()


def seen(data: bytes) -> Presented | int:
    try:
        return present(data)
    except WrongUse as refusal:
        assert "…" not in refusal.zh + refusal.en
        return refusal.exit_code


def test_forms() -> None:
    assert present(PAPER.document) == Presented(document=PAPER.document)
    framed = Presented(frame=PAPER.frame, link_host=builders.VERIFY_URL)
    for text in (LINK, f" {LINK}\r\n", LINK.lower()):
        assert present(text.encode()).frame == PAPER.frame
    assert present(LINK.encode()) == framed


def test_links() -> None:
    assert looks_like_link(LINK)
    assert looks_like_link("https://x/v#1")
    for text in ("", "/v#A", "x/v#A", "https:///v#A", "https://x/v#", "ftp://x/v#A",
                 "https://x/v# A",
                 "https://[/v#A", "https://x/v#" + "A" * 5000):  # fmt: skip
        assert not looks_like_link(text), text


def _pdf(monkeypatch: pytest.MonkeyPatch, found: PdfFindings) -> Presented | int:
    monkeypatch.setattr(presenting, "read_pdf", lambda data: found)
    return seen(b"%PDF-1.7")


def test_pdf_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    document = ("a.json", PAPER.document)
    whole = _pdf(monkeypatch, PdfFindings((document,), "text", (LINK,)))
    assert whole == Presented(PAPER.document, PAPER.frame, builders.VERIFY_URL, "text")
    # Drawn twice, attached twice, with other things beside it: still one certificate.
    more = PdfFindings(
        (document, ("b.json", PAPER.document), ("c.txt", b"{}"), ("d.json", b"{}")),
        "text",
        (LINK, "https://example.org/", LINK),
    )
    assert _pdf(monkeypatch, more) == whole
    only = _pdf(monkeypatch, PdfFindings((document,), "t", ()))
    assert only == Presented(PAPER.document, None, None, "t")
    only = _pdf(monkeypatch, PdfFindings((), "t", (LINK,)))
    assert only == Presented(None, PAPER.frame, builders.VERIFY_URL, "t")


def test_pdf_with_two_certificates_is_ambiguous(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which one would be shown is not for the maker of the file to choose."""
    other, _ = builders.make_document(builders.COURSE)
    documents = (("a.json", PAPER.document), ("b.json", other))
    assert _pdf(monkeypatch, PdfFindings(documents, "", ())) == 64
    assert _pdf(monkeypatch, PdfFindings((), "", (LINK, OTHER_LINK))) == 64
    assert _pdf(monkeypatch, PdfFindings((("a.txt", b"x"),), "", ("word",))) == 64


def test_real_pdf() -> None:
    assert seen(pdf({"note.txt": b"hello"})) != 64  # its page shows a code
    assert seen(b"%PDF-1.7 nothing") == 64


def test_refusals_say_why() -> None:
    for data, code in (
        (b"", "no-credential"),
        (b"word", "no-credential"),
        (b"{}", "no-credential"),
    ):
        with pytest.raises(WrongUse) as caught:
            present(data)
        assert caught.value.code == code


def _never_green(data: bytes) -> None:
    given = seen(data)
    if isinstance(given, int):
        assert given == 64
        return
    verdict = verify(given, TRUST, nothing(), builders.NOW)
    assert verdict.verdict != "valid"
    if given.frame is not None and verdict.check("format").state is State.PASS:
        assert parse_frame(given.frame).raw == given.frame


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300).filter(lambda data: not data.startswith(presenting.PICTURES)))
@example(b"{")
@example(b'{"type":"VerifiableCredential"')
@example(b'\xef\xbb\xbf{"type": ["OpenBadgeCredential"]}')
@example(b"https://x/v#AEAQ")
@example(b"https://x/v#%00%ff")
@example("https://xn--/v#É".encode())
@example(b"https://x:99999999/v#AE")
def test_any_bytes(data: bytes) -> None:
    _never_green(data)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(PAPER.document) - 1), st.binary(max_size=4))
def test_any_change_of_the_document(at: int, put: bytes) -> None:
    _never_green(PAPER.document[:at] + put + PAPER.document[at + 1 :])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(LINK) - 1), st.text(max_size=3))
def test_any_change_of_the_link(at: int, put: str) -> None:
    _never_green((LINK[:at] + put + LINK[at + 1 :]).encode("utf-8", "replace"))


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(presenting.PICTURES), st.binary(max_size=100))
def test_any_picture(head: bytes, rest: bytes) -> None:
    assert seen(head + rest) == 64


def test_corpus_is_named_by_what_comes_out() -> None:
    """What holds no credential is refused here; the rest is for the verdict."""
    folder = Path(__file__).parents[1] / "corpus" / "inputs"
    files = sorted(folder.iterdir())
    assert len(files) > 30
    for path in files:
        refused = seen(path.read_bytes()) == 64
        assert refused == path.name.startswith("64--"), path.name
