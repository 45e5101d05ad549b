"""What clients do that the standard neither asks for nor forbids, and that must not matter."""

from __future__ import annotations

import pytest

from tests.xapi.world import BOUNDARY, Lrs


@pytest.mark.requirement("XAPI-00161", "XAPI-00167")
@pytest.mark.parametrize(
    ("attachments", "answered"), [("true", "multipart/mixed"), ("false", "application/json")]
)
def test_a_content_type_on_a_get_says_nothing(lrs: Lrs, attachments: str, answered: str) -> None:
    """Only the parameter chooses the form of the answer, not a header about a body not sent."""
    answer = lrs.request(
        "GET",
        "statements",
        {"attachments": attachments, "limit": "1"},
        headers={"Content-Type": f"multipart/mixed; boundary={BOUNDARY}"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].partition(";")[0] == answered
