"""What hypothesis makes is what the standard allows."""

from __future__ import annotations

from hypothesis import given

from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from tests.core.xapi.made import STATEMENTS, Json


@given(STATEMENTS)
def test_statements_are_statements(made: Json) -> None:
    assert check_statement(made, Version.V2) is made
