from __future__ import annotations

from typing import Any

import pytest

from ledger.core.commitment import commit
from ledger.errors import BadEvidence
from tests.vectors import cases, title


@pytest.mark.parametrize("case", cases("commitment", "valid"), ids=title)
def test_valid(case: dict[str, Any]) -> None:
    made = commit(bytes.fromhex(case["salt"]), bytes.fromhex(case["payload"]))
    assert made.hex() == case["commitment"]


@pytest.mark.parametrize("case", cases("commitment", "invalid"), ids=title)
def test_invalid(case: dict[str, Any]) -> None:
    with pytest.raises(BadEvidence) as caught:
        commit(bytes.fromhex(case["salt"]), bytes.fromhex(case["payload"]))
    assert caught.value.code == "commitment"


def test_salt_and_payload_both_count() -> None:
    made = {commit(bytes([salt]) * 32, payload) for salt in (0, 1) for payload in (b"", b"a")}
    assert len(made) == 4
