"""An exported archive (ZIP), read file by file in memory; nothing is unpacked to disk.

Sizes are bounded by what is read, never by what the archive says of itself. Names that lead
elsewhere, links, encryption, two files of one name, foreign compression: the archive as a whole is
refused, WrongUse("archive-refused"), because nobody could say what was checked.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ledger.core.record import MAX_RECORD
from ledger.errors import WrongUse
from verifier import messages as _messages  # noqa: F401  (registers the codes)

SIGNATURE = b"PK\x03\x04"
MAX_FILES = 200_000
MAX_TOTAL = 4 << 30
"""Bytes of all files together, unpacked."""
MAX_OTHER = 64 << 20
"""Bytes of a file that is no record, such as an attachment."""
RECORDS = "records/"

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)*", re.ASCII)
_STEP = 1 << 16
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)
"""What `zipfile` raises for an archive that it cannot read. RuntimeError: an encrypted member, and
by a subclass of it a version or a flag that it does not know."""


@contextmanager
def opened_archive(path: Path) -> Iterator[Archive]:
    """The archive in a file."""
    try:
        with path.open("rb") as file, _zip(file) as found:
            yield Archive(found)
    except OSError as error:
        why = error.strerror or str(error)
        raise WrongUse("file-unreadable", path=path, why=why) from error


class Archive:
    """The members of an archive, in their order."""

    def __init__(self, found: zipfile.ZipFile) -> None:
        self._zip = found
        self._left = MAX_TOTAL
        members = found.infolist()
        if len(members) > MAX_FILES:
            raise _refused(f"> {MAX_FILES} files")
        self._members = [one for one in members if not one.is_dir()]
        names = {one.filename.casefold() for one in self._members}
        if len(names) != len(self._members):
            raise _refused("two files of one name")
        for one in members:
            _check(one)

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """(name, content) of every file, one at a time."""
        for one in self._members:
            yield one.filename, self._read(one)

    def _read(self, one: zipfile.ZipInfo) -> bytes:
        limit = MAX_RECORD if one.filename.startswith(RECORDS) else MAX_OTHER
        limit = min(limit, self._left)
        data = bytearray()
        try:
            with self._zip.open(one) as file:
                while part := file.read(_STEP):
                    data += part
                    if len(data) > limit:
                        raise _refused(f"{one.filename}: > {limit} bytes")
        except _DAMAGED as bad:
            raise _refused(f"{one.filename}: {type(bad).__name__}") from bad
        self._left -= len(data)
        return bytes(data)


def _zip(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except _DAMAGED as bad:
        raise _refused(type(bad).__name__) from bad


def _check(one: zipfile.ZipInfo) -> None:
    name = one.filename.removesuffix("/")
    # The library cuts names at a NUL and turns the other slash round: what the file says counts.
    if one.orig_filename != one.filename or len(name) > 200 or not _NAME.fullmatch(name):
        raise _refused(f"name {one.orig_filename[:80]!r}")
    if stat.S_ISLNK(one.external_attr >> 16):
        raise _refused(f"{name}: link")
    if one.flag_bits & 1:
        raise _refused(f"{name}: encrypted")
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused(f"{name}: compression {one.compress_type}")


def _refused(why: str) -> WrongUse:
    return WrongUse("archive-refused", why=why)
