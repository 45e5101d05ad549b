"""Filters see through StatementRefs (Communication 2.1.3.s3), case by case, on every store."""

from __future__ import annotations

import itertools
from typing import Any, cast

import pytest

from ledger.core.canonical import canonical_json
from ledger.core.xapi.equivalence import equivalent
from ledger.core.xapi.mentions import Mention, Role, agent_key
from ledger.core.xapi.references import VOIDED
from ledger.core.xapi.versions import Version
from ledger.memory import MemoryStatementStore
from ledger.office.context import Office
from ledger.office.statements import prepare_one, source
from ledger.ports.statements import Cursor, StatementBatch, StatementQuery, StatementStore
from ledger.store import Store
from tests.store.statement_worlds import Bare

Json = dict[str, Any]
BEN = {"mbox": "mailto:ben@example.org"}
ANDREW = {"mbox": "mailto:andrew@example.org"}
PLATFORM, OTHER = {"openid": "http://p.example/"}, {"openid": "http://o.example/"}
TRAINING = {"id": "http://example.org/explosives-training"}
PASSED, CONFIRMED = "http://example.org/passed", "http://example.org/confirmed"
BY_BEN: tuple[Mention, ...] = ((Role.AGENT, agent_key(BEN)),)
BY_ANDREW: tuple[Mention, ...] = ((Role.AGENT, agent_key(ANDREW)),)
ON_TRAINING: tuple[Mention, ...] = ((Role.ACTIVITY, TRAINING["id"]),)
IS_PASSED: tuple[Mention, ...] = ((Role.VERB, PASSED),)
IS_CONFIRMED: tuple[Mention, ...] = ((Role.VERB, CONFIRMED),)


@pytest.fixture
def statements(anywhere: Store | None) -> StatementStore:
    return anywhere or MemoryStatementStore()


def uuid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


class World:
    """A store to which statements are given one by one, in the order of their places."""

    def __init__(self, store: StatementStore) -> None:
        self.store = store
        self._office = cast(Office, Bare("filters"))
        self._now = itertools.count(1_000, 10)

    def has(
        self, *given: tuple[int, Json], authority: Json = PLATFORM, kind: str = "learning"
    ) -> None:
        """Each in a transaction of its own."""
        for number, statement in given:
            common = source(self._office, Version.V1, canonical_json(authority), kind=kind)
            new = prepare_one(self._office, common, {"id": uuid(number), **statement})
            (outcome,) = self.store.append_statements(
                [StatementBatch((new,))], equivalent, next(self._now)
            )
            assert outcome.conflict is None

    def found(self, *filters: tuple[Mention, ...], **more: Any) -> list[int]:
        """Numbers of the statements that meet all filters, oldest first."""
        query = StatementQuery(filters=filters, ascending=True, **more)
        return [int.from_bytes(one.id[:4], "big") for one in self.store.statements(query)]


@pytest.fixture
def world(statements: StatementStore) -> World:
    return World(statements)


def passed(actor: Json = BEN) -> Json:
    return {"actor": actor, "verb": {"id": PASSED}, "object": TRAINING}


def about(number: int, verb: str = CONFIRMED, actor: Json = ANDREW) -> Json:
    reference = {"objectType": "StatementRef", "id": uuid(number)}
    return {"actor": actor, "verb": {"id": verb}, "object": reference}


def test_the_example_of_the_standard(world: World) -> None:
    world.has((1, passed()), (2, about(1)), (3, passed(ANDREW)))
    assert world.found(BY_BEN) == [1, 2]
    assert world.found(ON_TRAINING) == [1, 2, 3]
    assert world.found(BY_ANDREW) == [2, 3]


def test_one_statement_meets_all_filters(world: World) -> None:
    """Andrew confirmed what Ben passed: nothing here says that Andrew passed."""
    world.has((1, passed()), (2, about(1)))
    assert world.found(BY_BEN, IS_PASSED, ON_TRAINING) == [1, 2]
    assert world.found(BY_ANDREW, IS_CONFIRMED) == [2]
    assert world.found(BY_ANDREW, IS_PASSED) == []
    assert world.found(BY_ANDREW, ON_TRAINING) == []


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_chains_in_any_order_of_arrival(world: World, order: tuple[int, ...]) -> None:
    chain = {1: passed(), 2: about(1), 3: about(2, "http://example.org/noted")}
    world.has(*((number, chain[number]) for number in order))
    assert sorted(world.found(BY_BEN)) == [1, 2, 3]
    assert sorted(world.found(IS_CONFIRMED)) == [2, 3]


def test_circles_end(world: World) -> None:
    world.has((1, about(3, PASSED, BEN)), (2, about(1)), (3, about(2)), (4, about(4, PASSED)))
    assert world.found(BY_BEN) == [1, 2, 3]
    assert world.found(IS_PASSED) == [1, 2, 3, 4]


def test_times_and_authority_are_those_of_the_statement_returned(world: World) -> None:
    world.has((1, passed()), authority=PLATFORM)  # at 1000 ms
    world.has((2, about(1)), authority=OTHER)  # at 1010 ms
    assert world.found(BY_BEN, since=1_000) == [2]
    assert world.found(BY_BEN, until=1_009) == [1]
    for authority, number in ((PLATFORM, 1), (OTHER, 2)):
        only = {"authority": canonical_json(authority)}
        assert world.found(**only) == [number]
        assert world.found(BY_BEN, **only) == [number]
        assert world.found(BY_BEN, IS_PASSED, **only) == [number]
        assert world.found(BY_ANDREW, IS_PASSED, **only) == []


def test_a_voided_statement_is_left_out_and_still_seen_through(world: World) -> None:
    """Communication 2.1.4: it is not returned, those that target it are."""
    world.has((1, passed()), (2, about(1)), (3, about(1, VOIDED)))
    assert world.found() == [2, 3]
    assert world.found(BY_BEN) == [2, 3]
    assert world.found(BY_BEN, voided=True) == [1, 2, 3]


def test_what_is_erased_is_not_seen_through(world: World) -> None:
    world.has((1, passed()), (2, about(1)), (3, about(2)))
    assert world.store.erase_statement("learning", 1)
    assert not world.store.erase_statement("learning", 1)
    assert world.found() == [1, 3]
    assert world.found(BY_BEN) == [1]
    assert world.found(IS_CONFIRMED) == [3]


def test_a_reference_in_context_or_substatement_is_none(world: World) -> None:
    reference = {"objectType": "StatementRef", "id": uuid(1)}
    inner = {"objectType": "SubStatement", **about(1)}
    world.has((1, passed()), (2, {**passed(ANDREW), "context": {"statement": reference}}))
    world.has((3, {**about(1), "object": inner}))
    assert world.found(BY_BEN) == [1]


def test_a_reference_into_the_other_stream(world: World) -> None:
    world.has((1, passed()), kind="teaching")
    world.has((2, about(1)))
    assert world.found(BY_BEN) == [1, 2]


def test_pages_over_both_streams(world: World) -> None:
    for number in range(8):
        world.has((number, passed()), kind=("learning", "teaching")[number % 3 == 0])
    for ascending in (True, False):
        seen: list[int] = []
        query = StatementQuery(filters=(BY_BEN,), ascending=ascending, limit=3)
        while found := world.store.statements(query):
            seen += [int.from_bytes(one.id[:4], "big") for one in found]
            after = Cursor(found[-1].stored, found[-1].kind, found[-1].index)
            query = StatementQuery(filters=(BY_BEN,), ascending=ascending, limit=3, after=after)
        assert seen == (list(range(8)) if ascending else list(range(7, -1, -1)))


def test_broad_filters(world: World) -> None:
    context = {"instructor": BEN, "contextActivities": {"parent": [TRAINING]}}
    world.has((1, {**about(9), "context": context}), (2, passed()))
    wide = (*BY_BEN, (Role.AGENT_RELATED, agent_key(BEN)))
    assert world.found(BY_BEN) == [2]
    assert world.found(wide) == [1, 2]
    assert world.found(wide, (*ON_TRAINING, (Role.ACTIVITY_RELATED, TRAINING["id"]))) == [1, 2]
    assert world.found(((Role.AGENT_RELATED, agent_key(PLATFORM)),)) == [1, 2]
