"""Random histories: contracts and model accept the same steps and reach the same state, and the
auditor's replay of what was logged reaches it too."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from scripts.evm import Reverted
from tests import reference_merkle as reference
from tests.contracts.model import KINDS, NO_CUT_OFF, Head, Model, Refused
from tests.contracts.replayed import Replayed
from tests.contracts.world import (
    ALICE,
    ALL_KINDS,
    BOB,
    CAROL,
    DAY,
    SECOND,
    STRANGER,
    UNIVERSITY,
    World,
    entries,
    hexed,
    key,
    stream_id,
)

PEOPLE = (ALICE, BOB, CAROL, UNIVERSITY, SECOND, STRANGER)
DOMAINS = ("u1.edu.cn", "u2.edu.cn")
STREAMS = [stream_id(f"{d}/{k}{g}") for d in DOMAINS for k in KINDS for g in ("", "/1", "/2")]
TREES = {tag: entries(12, tag) for tag in ("", "fork ")}
ROOTS = {tag: [reference.root(tree[:n]) for n in range(13)] for tag, tree in TREES.items()}
KEYS = [key(name) for name in ("u1", "u1 checkpoint", "k0", "k1", "k2")]
SEEN: Counter[str] = Counter()

people, streams = st.sampled_from(PEOPLE), st.sampled_from(STREAMS)
main_streams = st.sampled_from([stream_id(f"u1.edu.cn/{k}") for k in KINDS[:3]])
institutions = st.sampled_from((1, 1, 1, 2, 3))
new_keys = st.tuples(st.sampled_from(KEYS), st.integers(1, 4), st.just(1))
thresholds = st.sampled_from((1, 2, 2, 3, 4))


def call(
    where: str, name: str, *parts: st.SearchStrategy[Any]
) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just(where), st.just(name), *parts)


CALLS = st.one_of(
    call("council", "addMember", people, thresholds),
    call("council", "removeMember", people, thresholds),
    call("council", "setThreshold", thresholds),
    call("registry", "admit", st.integers(1, 4)),
    call("registry", "endAccreditation", institutions, st.integers(0, 2)),
    call("registry", "addKey", institutions, new_keys),
    call("registry", "lowerCutOff", st.sampled_from(KEYS), st.sampled_from((0, 2, 5, NO_CUT_OFF))),
    call("registry", "setWriter", main_streams, people),
    call("registry", "closeStream", streams | main_streams),
)


@cache
def start() -> tuple[World, Any, Model]:
    """The tests' world, and the model brought to the same state by the same steps."""
    world = World.build()
    model = Model(ALICE, world.council.address, world.evm.chain_id)
    model.time = world.evm.time - 1
    model.propose(ALICE, [("council", "addMember", BOB, 2)], NO_CUT_OFF)
    model.propose(ALICE, [("council", "addMember", CAROL, 2)], NO_CUT_OFF)
    model.approve(BOB, 1)
    model.apply(UNIVERSITY, "U1", "u1.edu.cn", [(key("u1"), 1, 1), (key("u1 checkpoint"), 2, 1)])
    for change in (("admit", 1), ("accredit", 1, ALL_KINDS, 0b111110, 0, model.time + 365 * DAY)):
        model.propose(ALICE, [("registry", *change)], NO_CUT_OFF)
        model.approve(BOB, len(model.s.proposals) - 1)
    return world, world.evm.snapshot(), model


class Contracts(RuleBasedStateMachine):
    """Each rule does one step on both sides."""

    @initialize()
    def begin(self) -> None:
        self.world, point, model = start()
        self.world.evm.revert(point)
        self.model = copy.deepcopy(model)
        self.model.time = self.world.evm.time
        self.unchecked = True
        self.replayed = Replayed(self.world)
        self.ids = [self.world.council.get("proposalAt", n) for n in range(len(model.s.proposals))]

    def both(self, step: str, modelled: Callable[[], None], real: Callable[[], Any]) -> bool:
        """Run both; they must agree on acceptance and on the error. Returns acceptance."""
        expected = found = ""
        try:
            with self.model.transaction():
                modelled()
        except Refused as refused:
            expected = str(refused)
        try:
            real()
        except Reverted as reverted:
            found = self.world.error(reverted)[0]
        assert found == expected, step
        SEEN[f"{step} {found or 'accepted'}"] += 1
        self.unchecked = self.unchecked or not found
        return not found

    @rule(seconds=st.sampled_from((0, 1, 50, DAY, 7 * DAY)))
    def time_passes(self, seconds: int) -> None:
        self.world.evm.next_block(seconds)
        self.model.time += seconds

    @rule(
        who=people,
        code=st.sampled_from(("U1", "U2")),
        domain=st.sampled_from(DOMAINS),
        keys=st.lists(new_keys, max_size=2),
    )
    def apply(self, who: bytes, code: str, domain: str, keys: list[tuple[bytes, int, int]]) -> None:
        self.both(
            "apply",
            lambda: self.model.apply(who, code, domain, keys),
            lambda: self.world.apply(who, code, domain, keys),
        )

    def _propose(self, who: bytes, calls: list[tuple[Any, ...]], seconds: int) -> None:
        expiry = self.model.time + seconds
        accepted = self.both(
            "propose",
            lambda: self.model.propose(who, calls, expiry),
            lambda: self.world.propose(who, *calls, expiry=expiry),
        )
        if accepted:
            self.ids.append(self.world.council.get("proposalAt", len(self.ids)))

    @rule(
        who=people,
        calls=st.lists(CALLS, min_size=1, max_size=2),
        seconds=st.sampled_from((-1, 0, DAY, 30 * DAY)),
    )
    def propose(self, who: bytes, calls: list[tuple[Any, ...]], seconds: int) -> None:
        self._propose(who, calls, seconds)

    @rule(
        calls=st.lists(CALLS, min_size=1, max_size=2),
        approvers=st.lists(people, min_size=1, max_size=4, unique=True),
    )
    def decide(self, calls: list[tuple[Any, ...]], approvers: list[bytes]) -> None:
        """What random single approvals seldom complete."""
        before = len(self.ids)
        self._propose(self.model.s.members[0], calls, 30 * DAY)
        if len(self.ids) > before:
            for who in approvers:
                self._step("approve", who, before)

    @rule(
        institution=institutions,
        kinds=st.sampled_from((0, 1, 2, 8, ALL_KINDS)),
        begin=st.integers(-9, 60),
        length=st.sampled_from((0, 60, 30 * DAY)),
    )
    def accredit(self, institution: int, kinds: int, begin: int, length: int) -> None:
        start_at = self.model.time + begin
        self.decide(
            [("registry", "accredit", institution, kinds, 0, start_at, start_at + length)],
            [BOB, CAROL],
        )

    @rule(kind=st.integers(0, 3), same=st.booleans(), exact=st.booleans(), consent=st.booleans())
    def succeed(self, kind: int, same: bool, exact: bool, consent: bool) -> None:
        newest = self.model.newest(1, kind) or bytes(32)
        head = self.model.head(newest)
        chain = self.model.chain_id if same else 7
        change = (
            "registry",
            "openSuccessor",
            1,
            kind,
            chain,
            newest,
            head.size + (not exact),
            head.root,
        )
        self.decide([change], [BOB, CAROL, UNIVERSITY] if consent else [BOB, CAROL])

    def _step(self, name: str, who: bytes, number: int) -> None:
        self.both(
            name,
            lambda: getattr(self.model, name)(who, number),
            lambda: self.world.council.send(who, name, self.ids[number]),
        )

    @rule(
        name=st.sampled_from(("approve", "approve", "execute", "veto")),
        who=people,
        back=st.integers(0, 5),
    )
    def proposal_step(self, name: str, who: bytes, back: int) -> None:
        self._step(name, who, max(0, len(self.ids) - 1 - back))

    @rule(who=people | st.just(UNIVERSITY), public=st.sampled_from(KEYS))
    def freeze(self, who: bytes, public: bytes) -> None:
        self.both(
            "freezeKey",
            lambda: self.model.freeze_key(who, public),
            lambda: self.world.registry.send(who, "freezeKey", public),
        )

    @rule(
        who=people | st.just(UNIVERSITY) | st.just(UNIVERSITY),
        stream=main_streams | streams,
        growth=st.sampled_from((-1, 0, 1, 2, 3)),
        tag=st.sampled_from(("", "", "", "fork ")),
        late=st.booleans() | st.just(False),
    )
    def anchor(self, who: bytes, stream: bytes, growth: int, tag: str, late: bool) -> None:
        head = self.model.head(stream)
        follows = Head(head.size, max(0, head.seq - late), head.root)
        size = min(12, max(0, head.size + growth))
        same = head.size == 0 or ROOTS[tag][head.size] == head.root
        proof = (
            reference.consistency_proof(head.size, TREES[tag][:size])
            if 0 < head.size < size
            else []
        )
        arguments = (stream, follows.seq, head.size, head.root, size, ROOTS[tag][size], proof)
        self.both(
            "anchor",
            lambda: self.model.anchor(who, stream, follows, size, ROOTS[tag][size], same),
            lambda: self.replayed.anchored(
                self.world.log.send(who, "anchor", *arguments), who, TREES[tag][:size]
            ),
        )

    def teardown(self) -> None:
        if hasattr(self, "replayed"):
            SEEN["anchors replayed"] += self.replayed.compare()

    @invariant()
    def same_state(self) -> None:
        # A reverted step cannot have changed anything: the EVM sees to that.
        if not getattr(self, "unchecked", False):
            return
        self.unchecked = False
        world, s = self.world, self.model.s
        assert set(world.council.get("members")) == {hexed(m) for m in s.members}
        assert len(s.members) < 2 * s.threshold <= 2 * len(s.members)
        assert (world.council.get("threshold"), world.council.get("epoch")) == (
            s.threshold,
            s.epoch,
        )
        for number in range(len(self.ids))[-6:]:
            assert world.state(self.ids[number]) == self.model.state(number)
        assert world.registry.get("institutionCount") == len(s.institutions)
        assert world.registry.get("applicationCount") == len(s.applications)
        for number in range(1, len(s.institutions) + 1):
            self._same_institution(number)
        for identity, row in s.streams.items():
            self._same_stream(identity, row)

    def _same_institution(self, number: int) -> None:
        registry, s = self.world.registry, self.model.s
        found = {row[0]: (row[1], row[3], row[4]) for row in registry.get("keys", number)}
        mine = {
            p: (k.purpose, k.from_size, k.cut_off) for p, k in s.keys.items() if k.owner == number
        }
        assert found == mine
        rows = [[row[1], row[2], row[3], row[5]] for row in registry.get("accreditations", number)]
        assert rows == s.accreditations.get(number, [])
        ours = {i for i, row in s.streams.items() if row.institution == number}
        assert set(registry.get("streams", number)) == ours

    def _same_stream(self, identity: bytes, row: Any) -> None:
        registry, head = self.world.registry, self.model.head(identity)
        found = registry.get("stream", identity)
        assert found[:3] == (row.institution, row.kind, row.generation)
        assert (found[4] != 0) == row.closed and found[6:] == row.previous
        assert [w[0] for w in registry.get("writers", identity)] == [hexed(w) for w in row.writers]
        size, seq, _, _, root = self.world.log.get("head", identity)
        assert (size, seq, root) == (head.size, head.seq, head.root)


TestContracts = Contracts.TestCase
TestContracts.settings = settings(
    max_examples=12,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
