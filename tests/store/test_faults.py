"""Full disks, read-only folders, flipped bits, older databases put back."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from ledger.core.signed_note import parse_checkpoint, parse_note
from ledger.errors import BadEvidence, CouldNotLook, Refusal
from ledger.store import Store, files, tiles
from ledger.store.schema import stream
from tests.store.samples import ORIGIN, SIGNER, audit, record, sealed_store, sha


def append(store: Store, start: int, stop: int) -> None:
    with store.writer("learning") as writer:
        writer.append([record(n) for n in range(start, stop)])


def sign(store: Store) -> bytes:
    with store.writer("learning") as writer:
        return writer.sign_checkpoint(ORIGIN, SIGNER)


def fails(error: Callable[[], OSError]) -> Callable[..., Any]:
    def raising(*_: object, **__: object) -> Any:
        raise error()

    return raising


def test_full_database_keeps_nothing_of_the_batch(tmp_path: Path) -> None:
    store = sealed_store(tmp_path)
    append(store, 0, 10)
    with store._database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(CouldNotLook) as refused:
        append(store, 10, 3_000)
    assert refused.value.code == "disk-full"
    store.close()
    store = sealed_store(tmp_path)
    assert store.size("learning") == 10
    assert store.find("learning", record(10).identity) is None
    append(store, 10, 3_000)
    sign(store)
    audit(store, tmp_path / "streams/learning", "learning")
    store.close()


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("step", ["write", "fsync", "replace", "mkdir"])
def test_full_disk_at_every_step_of_a_checkpoint(
    disk: Store, monkeypatch: pytest.MonkeyPatch, step: str, applied: bool
) -> None:
    """Each step fails once at each of its calls, done or not done; the next run ends well."""
    append(disk, 0, 300)
    first = sign(disk)
    append(disk, 300, 1_000)
    for nth in range(4):
        calls = 0
        real: Any = {
            "write": os.fdopen,
            "fsync": os.fsync,
            "replace": os.replace,
            "mkdir": Path.mkdir,
        }[step]

        def broken(*args: Any, _real: Any = real, _nth: int = nth, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls <= _nth:
                return _real(*args, **kwargs)
            if applied and step != "write":
                _real(*args, **kwargs)
            if step == "write":
                os.close(args[0])
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            owner = Path if step == "mkdir" else os
            patch.setattr(owner, {"write": "fdopen"}.get(step, step), broken)
            try:
                sign(disk)
            except CouldNotLook as refusal:
                assert refusal.code == "disk-full"
            else:
                assert calls <= nth  # what was applied before leaves less to do
    assert disk.file("learning", "checkpoint") is not None
    if not applied:
        assert disk.file("learning", "checkpoint") == first
    sign(disk)
    folder = disk._folder / "learning"
    assert len(audit(disk, folder, "learning")) == 1_000
    assert not [path for path in folder.rglob("*") if path.name.endswith(".tmp")]


def test_published_after_a_crash_between_signing_and_publishing(
    disk: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(disk, 0, 5)
    first = sign(disk)
    append(disk, 5, 9)
    with monkeypatch.context() as patch:
        patch.setattr(tiles.TileFiles, "publish", fails(lambda: OSError(errno.EIO, "I/O error")))
        with pytest.raises(OSError, match="I/O"):
            sign(disk)
    final = disk.checkpoint("learning")
    assert final is not None
    assert parse_checkpoint(parse_note(final).text).size == 9
    assert disk.file("learning", "checkpoint") == first
    with disk.writer("learning"):
        assert disk.file("learning", "checkpoint") == final


def test_a_flipped_bit_before_the_disk_stops_the_signature(disk: Store) -> None:
    """The entry that was acknowledged and the entry in the database differ by one bit."""
    append(disk, 0, 5)
    with disk._database.write() as connection:
        data = connection.exec_driver_sql("SELECT data FROM segment").scalar()
        assert isinstance(data, bytes)
        flipped = data[:40] + bytes([data[40] ^ 1]) + data[41:]
        text = disk._database.marked("UPDATE segment SET data = ?")
        connection.exec_driver_sql(text, (flipped,))
    with pytest.raises(BadEvidence) as refused:
        sign(disk)
    assert refused.value.code == "store-damaged"
    assert disk.checkpoint("learning") is None
    assert disk.file("learning", "checkpoint") is None


@pytest.mark.parametrize("path", ["tile/0/000", "tile/entries/000", "tile/1/000.p/1"])
@pytest.mark.parametrize("damage", ["bit", "short", "empty"])
def test_damaged_tiles_are_never_signed_over(
    disk: Store, tmp_path: Path, url: str | None, path: str, damage: str
) -> None:
    append(disk, 0, 300)
    sign(disk)
    file = disk._folder / "learning" / path
    data = file.read_bytes()
    file.write_bytes(
        {"bit": bytes([data[0] ^ 1]) + data[1:], "short": data[:-1], "empty": b""}[damage]
    )
    append(disk, 300, 301)
    reopened = sealed_store(tmp_path / "home", url)
    try:
        with reopened.writer("learning") as writer:
            note = writer.sign_checkpoint(ORIGIN, SIGNER)
    except Refusal as refusal:
        assert refusal.code == "store-damaged"
    else:
        head = parse_checkpoint(parse_note(note).text)
        assert head.root == disk.root("learning", 301)
    finally:
        reopened.close()


def test_proofs_from_a_damaged_tile_are_refused(
    disk: Store, tmp_path: Path, url: str | None
) -> None:
    append(disk, 0, 600)
    sign(disk)
    file = disk._folder / "learning/tile/0/001"
    data = bytearray(file.read_bytes())
    data[70] ^= 1
    file.write_bytes(bytes(data))
    reopened = sealed_store(tmp_path / "home", url)
    with pytest.raises(BadEvidence) as refused:
        reopened.inclusion("learning", 257, 600)
    assert refused.value.code == "store-damaged"
    reopened.close()


def test_lost_tiles_are_computed(disk: Store, tmp_path: Path, url: str | None) -> None:
    append(disk, 0, 600)
    sign(disk)
    root = disk.root("learning", 600)
    shutil.rmtree(disk._folder / "learning/tile/0")
    reopened = sealed_store(tmp_path / "home", url)
    assert reopened.root("learning", 600) == root
    assert len(reopened.inclusion("learning", 3, 600)) == 10
    reopened.close()


def test_an_older_database_beside_newer_files_signs_nothing(tmp_path: Path) -> None:
    store = sealed_store(tmp_path)
    append(store, 0, 5)
    sign(store)
    store.close()
    shutil.copy(tmp_path / "store.db", tmp_path / "backup.db")
    store = sealed_store(tmp_path)
    append(store, 5, 9)
    note = sign(store)
    store.close()
    os.replace(tmp_path / "backup.db", tmp_path / "store.db")
    store = sealed_store(tmp_path)
    with store.writer("learning") as writer:
        writer.append([record(n, "another history") for n in range(5, 9)])
        with pytest.raises(BadEvidence) as refused:
            writer.sign_checkpoint(ORIGIN, SIGNER)
    assert refused.value.code == "stream-forked"
    assert store.file("learning", "checkpoint") == note
    store.close()


@pytest.mark.parametrize("change", ["shrunk", "forked"])
def test_a_forked_tree_is_never_signed(disk: Store, change: str) -> None:
    append(disk, 0, 5)
    note = sign(disk)
    values: dict[str, object] = (
        {"signed_size": 6} if change == "shrunk" else {"signed_root": bytes(32)}
    )
    with disk._database.write() as connection:
        connection.execute(update(stream).where(stream.c.kind == 3).values(values))
    if change == "forked":
        append(disk, 5, 6)
    with pytest.raises(BadEvidence) as refused:
        sign(disk)
    assert refused.value.code == "stream-forked"
    assert disk.checkpoint("learning") == note


def test_damaged_database_files(tmp_path: Path) -> None:
    store = sealed_store(tmp_path)
    append(store, 0, 2_000)
    store.close()
    database = tmp_path / "store.db"
    good = database.read_bytes()
    for bad in (b"no database at all" * 1_000, good[:5_000] + sha(1) * 1_000 + good[37_000:]):
        database.write_bytes(bad)
        with pytest.raises(Refusal) as refused:
            damaged = sealed_store(tmp_path)
            try:
                list(damaged.entries("learning", 0, 2_000))
                append(damaged, 2_000, 2_001)
            finally:
                damaged.close()
        assert refused.value.code == "store-damaged"


def test_the_key_for_duplicates_must_be_the_first(tmp_path: Path) -> None:
    sealed_store(tmp_path).close()
    key = tmp_path / "dedupe.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    with pytest.raises(BadEvidence) as refused:
        sealed_store(tmp_path)
    assert refused.value.code == "store-damaged"


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    sealed_store(tmp_path).close()
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(BadEvidence) as refused:
        sealed_store(tmp_path)
    assert refused.value.code == "store-newer"


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(CouldNotLook):
        sealed_store(tmp_path / "home")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EDQUOT, "disk-full"),
        (errno.EROFS, "store-unwritable"),
        (errno.EACCES, "store-unwritable"),
        (errno.EIO, "disk-error"),
    ],
)
def test_errors_of_the_disk_by_cause(
    disk: Store, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    append(disk, 0, 1)
    monkeypatch.setattr(tiles, "write_files", fails(lambda: OSError(number, os.strerror(number))))
    with pytest.raises(CouldNotLook) as refused:
        sign(disk)
    assert refused.value.code == code


def test_files_are_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: Sequence[tuple[Path, bytes]] = [(tmp_path / "a/b", b"1"), (tmp_path / "c", b"2")]
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails(lambda: OSError(errno.EIO, "I/O error")))
        with pytest.raises(OSError, match="I/O"):
            files.write_files(wanted)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    files.write_files(wanted)
    assert [path.read_bytes() for path, _ in wanted] == [b"1", b"2"]
