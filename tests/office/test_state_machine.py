"""Random days of an institution against a small model, crashes included; then the oracle."""

from __future__ import annotations

import io
from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.core.entry import Action
from ledger.errors import NotAllowed
from ledger.office.anchor import anchor
from ledger.office.ingest import ingest
from ledger.office.issue import issue
from ledger.office.status import change_status
from tests.office import worlds
from tests.office.faults import Crash
from tests.office.worlds import Campus, Institution, degree, statement, teaching
from tests.oracle import derive_everything

NEXT = {
    ("active", Action.REVOKE): "revoked",
    ("active", Action.SUSPEND): "suspended",
    ("active", Action.SUPERSEDE): "superseded",
    ("suspended", Action.REVOKE): "revoked",
    ("suspended", Action.REINSTATE): "active",
    ("suspended", Action.SUPERSEDE): "superseded",
}
CRASHES = st.sampled_from(
    [
        (port, method, step)
        for port, method in (
            ("store", "append"),
            ("store", "sign_checkpoint"),
            ("store", "record_anchor"),
            ("sender", "anchor"),
        )
        for step in ("crash", "applied-crash")
    ]
)


class Days(RuleBasedStateMachine):
    """The model: the state of each number, the text of each statement, entries per stream."""

    campus: Campus

    @initialize()
    def begin(self) -> None:
        self.school: Institution = self.campus.institution()
        self.states: dict[str, str] = {}
        self.statements: dict[int, str] = {}
        self.taught: dict[int, int] = {}
        self.changes = 0

    @rule(numbers=st.sets(st.integers(0, 11), min_size=1, max_size=4))
    def issue(self, numbers: set[int]) -> None:
        rows = [degree(f"N-{number}") for number in sorted(numbers)]
        new = {row.number for row in rows} - set(self.states)
        assert issue(self.school.office, rows) == (len(new), len(rows) - len(new))
        self.states.update(dict.fromkeys(new, "active"))

    @precondition(lambda self: self.states)
    @rule(data=st.data(), action=st.sampled_from([a for a in Action if a is not Action.HEARTBEAT]))
    def change(self, data: st.DataObject, action: Action) -> None:
        number = data.draw(st.sampled_from(sorted(self.states)))
        after = NEXT.get((self.states[number], action))
        if action is Action.REAFFIRM:
            after = self.states[number]
        try:
            change_status(self.school.office, number, action, "other")
            made = True
        except NotAllowed:
            made = False
        assert made == (after is not None)
        self.states[number] = after or self.states[number]

    @rule(number=st.integers(0, 5), text=st.sampled_from(["done", "passed"]), twice=st.booleans())
    def ingest(self, number: int, text: str, twice: bool) -> None:
        lines = statement(number, text) * (2 if twice else 1)
        report = ingest(self.school.office, "teaching", io.BytesIO(lines))
        known = self.statements.setdefault(number, text)
        size = self.school.store.size("teaching")
        fresh = len(self.statements) + len(self.taught) == size and report.accepted == 1
        if known != text:
            assert report.accepted == 0
            assert len(report.refused) == 1 + twice
        else:
            assert report.accepted + report.duplicate == 1 + twice
            assert report.accepted == int(fresh)

    @rule(
        numbers=st.lists(st.integers(20, 29), min_size=1, max_size=4),
        crash=st.sampled_from([None, "crash", "applied-crash"]),
    )
    def teach(self, numbers: list[int], crash: str | None) -> None:
        lines = b"".join(teaching(number, f"t-{number % 3}") for number in numbers)
        school = self.school
        if crash:
            school = school.broken("statements", "append_statements", crash)
        with suppress(Crash):
            ingest(school.office, "teaching", io.BytesIO(lines))
        if crash != "crash":
            for number in numbers:
                self.taught.setdefault(number, len(self.taught) + len(self.statements))

    @precondition(lambda self: self.taught)
    @rule(data=st.data())
    def erase_taught(self, data: st.DataObject) -> None:
        index = data.draw(st.sampled_from(sorted(self.taught.values())))
        self.school.statements.erase_statement("teaching", index)
        assert self.school.store.payload("teaching", index) is None

    @rule()
    def anchor(self) -> None:
        anchor(self.school.office)
        assert anchor(self.school.office) == []

    @rule(crash=CRASHES)
    def crash_while_anchoring(self, crash: tuple[str, str, str]) -> None:
        port, method, step = crash
        with suppress(Crash):
            anchor(self.school.broken(port, method, step).office)

    @rule(number=st.integers(12, 15), step=st.sampled_from(["crash", "applied-crash"]))
    def crash_while_issuing(self, number: int, step: str) -> None:
        row = degree(f"N-{number}")
        with suppress(Crash):
            issue(self.school.broken("store", "append", step, step).office, [row])
        if self.school.store.certificate(row.number) is not None:
            self.states.setdefault(row.number, "active")

    def teardown(self) -> None:
        if not hasattr(self, "school"):
            return
        office = self.school.office
        derive_everything(office)
        anchor(office)
        derive_everything(office)
        assert self.school.store.size("credential") == len(self.states)
        assert self.school.store.size("teaching") == len(self.statements) + len(self.taught)


def test_days() -> None:
    with worlds.campus() as campus:
        Days.campus = campus
        run_state_machine_as_test(
            Days,
            settings=settings(
                max_examples=7,
                stateful_step_count=16,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
