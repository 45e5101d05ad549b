"""The law of verdicts, as a table over all states of all checks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.core.verdict import CODES, DECIDING, Check, State, Verdict, conclude

states = st.fixed_dictionaries(
    {}, optional={code: st.sampled_from([State.PASS, *State]) for code in CODES}
)


def checks(given_states: dict[str, State]) -> list[Check]:
    return [Check(code, state, "", "") for code, state in given_states.items()]


@given(states)
def test_law(found: dict[str, State]) -> None:
    word = conclude(checks(found))
    usable = found.get("trust") is State.PASS
    assert (word == "invalid") == (usable and State.FAIL in found.values())
    if word == "valid":
        assert usable and all(found.get(code) is State.PASS for code in DECIDING)


def test_warnings_and_what_is_not_counted_leave_valid_possible() -> None:
    found = dict.fromkeys(CODES, State.PASS)
    for code in ("self_declared", "host", "date"):
        found[code] = State.WARN
    for code in ("agreement", "bearer"):
        found[code] = State.NOT_CHECKED
    assert conclude(checks(found)) == "valid"
    for code in DECIDING:
        for state in (State.UNKNOWN, State.NOT_CHECKED, State.WARN):
            assert conclude(checks(found | {code: state})) == "undetermined"
    assert conclude([]) == "undetermined"


def test_json_of_an_empty_verdict() -> None:
    value = Verdict("undetermined", None, None, (), {}).to_json("zh")
    assert value == {
        "verdict": "undetermined", "level": None, "as_of": None, "lines": [], "checks": [],
        "credential": {},
    }  # fmt: skip
