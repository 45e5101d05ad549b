"""The browser and the Python verifier, asked the same, answer the same: verdict, checks, level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.core.entry import Action
from ledger.core.registry import Head
from ledger.core.verification import Presented, verify
from ledger.core.view import InstitutionFacts
from tests import builders
from tests.web.conftest import Verifier
from tests.web.world import World

INDEX = builders.STATUS_INDEX
KEY = builders.KEYS[0]


def _key(**parts: int | None) -> Callable[[World], None]:
    return lambda world: world.institution(keys=(replace(KEY, **parts), builders.KEYS[1]))  # type: ignore[arg-type]


def _accreditation(**parts: int) -> Callable[[World], None]:
    def change(world: World) -> None:
        facts = world.view.institution
        assert isinstance(facts, InstitutionFacts)
        row = replace(facts.accreditations[0], **parts)
        world.institution(accreditations=(row,))

    return change


def _status_head(time: int) -> Callable[[World], None]:
    def change(world: World) -> None:
        head = world.view.status_head
        assert isinstance(head, Head)
        world.change(status_head=replace(head, time=time))

    return change


CHANGES: dict[str, Callable[[World], None]] = {
    "nothing": lambda world: None,
    "revoked": lambda world: world.status([(Action.REVOKE, INDEX)]),
    "suspended": lambda world: world.status([(Action.SUSPEND, INDEX)]),
    "superseded": lambda world: world.status([(Action.SUPERSEDE, INDEX)]),
    "key from later on": _key(from_size=builders.LEAF + 1),
    "key from here on": _key(from_size=builders.LEAF),
    "key cut off here": _key(cut_off=builders.LEAF),
    "key cut off later": _key(cut_off=builders.LEAF + 1),
    "key for checkpoints": _key(purpose=2),
    "key of another algorithm": _key(algorithm=2),
    "accredited too late": _accreditation(from_time=builders.COVERING_TIME + 1),
    "accredited until then": _accreditation(until=builders.COVERING_TIME),
    "accreditation ended": _accreditation(ended=builders.COVERING_TIME, ended_block=19),
    "accreditation ended later": _accreditation(ended=builders.COVERING_TIME + 1, ended_block=21),
    "not accredited for degrees": _accreditation(types=1 << 2),
    "not accredited for credentials": _accreditation(kinds=1 << 3),
    "just fresh": _status_head(time=builders.NOW - 7 * 86_400 + 1),
    "just stale": _status_head(time=builders.NOW - 7 * 86_400),
    "clock behind the chain": _status_head(time=builders.NOW + 3601),
    "nothing anchored": lambda world: world.change(
        credential_head=Head(0, 0, 0, 0, bytes(32)),
        bucket=replace(world.view.bucket, size=0, members=()),  # type: ignore[arg-type]
    ),
    "registry calls it otherwise": lambda world: world.institution(name="另一所大学"),
}


@pytest.mark.parametrize("form", ["frame", "document"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_browser_and_python_agree(
    deploy: Callable[..., Verifier], world: World, change: Callable[[World], None], form: str
) -> None:
    tab = deploy()
    change(world)
    if form == "frame":
        presented = Presented(frame=world.paper.frame, link_host=tab.url)
        tab.scan(world.paper.frame)
    else:
        presented = Presented(document=world.paper.document)
        tab.open()
        tab.drop(world.paper.document)
    wanted = verify(presented, world.trust(), world.view, builders.NOW)
    assert tab.verdict() == wanted.verdict
    assert tab.states() == {check.code: check.state.value for check in wanted.checks}
    level = "—" if wanted.level is None else f"{wanted.level} · "
    assert f"证据等级\n{level}" in tab.text()
