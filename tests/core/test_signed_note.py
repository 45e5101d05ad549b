"""C2SP signed-note, tlog-checkpoint and tlog-cosignature."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import merkle, signed_note
from ledger.errors import BadEvidence
from tests.vectors import cases, title

# The example of C2SP tlog-cosignature.
PUBLISHED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
""".encode()  # noqa: E501
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes_raw()
ORIGIN = "univ-a.example/credential"
TEXT = signed_note.checkpoint_text(ORIGIN, 3, b"r" * 32)


def _signed(text: bytes, name: str = ORIGIN) -> bytes:
    line = signed_note.note_signature(name, PUBLIC, KEY.sign(text))
    return signed_note.format_note(text, [line])


def _code(case: dict[str, Any]) -> str:
    with pytest.raises(BadEvidence) as caught:
        _open(case)
    assert "{" not in caught.value.zh + caught.value.en
    return caught.value.code


def _open(case: dict[str, Any]) -> signed_note.Checkpoint:
    public = bytes.fromhex(case["public_key"])
    return signed_note.open_checkpoint(case["note"].encode(), case["origin"], public)


@pytest.mark.parametrize("case", cases("checkpoint", "valid"), ids=title)
def test_valid(case: dict[str, Any]) -> None:
    found = _open(case)
    assert (found.origin, found.size, found.root.hex()) == (
        case["origin"],
        case["size"],
        case["root"],
    )
    note = signed_note.parse_note(case["note"].encode())
    assert signed_note.format_note(note.text, note.signatures) == case["note"].encode()
    if witness := case.get("witness"):
        public = bytes.fromhex(witness["public_key"])
        time = signed_note.verify_cosignature(note, witness["name"], public)
        assert time == witness["time"]


@pytest.mark.parametrize("case", cases("checkpoint", "invalid"), ids=title)
def test_invalid(case: dict[str, Any]) -> None:
    assert _code(case) == case["code"]


def test_published_example() -> None:
    note = signed_note.parse_note(PUBLISHED)
    found = signed_note.parse_checkpoint(note.text)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert signed_note.checkpoint_text(found.origin, found.size, found.root) == note.text
    witness = note.signatures[1]
    assert witness.name == "witness.example.com/w1"
    assert int.from_bytes(witness.signature[:8], "big") == 1679315147
    assert signed_note.cosignature_message(note.text, 1679315147) == (
        b"cosignature/v1\ntime 1679315147\n" + note.text
    )


def test_key_ids_differ_by_name_type_and_key() -> None:
    made = {
        signed_note.note_key_id(name, kind, public)
        for name in ("a", "b")
        for kind in (signed_note.TYPE_ED25519, signed_note.TYPE_COSIGNATURE)
        for public in (PUBLIC, bytes(32))
    }
    assert len(made) == 8


def test_text_may_hold_blank_lines() -> None:
    text = b"first\n\n\nlast\n"
    note = signed_note.parse_note(_signed(text))
    assert note.text == text
    signed_note.verify_note(note, ORIGIN, PUBLIC)


@pytest.mark.parametrize("text", [b"", b"no newline", b"tab\t\n", b"\xff\n", b"a\n\n\xe2\x80\x94"])
def test_texts_that_no_note_can_carry(text: bytes) -> None:
    with pytest.raises(BadEvidence):
        _signed(text)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 1, bytes(32)), ("a\nb", 1, bytes(32)), ("a", -1, bytes(32)), ("a", 1, bytes(31)),
     ("a", 2**63, bytes(32)), ("a", 0, bytes(32)), ("a\t", 1, bytes(32))],
)  # fmt: skip
def test_heads_that_no_checkpoint_can_state(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(BadEvidence) as caught:
        signed_note.checkpoint_text(origin, size, root)
    assert caught.value.code == "checkpoint"


def test_cosignatures_are_verified_with_their_time() -> None:
    def line(time: int, signed_time: int) -> signed_note.NoteSignature:
        signature = KEY.sign(signed_note.cosignature_message(TEXT, signed_time))
        return signed_note.cosignature("w.example", PUBLIC, time, signature)

    good = signed_note.Note(TEXT, (line(5, 5), line(9, 9), line(7, 7)))
    assert signed_note.verify_cosignature(good, "w.example", PUBLIC) == 9
    short = line(5, 5)._replace(signature=b"\0" * 8)
    for bad in (line(6, 5), short, line(2**63, 5)):
        with pytest.raises(BadEvidence) as caught:
            note = signed_note.Note(TEXT, (line(5, 5), bad))
            signed_note.verify_cosignature(note, "w.example", PUBLIC)
        assert caught.value.code == "note-signature"
    with pytest.raises(BadEvidence) as caught:
        signed_note.verify_cosignature(signed_note.parse_note(_signed(TEXT)), "w.example", PUBLIC)
    assert caught.value.code == "note-unsigned"
    with pytest.raises(BadEvidence):
        signed_note.cosignature_message(TEXT, -1)


def test_a_key_that_nobody_may_use_verifies_no_note() -> None:
    identity = b"\x01" + bytes(31)
    line = signed_note.note_signature(ORIGIN, identity, identity + bytes(32))
    note = signed_note.parse_note(signed_note.format_note(TEXT, [line]))
    with pytest.raises(BadEvidence) as caught:
        signed_note.verify_note(note, ORIGIN, identity)
    assert caught.value.code == "public-key"


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30),
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_round_trip(origin: str, size: int, root: bytes) -> None:
    text = signed_note.checkpoint_text(origin, size, root)
    note = signed_note.parse_note(_signed(text))
    assert signed_note.parse_checkpoint(note.text) == signed_note.Checkpoint(origin, size, root)
    signed_note.verify_note(note, ORIGIN, PUBLIC)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_changed_bytes(data: st.DataObject) -> None:
    changed = bytearray(_signed(TEXT))
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = signed_note.open_checkpoint(bytes(changed), ORIGIN, PUBLIC)
    except BadEvidence:
        return
    assert found == signed_note.parse_checkpoint(TEXT)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text("a\n— =AB+/0", max_size=60).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    try:
        note = signed_note.parse_note(data)
        assert signed_note.format_note(note.text, note.signatures) == data
        signed_note.parse_checkpoint(note.text)
    except BadEvidence as refusal:
        assert refusal.code in ("note", "checkpoint")


def test_the_empty_tree_has_one_root() -> None:
    text = signed_note.checkpoint_text(ORIGIN, 0, merkle.EMPTY_ROOT)
    assert signed_note.parse_checkpoint(text).size == 0
