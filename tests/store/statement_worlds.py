"""Random small worlds of statements: few agents, groups, activities, verbs and ids, much reuse.

A world is drawn in abstract, with `MARK` in every name, and made concrete by a number in its
place: so that many worlds live in one store without meeting.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from hypothesis import strategies as st

from ledger.core.canonical import canonical_json
from ledger.core.xapi.mentions import Mention, Role, agent_key
from ledger.core.xapi.references import VOIDED
from ledger.core.xapi.versions import Version
from ledger.office.context import Office
from ledger.office.statements import prepare_one, source
from ledger.ports.statements import NewStatement, StatementBatch, StatementQuery

Json = dict[str, Any]
MARK = "facade000000"
"""Twelve hex digits, so that it fits into a UUID."""
SPAN = 1_000_000
"""Milliseconds that a world may take."""

AGENTS: list[Json] = [
    {"mbox": f"mailto:ann@{MARK}.example"},
    {"mbox": f"mailto:Ann@{MARK}.Example", "name": "Ann"},
    {"mbox_sha1sum": f"{MARK}{'A' * 28}"},
    {"openid": f"http://{MARK}.example/ben"},
    {"account": {"homePage": f"http://{MARK}.example", "name": "2023001"}, "objectType": "Agent"},
]
GROUPS: list[Json] = [
    {"objectType": "Group", "account": {"homePage": f"http://{MARK}.example", "name": "class-1"}},
    {"objectType": "Group", "mbox": f"mailto:team@{MARK}.example", "member": AGENTS[:2]},
    {"objectType": "Group", "member": [AGENTS[0], AGENTS[3]]},
]
ACTORS = [*AGENTS, *GROUPS]
ACTIVITIES: list[Json] = [
    {"id": f"http://{MARK}.example/course/{name}"} for name in ("1", "课", "3")
]
DEFINITIONS: list[Json] = [
    {"name": {"en": "Algebra"}},
    {"name": {"zh-CN": "代数"}, "type": "http://adlnet.gov/expapi/activities/course"},
]
VERBS = [f"http://{MARK}.example/verb/{name}" for name in ("answered", "passed")]
IDS = [f"{number:08x}-1111-4111-8111-{MARK}" for number in range(12)]
REGISTRATIONS = [f"{number:08x}-2222-4222-8222-{MARK}" for number in range(2)]
AUTHORITIES = [AGENTS[4], {"objectType": "Agent", "openid": f"http://{MARK}.example/platform"}]


def one_in(chance: int, strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The strategy, or None the other times."""
    return st.integers(1, chance).flatmap(lambda n: strategy if n == 1 else st.none())


@st.composite
def activities(draw: st.DrawFn) -> Json:
    definition = draw(one_in(3, st.sampled_from(DEFINITIONS)))
    found = draw(st.sampled_from(ACTIVITIES))
    return {**found, "definition": definition} if definition else found


@st.composite
def contexts(draw: st.DrawFn) -> Json:
    some_activities = st.lists(activities(), min_size=1, max_size=2)
    given = {
        "registration": draw(one_in(2, st.sampled_from(REGISTRATIONS))),
        "instructor": draw(one_in(3, st.sampled_from(ACTORS))),
        "team": draw(one_in(3, st.sampled_from(GROUPS))),
        "contextActivities": draw(
            one_in(2, st.fixed_dictionaries({"parent": some_activities | activities()}))
        ),
        "contextAgents": draw(one_in(4, st.sampled_from(AGENTS).map(lambda one: [{"agent": one}]))),
        "contextGroups": draw(one_in(4, st.sampled_from(GROUPS).map(lambda one: [{"group": one}]))),
        "statement": draw(one_in(4, statement_refs())),  # it refers, and no filter sees through it
    }
    return {name: value for name, value in given.items() if value is not None}


def statement_refs() -> st.SearchStrategy[Json]:
    return st.sampled_from(IDS).map(lambda id: {"objectType": "StatementRef", "id": id})


def agent_objects() -> st.SearchStrategy[Json]:
    return st.sampled_from(ACTORS).map(lambda one: {"objectType": "Agent", **one})


@st.composite
def parts(draw: st.DrawFn, objects: st.SearchStrategy[Json]) -> Json:
    """What a statement and a SubStatement have in common."""
    found: Json = {
        "actor": draw(st.sampled_from(ACTORS)),
        "verb": {"id": draw(st.sampled_from(VERBS))},
        "object": draw(objects),
    }
    context = draw(one_in(2, contexts()))
    return {**found, "context": context} if context else found


@st.composite
def statements(draw: st.DrawFn) -> Json:
    plain = activities() | agent_objects()
    inner = parts(plain | statement_refs()).map(lambda one: {"objectType": "SubStatement", **one})
    found = draw(parts(plain | statement_refs() | statement_refs() | inner))
    if found["object"].get("objectType") == "StatementRef" and draw(st.booleans()):
        found["verb"] = {"id": VOIDED}
    return found


@dataclass(frozen=True)
class Batch:
    """Statements with their authorities, for one stream."""

    kind: str
    statements: list[tuple[Json, Json]]


@dataclass(frozen=True)
class Transaction:
    """`later`: milliseconds after the one before. `erased`: ids of what is erased thereafter."""

    later: int
    batches: list[Batch]
    erased: list[str]


@dataclass(frozen=True)
class World:
    """Transactions in order, and what is asked afterwards."""

    transactions: list[Transaction]
    queries: list[StatementQuery]


KINDS = st.sampled_from(["learning", "learning", "learning", "teaching"])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    count = draw(st.integers(3, len(IDS)))
    ids = draw(st.permutations(IDS))
    conflicting = draw(one_in(4, st.integers(0, count - 1)))
    submitted = [
        {**draw(statements()), "id": ids[0] if place == conflicting else ids[place]}
        for place in range(count)
    ]
    again = st.sampled_from(submitted)
    asserted = st.tuples(again, st.sampled_from(AUTHORITIES))
    fresh = iter(submitted)
    transactions = []
    for _ in range(draw(st.integers(2, 5))):
        batches = []
        for _ in range(draw(st.integers(1, 3))):
            mine = list(itertools.islice(fresh, draw(st.integers(1, 4))))
            batch = [(one, draw(st.sampled_from(AUTHORITIES))) for one in mine]
            batch += draw(st.lists(asserted, max_size=1))
            batches.append(Batch(draw(KINDS), batch))
        erased = draw(one_in(5, st.lists(st.sampled_from(IDS), max_size=2))) or []
        transactions.append(Transaction(draw(st.sampled_from([0, 1, 50])), batches, erased))
    queries = draw(st.lists(queries_(), min_size=3, max_size=8))
    return World(transactions, queries)


def _mentions(*roles: Role) -> st.SearchStrategy[tuple[Mention, ...]]:
    """A filter over one value: plain (the first role), or broad (both)."""
    values = {
        Role.VERB: [*VERBS, VOIDED],
        Role.REGISTRATION: REGISTRATIONS,
        Role.AGENT: sorted({agent_key(one) for one in ACTORS} - {""}),
        Role.ACTIVITY: [one["id"] for one in ACTIVITIES],
    }[roles[0]]
    asked = st.integers(1, len(roles)).map(lambda count: roles[:count])
    return st.builds(
        lambda taken, value: tuple((role, value) for role in taken), asked, st.sampled_from(values)
    )


@st.composite
def queries_(draw: st.DrawFn) -> StatementQuery:
    """`since` and `until` count from the world's beginning."""
    filters = [
        draw(one_in(5, _mentions(Role.VERB))),
        draw(one_in(5, _mentions(Role.REGISTRATION))),
        draw(one_in(3, _mentions(Role.AGENT, Role.AGENT_RELATED))),
        draw(one_in(3, _mentions(Role.ACTIVITY, Role.ACTIVITY_RELATED))),
    ]
    return StatementQuery(
        filters=tuple(one for one in filters if one),
        authority=draw(one_in(6, st.sampled_from(AUTHORITIES).map(canonical_json))),
        since=draw(one_in(8, st.integers(-1, 60))),
        until=draw(one_in(8, st.integers(-1, 60))),
        ascending=draw(st.booleans()),
        limit=draw(st.integers(1, 5)),
        voided=draw(one_in(5, st.just(True))) or False,
    )


# --------------------------------------------------------------------------- made concrete


class Bare:
    """As much of an office as preparing needs; nothing is known, so that no rule but the store's
    own keeps a voiding statement from being voided."""

    def __init__(self, label: str) -> None:
        self._chance = (hashlib.sha512(f"{label}{n}".encode()).digest() for n in itertools.count())
        self.statements = self

    def clock(self) -> int:
        return 1_700_000_000

    def entropy(self, size: int) -> bytes:
        return next(self._chance)[:size]

    def voiding(self, id: bytes) -> bool:
        return False

    def statement(self, id: bytes) -> None:
        return None


@dataclass(frozen=True)
class Concrete:
    """One world with a number of its own; times are absolute."""

    number: int
    world: World

    @property
    def start(self) -> int:
        return self.number * SPAN

    def named(self, value: Any) -> Any:
        """The JSON value with the world's own names."""
        return json.loads(self.text(json.dumps(value)))

    def text(self, text: str) -> str:
        return text.replace(MARK, f"{self.number:012x}")

    def id(self, text: str) -> bytes:
        """One of `IDS` as the world has it."""
        return UUID(self.text(text)).bytes

    def transactions(self) -> Iterator[tuple[int, list[StatementBatch], list[bytes]]]:
        """(now, batches, ids to be erased then)."""
        office, now = cast(Office, Bare(f"world {self.number}")), self.start
        for one in self.world.transactions:
            now += one.later
            batches = [StatementBatch(tuple(self._new(office, batch))) for batch in one.batches]
            yield now, batches, [self.id(text) for text in one.erased]

    def _new(self, office: Office, batch: Batch) -> Iterator[NewStatement]:
        for statement, authority in batch.statements:
            asserted = canonical_json(self.named(authority))
            common = source(office, Version.V2, asserted, kind=batch.kind)
            yield prepare_one(office, common, self.named(statement))

    def queries(self) -> Iterator[StatementQuery]:
        """Never reaching back into an earlier world."""
        for query in self.world.queries:
            since = -1 if query.since is None else query.since
            yield StatementQuery(
                filters=tuple(
                    tuple((role, self.text(value)) for role, value in one) for one in query.filters
                ),
                authority=query.authority and self.text(query.authority.decode()).encode(),
                since=self.start + since,
                until=None if query.until is None else self.start + query.until,
                ascending=query.ascending,
                limit=query.limit,
                voided=query.voided,
            )
