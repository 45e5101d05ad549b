"""Files that are whole or not there: temporary file, fsync, rename, fsync of the directory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_AT_ONCE = 16  # fsyncs in flight: the file system commits them together


def write_files(files: Sequence[tuple[Path, bytes]], mode: int = 0o644) -> None:
    """Writes each file atomically; when it returns all of them are on disk. Raises OSError."""
    if not files:
        return
    folders = _make_folders({path.parent for path, _ in files})
    temporaries = [_temporary(path) for path, _ in files]
    try:
        for (_, data), temporary in zip(files, temporaries, strict=True):
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
        _sync_all(temporaries)
        for (path, _), temporary in zip(files, temporaries, strict=True):
            os.replace(temporary, path)
    except OSError:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)
        raise
    _sync_all(folders)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.tmp")  # its writer holds a lock: no second one


def _make_folders(wanted: Iterable[Path]) -> list[Path]:
    """Makes the folders; returns every folder whose own list of names will have changed."""
    touched = set(wanted)
    for folder in list(touched):
        missing = folder
        while not missing.exists():
            missing = missing.parent
            touched.add(missing)
        folder.mkdir(parents=True, exist_ok=True)
    return sorted(touched)


def _sync_all(paths: Sequence[Path]) -> None:
    if len(paths) == 1:
        _sync(paths[0])
        return
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(_sync, paths))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_from_disk(path: Path) -> bytes:
    """The file's bytes, read past the page cache where the system lets us drop it."""
    descriptor = os.open(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        return file.read()
