"""How much of what clients send is in memory at once."""

from __future__ import annotations

import asyncio
import json

import pytest

from api.xapi.body import MAX_BODY
from api.xapi.room import Room
from api.xapi.submission import MAX_VALUES
from ledger.errors import CouldNotLook
from tests.xapi.world import Lrs, run, statement


def test_who_is_let_in_can_finish_and_others_wait() -> None:
    async def play() -> list[str]:
        room, seen, leave = Room(10), list[str](), asyncio.Event()

        async def client(name: str, size: int) -> None:
            async with room.of(size):
                seen.append(f"{name} in")
                await leave.wait()
            seen.append(f"{name} out")

        async with asyncio.TaskGroup() as clients:
            for name, size in (("a", 6), ("b", 4), ("c", 5)):
                clients.create_task(client(name, size))
            await asyncio.sleep(0.05)
            assert seen == ["a in", "b in"]
            leave.set()
        return seen

    assert "c out" in run(play())


def test_nobody_waits_for_ever() -> None:
    async def play() -> None:
        room = Room(10, wait=0.01)
        async with room.of(10):
            with pytest.raises(CouldNotLook) as refused:
                async with room.of(1):
                    pass
            assert (refused.value.code, refused.value.http_status) == ("server-busy", 503)
        async with room.of(10):
            pass

    run(play())


@pytest.mark.parametrize("many", ["{},", "1,", '{"a":1},', "[[]],"])
def test_too_many_values_are_refused_before_they_are_taken_apart(lrs: Lrs, many: str) -> None:
    inner = many * (MAX_VALUES // sum(map(many.count, "{[,")) + 1) + "1"
    body = json.dumps(statement(result={"extensions": {"http://x.example/e": 0}}))
    body = body.replace(": 0}", f": [{inner}]}}")
    assert len(body) < MAX_BODY
    answer = lrs.request(
        "POST", "statements", content=body.encode(), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "xapi-too-many-values")
