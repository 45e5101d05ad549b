"""The three contracts as plain Python: what they should do, without a line of how.

Accounts, keys and stream ids are bytes; calls of a proposal are tuples ``(where, name,
*arguments)`` as in ``tests.contracts.world``. A refused step raises ``Refused`` with the contract's
error name and changes nothing.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

KINDS = ("credential", "status", "learning", "teaching", "evaluation")
NO_CUT_OFF = 2**64 - 1
VETO_DELAY = 7 * 86_400
Call = tuple[Any, ...]


class Refused(Exception):
    """The contract must refuse with this error."""


def need(condition: bool, error: str) -> None:
    """Refuse unless the condition holds."""
    if not condition:
        raise Refused(error)


@dataclass
class Proposal:
    expiry: int
    epoch: int
    calls: list[Call]
    approvals: list[bytes] = field(default_factory=list)
    ready_at: int = 0
    ended: str = ""


@dataclass
class Key:
    owner: int
    purpose: int
    from_size: int
    cut_off: int = NO_CUT_OFF


@dataclass
class Stream:
    institution: int
    kind: int
    generation: int
    writers: list[bytes]
    closed: bool = False
    previous: tuple[int, bytes, int, bytes] = (0, bytes(32), 0, bytes(32))


@dataclass
class Head:
    size: int
    seq: int
    root: bytes


@dataclass
class State:
    members: list[bytes]
    threshold: int = 1
    epoch: int = 1
    proposals: list[Proposal] = field(default_factory=list)
    applications: list[Any] = field(default_factory=list)
    institutions: list[tuple[bytes, str, str]] = field(default_factory=list)
    keys: dict[bytes, Key] = field(default_factory=dict)
    accreditations: dict[int, list[list[int]]] = field(default_factory=dict)
    streams: dict[bytes, Stream] = field(default_factory=dict)
    heads: dict[bytes, Head] = field(default_factory=dict)


class Model:
    """The contracts; every public method but the views is one transaction."""

    def __init__(self, founder: bytes, council: bytes, chain_id: int) -> None:
        self.s = State([founder])
        self.council, self.chain_id, self.time = council, chain_id, 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing."""
        before = copy.deepcopy(self.s)
        try:
            yield
        except Refused:
            self.s = before
            raise

    # Council

    def propose(self, sender: bytes, calls: list[Call], expiry: int) -> None:
        need(sender in self.s.members, "NotMember")
        need(1 <= len(calls) <= 32, "BadCallCount")
        need(expiry >= self.time, "ExpiryPassed")
        self.s.proposals.append(Proposal(expiry, self.s.epoch, calls))
        self.touched(self.s.proposals[-1])
        self._approve(sender, self.s.proposals[-1])

    def approve(self, sender: bytes, number: int) -> None:
        p = self._open(number)
        need(sender in self.s.members or sender in self.touched(p), "NotEntitled")
        self._approve(sender, p)

    def execute(self, sender: bytes, number: int) -> None:
        need(self.state(number) == "waiting", "NotOpen")
        p = self.s.proposals[number]
        need(self.time >= p.ready_at, "DelayNotOver")
        self._run(p)

    def veto(self, sender: bytes, number: int) -> None:
        p = self._open(number)
        need(sender in self.touched(p), "NotEntitled")
        p.ended = "vetoed"

    def state(self, number: int) -> str:
        p = self.s.proposals[number]
        if p.ended:
            return p.ended
        if p.epoch != self.s.epoch:
            return "void"
        if self.time > p.expiry:
            return "expired"
        return "waiting" if p.ready_at else "pending"

    def touched(self, p: Proposal) -> list[bytes]:
        """Accounts whose consent is needed, in order of the calls."""
        found = []
        for where, name, *arguments in p.calls:
            if where == "registry" and name in ("addKey", "openSuccessor"):
                found.append(self._institution(arguments[0])[0])
            elif where == "registry" and name == "setWriter":
                found.append(self._institution(self._stream(arguments[0]).institution)[0])
        return found

    def _open(self, number: int) -> Proposal:
        need(self.state(number) in ("pending", "waiting"), "NotOpen")
        return self.s.proposals[number]

    def _approve(self, sender: bytes, p: Proposal) -> None:
        need(sender not in p.approvals, "AlreadyApproved")
        p.approvals.append(sender)
        if len(set(p.approvals) & set(self.s.members)) < self.s.threshold:
            return
        if set(self.touched(p)) <= set(p.approvals):
            self._run(p)
        elif not p.ready_at:
            p.ready_at = self.time + VETO_DELAY

    def _run(self, p: Proposal) -> None:
        p.ended = "executed"
        for _, name, *arguments in p.calls:
            getattr(self, "_do_" + re.sub("([A-Z])", r"_\1", name).lower())(*arguments)

    def _do_add_member(self, account: bytes, k: int) -> None:
        need(account not in (bytes(20), self.council), "BadAccount")
        need(account not in self.s.members, "AlreadyMember")
        self.s.members.append(account)
        self._do_set_threshold(k)

    def _do_remove_member(self, account: bytes, k: int) -> None:
        need(account in self.s.members, "NotMember")
        self.s.members.remove(account)
        self._do_set_threshold(k)

    def _do_set_threshold(self, k: int) -> None:
        n = len(self.s.members)
        need(n < 2 * k and k <= n, "ThresholdOutOfBounds")
        self.s.threshold = k
        self.s.epoch += 1

    # IssuerRegistry

    def apply(
        self, sender: bytes, code: str, domain: str, keys: list[tuple[bytes, int, int]]
    ) -> None:
        self.s.applications.append([sender, code, domain, keys, False])

    def freeze_key(self, sender: bytes, public: bytes) -> None:
        key = self._key(public)
        need(self._institution(key.owner)[0] == sender, "OnlyOwnAccount")
        key.cut_off = min(key.cut_off, self._anchored(key.owner))

    def authority(self, stream: bytes, writer: bytes) -> int:
        row = self.s.streams.get(stream)
        if row is None:
            return 1
        if row.closed:
            return 4
        if row.writers[-1] != writer:
            return 2
        return 0 if row.kind == 2 or self._accredited(row) else 3

    def _accredited(self, row: Stream) -> bool:
        return any(
            kinds >> row.kind & 1
            and begin <= self.time < until
            and not (ended and ended <= self.time)
            for begin, until, ended, kinds in self.s.accreditations.get(row.institution, [])
        )

    def newest(self, institution: int, kind: int) -> bytes | None:
        """The institution's stream of the kind with the highest generation."""
        found = [
            (s.generation, i)
            for i, s in self.s.streams.items()
            if (s.institution, s.kind) == (institution, kind)
        ]
        return max(found)[1] if found else None

    def _anchored(self, institution: int) -> int:
        newest = self.newest(institution, 1)
        return self.s.heads[newest].size if newest in self.s.heads else 0

    def _institution(self, number: int) -> tuple[bytes, str, str]:
        need(1 <= number <= len(self.s.institutions), "UnknownInstitution")
        return self.s.institutions[number - 1]

    def _stream(self, identity: bytes) -> Stream:
        need(identity in self.s.streams, "UnknownStream")
        return self.s.streams[identity]

    def _key(self, public: bytes) -> Key:
        need(public in self.s.keys, "UnknownKey")
        return self.s.keys[public]

    def _do_admit(self, number: int) -> None:
        need(1 <= number <= len(self.s.applications), "UnknownApplication")
        application = self.s.applications[number - 1]
        account, code, domain, keys, admitted = application
        need(not admitted, "AlreadyAdmitted")
        application[4] = True
        for place, value, error in (
            (0, account, "AccountTaken"),
            (1, code, "CodeTaken"),
            (2, domain, "DomainTaken"),
        ):
            need(all(row[place] != value for row in self.s.institutions), error)
        self.s.institutions.append((account, code, domain))
        owner = len(self.s.institutions)
        for public, purpose, _ in keys:
            self._add_key(owner, public, purpose, 0)
        for kind in range(1, 6):
            self._open_stream(owner, kind, 0)

    def _add_key(self, owner: int, public: bytes, purpose: int, from_size: int) -> None:
        need(public not in self.s.keys, "KeyTaken")
        self.s.keys[public] = Key(owner, purpose, from_size)

    def _open_stream(self, owner: int, kind: int, generation: int) -> Stream:
        account, _, domain = self.s.institutions[owner - 1]
        origin = f"{domain}/{KINDS[kind - 1]}" + (f"/{generation}" if generation else "")
        row = Stream(owner, kind, generation, [account])
        self.s.streams[sha256(origin.encode()).digest()] = row
        return row

    def _do_accredit(
        self, institution: int, kinds: int, types: int, begin: int, until: int
    ) -> None:
        self._institution(institution)
        need(0 < kinds < 64 and not kinds & 1, "BadKinds")
        begin = max(begin, self.time)
        need(begin < until, "BadPeriod")
        self.s.accreditations.setdefault(institution, []).append([begin, until, 0, kinds])

    def _do_end_accreditation(self, institution: int, row: int) -> None:
        self._institution(institution)
        rows = self.s.accreditations.get(institution, [])
        need(row < len(rows), "UnknownAccreditation")
        need(not rows[row][2], "AlreadyEnded")
        rows[row][2] = self.time

    def _do_add_key(self, institution: int, new: tuple[bytes, int, int]) -> None:
        self._institution(institution)
        self._add_key(
            institution, new[0], new[1], self._anchored(institution) if new[1] == 1 else 0
        )

    def _do_lower_cut_off(self, public: bytes, cut_off: int) -> None:
        key = self._key(public)
        need(cut_off < key.cut_off, "CutOffNotLower")
        key.cut_off = cut_off

    def _do_set_writer(self, identity: bytes, account: bytes) -> None:
        row = self._stream(identity)
        need(not row.closed, "StreamIsClosed")
        need(account != bytes(20), "BadWriter")
        row.writers.append(account)

    def _do_close_stream(self, identity: bytes) -> None:
        row = self._stream(identity)
        need(not row.closed, "StreamIsClosed")
        row.closed = True

    def _do_open_successor(
        self, institution: int, kind: int, chain: int, old: bytes, size: int, root: bytes
    ) -> None:
        self._institution(institution)
        current = self.newest(institution, kind)
        if current is None:
            raise Refused("BadKind")
        need(self.s.streams[current].closed, "StreamNotClosed")
        head = self.head(current)
        same = (old, size, root) == (current, head.size, head.root)
        need(same if chain == self.chain_id else head.size == 0, "PreviousMismatch")
        row = self._open_stream(institution, kind, self.s.streams[current].generation + 1)
        row.previous = (chain, old, size, root)

    # RecordLog

    def head(self, stream: bytes) -> Head:
        return self.s.heads.get(stream, Head(0, 0, sha256(b"").digest()))

    def anchor(
        self, sender: bytes, stream: bytes, follows: Head, size: int, root: bytes, proved: bool
    ) -> None:
        """``proved``: whether the new tree extends the one it follows, and the proof says so."""
        need(follows == self.head(stream), "HeadMismatch")
        need(size > follows.size, "SizeNotGrowing")
        need(self.authority(stream, sender) == 0, "NotAuthorized")
        need(proved, "ProofInvalid")
        self.s.heads[stream] = Head(size, follows.seq + 1, root)
