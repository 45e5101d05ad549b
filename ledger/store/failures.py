"""What went wrong with disk or database, as a refusal by cause."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, IntegrityError

from ledger.errors import BadEvidence, CouldNotLook, NotAllowed, Refusal
from ledger.store import messages as _messages  # noqa: F401  (registers the sentences)

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_WRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def refusing() -> Iterator[None]:
    """Turns errors of disk and database into refusals; other exceptions pass."""
    try:
        yield
    except DBAPIError as error:
        raise of_database(error) from error
    except OSError as error:
        raise of_disk(error) from error


def of_disk(error: OSError) -> Refusal:
    """disk-full, store-unwritable or disk-error (CouldNotLook)."""
    why = f"{error.strerror or error} {error.filename or ''}".strip()
    if error.errno in _NO_SPACE:
        return CouldNotLook("disk-full", why=why)
    if error.errno in _NOT_WRITABLE:
        return CouldNotLook("store-unwritable", why=why)
    return CouldNotLook("disk-error", why=why)


def of_database(error: DBAPIError) -> Refusal:
    """By SQLite's primary result code, or by the SQLSTATE of PostgreSQL."""
    why = str(error.orig)
    if isinstance(error, IntegrityError):
        if "certificate" in why:
            return NotAllowed("certificate-taken")
        return BadEvidence("store-damaged", what=why)
    if isinstance(error.orig, psycopg.Error):
        return _of_postgres(error.orig.sqlstate or "", why)
    code = getattr(error.orig, "sqlite_errorcode", None)
    match None if code is None else code & 0xFF:
        case 11 | 26:  # SQLITE_CORRUPT, SQLITE_NOTADB
            return BadEvidence("store-damaged", what=why)
        case 13:  # SQLITE_FULL
            return CouldNotLook("disk-full", why=why)
        case 5 | 6:  # SQLITE_BUSY, SQLITE_LOCKED
            return CouldNotLook("store-busy", why=why)
        case 3 | 8 | 14:  # SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN
            return CouldNotLook("store-unwritable", why=why)
        case 10:  # SQLITE_IOERR
            return CouldNotLook("disk-error", why=why)
        case None:
            return CouldNotLook("store-unreachable", why=why)
    return BadEvidence("store-damaged", what=why)


def _of_postgres(state: str, why: str) -> Refusal:
    """SQLSTATE of appendix A; its first two characters are the class."""
    match state:
        case "53100":  # disk_full
            return CouldNotLook("disk-full", why=why)
        case "55P03" | "40001" | "40P01" | "57014":  # lock, serialization, deadlock, time out
            return CouldNotLook("store-busy", why=why)
        case "25006" | "42501":  # read_only_sql_transaction, insufficient_privilege
            return CouldNotLook("store-unwritable", why=why)
        case "58030":  # io_error
            return CouldNotLook("disk-error", why=why)
    # Connection, authorization, resources, intervention, system; or no answer at all.
    if state[:2] in ("", "08", "28", "3D", "53", "57", "58"):
        return CouldNotLook("store-unreachable", why=why)
    return BadEvidence("store-damaged", what=why)
