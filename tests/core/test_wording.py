"""Which texts may stand in a certificate."""

from __future__ import annotations

import pytest

from ledger.core import wording


@pytest.mark.parametrize(
    "name",
    [
        "王𠅤",
        "\U00031350",  # extension H, Unicode 15: unassigned in the tables of Python 3.11
        "\U0002ebf0",  # extension I, Unicode 15.1
        "\U000323b0",  # extension J, Unicode 17
    ],
)
def test_an_ideograph_is_good_whatever_the_tables_say(name: str) -> None:
    assert wording.is_wording(name)


@pytest.mark.parametrize("hidden", ["\u202e", "\x07", "\ue000", "\U0002ffff", "\U000e0001"])
def test_what_cannot_be_read_is_refused(hidden: str) -> None:
    assert wording.is_hidden(hidden)
    assert not wording.is_wording(f"王{hidden}")
