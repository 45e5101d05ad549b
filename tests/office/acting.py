"""People with keys, a charter, and a small term of teaching, for the tests of evaluation."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.core.evaluation.rules import check_rules
from ledger.core.people import ED25519, PersonKey, PersonSignature, message
from ledger.core.teaching.vocabulary import COURSE, FIELDS, RUN, SESSION, TYPES, VERSION, Kind, Need
from ledger.keys.file import Ed25519Signer
from ledger.office.anchor import anchor
from ledger.office.charter import appoint, set_charter
from ledger.office.ingest import ingest
from ledger.office.rules import approval_content, approve, shipped
from scripts.teaching_calendar import rfc3339
from tests.core.evaluation.acted import charter
from tests.office.worlds import Institution

HOME = "https://school.example"
TERM = "2026-03-02/2026-07-01"
START = 1_772_380_800  # 2026-03-02 00:00 +08:00
DAY, HOUR = 86_400, 3_600


@dataclass(frozen=True)
class Person:
    """An account with an Ed25519 key of its own, always the same."""

    name: str

    @property
    def account(self) -> str:
        return f"{HOME}|{self.name}"

    @property
    def _signer(self) -> Ed25519Signer:
        return Ed25519Signer(hashlib.sha256(self.name.encode()).digest())

    @property
    def key(self) -> PersonKey:
        return PersonKey(ED25519, self._signer.public_key)

    def sign(self, purpose: str, content: dict[str, Any]) -> PersonSignature:
        value = self._signer.sign(message(purpose, content))
        return PersonSignature(self.account, self.key.id, value)


DEAN, OFFICE, QUALITY, OBSERVER = (
    Person(name) for name in ("dean", "office", "quality", "observer")
)
TEACHERS = tuple(Person(f"t-{number}") for number in range(3))
ROLES = {DEAN: "department", OFFICE: "registrar", QUALITY: "department", OBSERVER: "observer"}


def founded(school: Institution, **changed: Any) -> None:
    """Charter and people, anchored."""
    set_charter(school.office, charter(**changed))
    for person, role in ROLES.items():
        appoint(school.office, person.account, [role], [person.key])
    for person in TEACHERS:
        appoint(school.office, person.account, ["teacher"], [person.key])
    anchor(school.office)


def approved(school: Institution, by: Iterable[Person] = (DEAN, OFFICE), data: Any = None) -> Any:
    """A rule set with approvals; the shipped workload unless another is given."""
    data = shipped()["online-workload"] if data is None else data
    rules, day = check_rules(data), date(2026, 3, 1)
    for person in by:
        content = approval_content(school.office, rules, day)
        approve(school.office, data, day, person.sign("approval", content))
    return data


# ------------------------------------------------------------------- records


def record(
    kind: str, key: str, teacher: Person = TEACHERS[0], at: int = START, **fields: Any
) -> dict[str, Any]:
    """A statement of a type of record, with an id that follows from type and key."""
    one = TYPES[kind]
    who = _agent(teacher.account)
    source = fields.pop("source", "platform")
    run = fields.pop("run", "r1")
    made: dict[str, Any] = {
        "id": statement_id(kind, key),
        "actor": who if one.taught_by_actor else _agent(f"{HOME}|{source}"),
        "verb": {"id": one.verb},
        "object": {
            "id": f"{HOME}/{kind}/{key}" if one.object_type not in _PLACES else _place(
                one.object_type, run, key
            ),
            "definition": {"type": one.object_type},
        },
        "context": {
            "platform": source,
            "contextActivities": {"category": [{"id": VERSION}]},
        },
        "timestamp": rfc3339(at),
    }  # fmt: skip
    if not one.taught_by_actor:
        made["context"]["instructor"] = who
    for place, activity, need in (
        ("grouping", COURSE, one.course), ("parent", RUN, one.run), ("other", SESSION, one.session)
    ):  # fmt: skip
        if need is Need.REQUIRED:
            made["context"]["contextActivities"][place] = [
                {"id": _place(activity, run, key), "definition": {"type": activity}}
            ]
    for name, value in fields.items():
        _put(made, name, value)
    return made


_PLACES = {COURSE: "course", RUN: "run", SESSION: "session"}


def _place(activity: str, run: str, key: str) -> str:
    name = {COURSE: "c1", RUN: run, SESSION: key}[activity]
    return f"{HOME}/{_PLACES[activity]}/{name}"


def statement_id(kind: str, key: str) -> str:
    text = hashlib.sha256(f"{kind}/{key}".encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"


def _agent(account: str) -> dict[str, Any]:
    home, _, name = account.partition("|")
    return {"objectType": "Agent", "account": {"homePage": home, "name": name}}


def _put(made: dict[str, Any], name: str, value: Any) -> None:
    field = FIELDS[name]
    if field.kind is Kind.INSTANT:
        value = rfc3339(value)
    if field.is_extension:
        made.setdefault(field.place, {}).setdefault("extensions", {})[field.iri] = value
    else:
        *path, last = field.place.removeprefix("$.").split(".")
        part = made
        for step in path:
            part = part.setdefault(step, {})
        part[last] = value


def term(
    teacher: Person = TEACHERS[0], sessions: int = 3, start: int = START
) -> list[dict[str, Any]]:
    """A run of 50 students with sessions of 90 minutes, on the timetable and held, one a day."""
    run = f"r-{teacher.name}"
    more: dict[str, Any] = {"teacher": teacher, "run": run}
    found = [
        record("run-opened", run, at=start - 20 * DAY, mode="live", first_run=False, open=False,
               starts=start, ends=start + 100 * DAY, enrolled=50, source="registrar", **more)
    ]  # fmt: skip
    for number in range(sessions):
        starts = start + number * DAY + 8 * HOUR
        span: dict[str, Any] = {"mode": "live", "starts": starts, "ends": starts + 5_400}
        key = f"{run}-{number}"
        found.append(
            record("slot-scheduled", key, at=start - 10 * DAY, source="registrar", **span, **more)
        )
        found.append(record("session-delivered", key, at=starts, attended=40, **span, **more))
    return found


def taken(school: Institution, statements: Iterable[dict[str, Any]]) -> int:
    """Ingested into `teaching` and anchored; how many were new."""
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in statements)
    report = ingest(school.office, "teaching", io.BytesIO(lines))
    assert [str(one.refusal) for one in report.refused] == []
    anchor(school.office)
    return report.accepted
