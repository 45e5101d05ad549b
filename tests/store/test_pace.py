"""What one process promised to its readers holds for those who write in other processes."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

from ledger.store.pace import Pace


def test_a_promise_binds_writers_elsewhere(tmp_path: Path) -> None:
    """The writer looked at the clock before the reader did, and writes after it."""
    here, elsewhere = Pace(tmp_path / "lock"), Pace(tmp_path / "lock")
    with elsewhere.writing():
        assert elsewhere.next(last=900, now=990) == 990
    assert here.promise(1_000)
    with elsewhere.writing():
        assert elsewhere.next(last=900, now=990) == 1_001


def test_nothing_is_promised_while_somebody_writes(tmp_path: Path) -> None:
    here, elsewhere = Pace(tmp_path / "lock"), Pace(tmp_path / "lock")
    with elsewhere.writing():
        assert not here.promise(1_000)
        assert not elsewhere.promise(1_000)
    assert here.promise(1_000)


def test_an_older_promise_stands(tmp_path: Path) -> None:
    """A clock that went back takes nothing back."""
    here, elsewhere = Pace(tmp_path / "lock"), Pace(tmp_path / "lock")
    assert here.promise(1_000)
    assert elsewhere.promise(500)
    third = Pace(tmp_path / "lock")
    with third.writing():
        assert third.next(last=0, now=600) == 1_001


def test_who_cannot_write_it_down_promises_nothing(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "lock")
    with mock.patch.object(os, "pwrite", side_effect=OSError(28, "No space left on device")):
        assert not pace.promise(1_000)
    assert pace.promise(1_000)
