"""The auditor over a real chain and a real host: what is wrong is found, what is lost is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.core import merkle
from ledger.core.entry import Action
from ledger.core.kinds import Kind
from ledger.core.streams import stream_id
from ledger.core.tiles import pack_entries
from ledger.errors import CouldNotLook, NotAllowed, WrongUse
from ledger.ports import ChainReader, Change, Contracts
from tests import builders
from tests.core.audits import record
from tests.verifier.world import CREDENTIAL, STATUS, URLS, Ledger, furnished
from verifier.audit_state import StateFile, load_state, pin
from verifier.nodes import Agreement, Voice, Voices
from verifier.replay import AuditResult, Replay, State

BIG = 300
TILE = "streams/credential/tile/0/000"


def grown(made: Ledger) -> None:
    """A full tile of credentials in three anchors, a status stream in two, a learning stream."""
    furnished(made)
    made.append("credential", [builders.filler_entry(n) for n in range(20, BIG + 10)])
    made.anchor("credential")
    made.status((Action.REVOKE, 5), (Action.SUSPEND, 6))
    made.anchor("status")
    made.append("learning", [record(n) for n in range(3)])
    made.anchor("learning")


@pytest.fixture(scope="module")
def big() -> Any:
    from tests.verifier import world

    with world.ledger() as made:
        grown(made)
        yield made


@pytest.fixture
def made(big: Ledger) -> Any:
    yield big
    big.host.files.clear()
    big.host.down = False
    for node in big.nodes.values():
        node.down = False
        node.answers.clear()


def audit(made: Ledger, state: State | None = None) -> AuditResult:
    return Replay(made.agree(), made.host, state).run()


def codes(result: AuditResult) -> list[tuple[str, str]]:
    return [(found.code, found.where) for found in [*result.findings, *result.unlooked]]


def streams(result: AuditResult) -> dict[str, tuple[int, int]]:
    return {one["origin"]: (one["size"], one["anchors"]) for one in result.streams}


def test_clean(made: Ledger) -> None:
    seen: list[tuple[int, int]] = []
    result = Replay(made.agree(), made.host).run(lambda done, total: seen.append((done, total)))
    assert (result.verdict, codes(result)) == ("clean", [])
    size = len(made.host.entries["credential"])
    assert size == BIG
    assert streams(result) == {
        CREDENTIAL: (BIG, 3), STATUS: (3, 2), "xzu.edu.cn/learning": (3, 1),
        "xzu.edu.cn/teaching": (0, 0), "xzu.edu.cn/evaluation": (0, 0),
    }  # fmt: skip
    assert (result.entries, result.anchors) == (BIG + 6, 6)
    assert seen[-1] == (BIG + 6, BIG + 6)
    assert seen == sorted(seen)


def test_status_streams_come_first(made: Ledger) -> None:
    assert next(iter(streams(audit(made)))) == STATUS


def _bundle(made: Ledger, change: Callable[[list[bytes]], list[bytes]]) -> dict[str, bytes]:
    entries = made.host.entries["credential"]
    return {"streams/credential/tile/entries/000": pack_entries(change(entries[:256]))}


def test_entries_that_are_not_what_was_anchored(made: Ledger) -> None:
    def swapped(entries: list[bytes]) -> list[bytes]:
        return [entries[1], entries[0], *entries[2:]]

    made.host.files |= _bundle(made, swapped)
    result = audit(made)
    assert result.verdict == "findings"
    assert codes(result) == [("audit-root", f"{CREDENTIAL}#1")]


def test_a_bundle_one_short_could_not_be_looked_at(made: Ledger) -> None:
    made.host.files |= _bundle(made, lambda entries: entries[:-1])
    result = audit(made)
    assert (result.verdict, codes(result)) == ("undetermined", [("audit-unreadable", CREDENTIAL)])


@pytest.mark.parametrize("path", [TILE, "streams/credential/tile/0/001.p/44"])
def test_a_wrong_tile(made: Ledger, path: str) -> None:
    right = made.host._served(path)
    assert right is not None
    for wrong in (right[:-1] + bytes([right[-1] ^ 1]), right[:-32], b"", right + bytes(32)):
        made.host.files[path] = wrong
        result = audit(made)
        where = path.removeprefix("streams/credential/")
        assert codes(result) == [("audit-tile", f"{CREDENTIAL}/{where}")]


def test_a_wrong_upper_tile(made: Ledger) -> None:
    made.host.files["streams/credential/tile/1/000.p/1"] = bytes(32)
    assert codes(audit(made)) == [("audit-tile", f"{CREDENTIAL}/tile/1/000.p/1")]


def test_a_missing_tile_is_undetermined(made: Ledger) -> None:
    made.host.files[TILE] = CouldNotLook("host-missing", url=TILE)
    result = audit(made)
    assert (result.verdict, codes(result)) == ("undetermined", [("audit-unreadable", CREDENTIAL)])


def test_host_down(made: Ledger) -> None:
    made.host.down = True
    result = audit(made)
    assert result.verdict == "undetermined"
    assert {code for code, _ in codes(result)} == {"audit-unreadable"}
    assert len(result.unlooked) == 3  # the two empty streams have nothing to be read


def test_findings_outweigh_what_was_not_looked_at(made: Ledger) -> None:
    made.host.files |= _bundle(made, lambda entries: [entries[1], entries[0], *entries[2:]])
    made.host.files["streams/status/checkpoint"] = CouldNotLook("host-missing", url="u")
    result = audit(made)
    assert result.verdict == "findings"
    assert [code for code, _ in codes(result)] == ["audit-root", "audit-unreadable"]


def test_nodes_down_in_the_middle(made: Ledger) -> None:
    agreement = made.agree()
    for url in URLS[:2]:
        made.nodes[url].down = True
    result = Replay(agreement, made.host).run()
    assert (result.verdict, codes(result)) == ("undetermined", [("audit-unreadable", "chain")])


def _checkpoints(made: Ledger) -> dict[str, tuple[bytes, str]]:
    host, key = made.host, builders.CHECKPOINT_KEY
    foreign = builders.checkpoint_of(host.entries["credential"], builders.OTHER_KEY)
    assert key.public != builders.OTHER_KEY.public
    return {
        "contradiction": (host.checkpoint("credential", BIG, bytes(32)), "audit-contradiction"),
        "behind": (host.checkpoint("credential", 10), "audit-checkpoint-behind"),
        "foreign key": (foreign, "audit-checkpoint"),
        "another stream's": (host.checkpoint("status"), "audit-checkpoint"),
        "html": (b"<html>", "audit-checkpoint"),
        "empty": (b"", "audit-checkpoint"),
    }


@pytest.mark.parametrize(
    "name", ["contradiction", "behind", "foreign key", "another stream's", "html", "empty"]
)
def test_checkpoints(made: Ledger, name: str) -> None:
    note, code = _checkpoints(made)[name]
    made.host.files["streams/credential/checkpoint"] = note
    result = audit(made)
    assert codes(result) == [(code, f"{CREDENTIAL}/checkpoint")]
    for found in result.findings:
        assert "…" not in found.refusal.zh + found.refusal.en


def test_a_checkpoint_ahead_of_the_chain(ledger: Ledger) -> None:
    """Signed and not anchored yet: it must extend what is anchored."""
    furnished(ledger)
    ledger.append("credential", [builders.filler_entry(n) for n in range(20, 300)])
    assert audit(ledger).verdict == "clean"
    forked = [builders.filler_entry(400), *ledger.host.entries["credential"][1:]]
    root = merkle.root(merkle.leaf_hashes(forked))
    note = ledger.host.checkpoint("credential", None, root)
    ledger.host.files["streams/credential/checkpoint"] = note
    assert codes(audit(ledger)) == [("audit-contradiction", f"{CREDENTIAL}/checkpoint")]
    ledger.host.files["streams/credential/checkpoint"] = ledger.host.checkpoint("credential", 11)
    assert audit(ledger).verdict == "clean"


# --------------------------------------------------------------------------- again


def run(made: Ledger, state: State) -> tuple[AuditResult, State]:
    replay = Replay(made.agree(), made.host, state)
    return replay.run(), json.loads(json.dumps(replay.saved))


def test_two_runs_equal_one(ledger: Ledger) -> None:
    furnished(ledger)
    first, saved = run(ledger, {})
    ledger.append("credential", [builders.filler_entry(n) for n in range(20, 320)])
    ledger.anchor("credential")
    ledger.host.asked.clear()
    second, again = run(ledger, saved)
    whole, fresh = run(ledger, {})
    assert (first.verdict, second.verdict) == ("clean", "clean")
    assert again == fresh
    assert streams(second) == streams(whole)
    assert (second.entries, second.anchors) == (whole.entries, whole.anchors)


def test_what_was_replayed_is_not_read_again(made: Ledger) -> None:
    _, saved = run(made, {})
    made.host.asked.clear()
    result, _ = run(made, saved)
    assert result.verdict == "clean"
    assert TILE not in made.host.asked
    assert "streams/credential/tile/entries/000" not in made.host.asked


def test_findings_stay_found_and_are_said_once(made: Ledger) -> None:
    made.host.files |= _bundle(made, lambda entries: [entries[1], entries[0], *entries[2:]])
    first, saved = run(made, {})
    second, saved = run(made, saved)
    third, _ = run(made, saved)
    assert codes(first) == codes(second) == codes(third) == [("audit-root", f"{CREDENTIAL}#1")]


def test_a_run_that_lost_its_host_goes_on_from_there(made: Ledger) -> None:
    made.host.files["streams/credential/checkpoint"] = CouldNotLook("host-missing", url="u")
    result, saved = run(made, {})
    assert result.verdict == "undetermined"
    made.host.files.clear()
    made.host.asked.clear()
    assert run(made, saved)[0].verdict == "clean"
    assert TILE not in made.host.asked


def _state_with(made: Ledger, origin: str, **changes: Any) -> State:
    _, saved = run(made, {})
    saved[origin] = {**saved[origin], **changes}
    return saved


@pytest.mark.parametrize("origin", [CREDENTIAL, STATUS])
def test_a_chain_that_shrank(made: Ledger, origin: str) -> None:
    """The last run saw an anchor in a block that the chain has, and it is not there."""
    state = _state_with(made, origin, seq=9)
    result, saved = run(made, state)
    assert result.verdict == "findings"
    assert codes(result) == [("audit-shrunk", origin)]
    assert codes(run(made, saved)[0]) == [("audit-shrunk", origin)]


def test_the_same_seq_with_another_root(made: Ledger) -> None:
    result, _ = run(made, _state_with(made, STATUS, root="11" * 32, diverged=1))
    assert codes(result) == [("audit-shrunk", STATUS)]


def test_nodes_behind_the_last_run_are_no_accusation(made: Ledger) -> None:
    state = _state_with(made, CREDENTIAL, seq=9, block=10**6)
    result, saved = run(made, state)
    assert (result.verdict, codes(result)) == ("undetermined", [("audit-unreadable", CREDENTIAL)])
    assert saved[CREDENTIAL] == state[CREDENTIAL]


def test_a_stream_that_vanished(made: Ledger) -> None:
    _, saved = run(made, {})
    saved["gone.example/credential"] = {**saved[CREDENTIAL], "origin": "gone.example/credential"}
    assert codes(run(made, saved)[0]) == [("audit-shrunk", "gone.example/credential")]


def test_a_key_cut_off_between_two_runs(ledger: Ledger) -> None:
    """Frozen at the anchored size: what comes after must be reaffirmed."""
    furnished(ledger)
    _, saved = run(ledger, {})
    ledger.world.registrar.freeze_key(builders.CREDENTIAL_KEY.public)
    ledger.append("credential", [builders.filler_entry(30)])
    ledger.anchor("credential")
    result, _ = run(ledger, saved)
    assert codes(result) == [("audit-key-cut-off", f"{CREDENTIAL}[10]")]
    # Without the status stream nobody knows what was reaffirmed.
    path = "streams/status/tile/entries/000.p/2"
    ledger.host.files[path] = CouldNotLook("host-missing", url="u")
    lost, _ = run(ledger, {})
    assert codes(lost) == [("audit-unreadable", STATUS), ("audit-unreadable", CREDENTIAL)]
    ledger.host.files.clear()
    ledger.status((Action.REVOKE, 5), (Action.REAFFIRM, 10))
    ledger.anchor("status")
    assert run(ledger, {})[0].verdict == "clean"


def test_an_accreditation_that_ended(ledger: Ledger) -> None:
    furnished(ledger)
    ledger.world.registrar.propose([Change("endAccreditation", (1, 0))], 2**62)
    ledger.wait(60)
    ledger.append("credential", [builders.filler_entry(30)])
    with pytest.raises(NotAllowed, match="reverted"):  # the contract holds the same law
        ledger.anchor("credential")
    assert audit(ledger).verdict == "clean"


class Forged:
    """A reader that says something else about one thing: what no chain with our contracts can."""

    def __init__(self, inner: ChainReader, method: str, change: Callable[[Any], Any]) -> None:
        self._inner, self._method, self._change = inner, method, change

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name != self._method:
            return found
        return lambda *given: self._change(found(*given))


def forged(made: Ledger, method: str, change: Callable[[Any], Any]) -> AuditResult:
    reader: Any = Forged(made.reader, method, change)
    voices = Voices(1, [Voice("X", "x", reader)])
    return Replay(Agreement(voices, made.reader.block()), made.host).run()


FORGERIES: dict[str, tuple[str, Callable[[Any], Any], set[str]]] = {
    "anchor lost": ("anchored", lambda _: None, {"audit-unreadable"}),
    "foreign sender": (
        "anchored", lambda one: replace(one, sender="0x" + "11" * 20), {"audit-writer"},
    ),
    "no writer": ("writers", lambda _: [], {"audit-writer"}),
    "not accredited": (
        "institution", lambda row: replace(row, accreditations=()), {"audit-accreditation"},
    ),
    "no keys": (
        "institution", lambda row: replace(row, keys=()), {"audit-key", "audit-checkpoint"},
    ),
    "root": (
        "anchored", lambda one: replace(one, root=bytes(32)), {"audit-root", "audit-back-link"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_chain_facts(made: Ledger, name: str) -> None:
    method, change, wanted = FORGERIES[name]
    found = {code for code, _ in codes(forged(made, method, change))}
    assert wanted <= found <= wanted | {"audit-contradiction"}


# --------------------------------------------------------------------------- the state's file


def test_state_file(made: Ledger, tmp_path: Path) -> None:
    path, name = tmp_path / "state.json", pin(made.trust.chain)
    assert load_state(None, name) == load_state(path, name) == {}
    _, saved = run(made, {})
    StateFile(path, name).save(saved)
    assert load_state(path, name) == saved
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]
    good = path.read_bytes()
    chain = replace(made.trust.chain, chain_id=made.trust.chain.chain_id + 1)
    with pytest.raises(WrongUse, match="state-damaged"):
        load_state(path, pin(chain))
    bad = [
        b"", b"{}", b"[]", b"null", good[:-1], good.replace(b'"seq":3', b'"seq":2'), b"\xff" * 10,
        good.replace(b"XuezhengAuditState", b"XuezhengTrustBundle"), b"[" * 10_000,
    ]  # fmt: skip
    for data in bad:
        assert data != good
        path.write_bytes(data)
        with pytest.raises(WrongUse, match="state-damaged"):
            load_state(path, name)


def test_state_that_cannot_be_written(made: Ledger, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="file-unwritable"):
        StateFile(tmp_path / "no" / "state.json", "x").save({})
    with pytest.raises(WrongUse, match="state-damaged"):
        load_state(tmp_path, "x")


def test_state_is_kept_on_the_way(made: Ledger) -> None:
    kept: list[int] = []
    Replay(made.agree(), made.host, {}, lambda state: kept.append(len(state))).run()
    assert kept == [1, 2, 3]


def test_kinds_of_streams(made: Ledger) -> None:
    rows = made.reader.streams(1)
    assert {row.kind for row in rows} == {kind for kind in Kind if kind is not Kind.CONTINUATION}
    assert stream_id(CREDENTIAL) in {row.stream_id for row in rows}
    assert isinstance(made.reader.contracts, Contracts)
