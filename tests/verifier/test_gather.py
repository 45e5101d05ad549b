"""Every part of the view missing in turn; whatever the host says, nothing is taken on trust."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.core.lookup import Bucket, format_bucket
from ledger.core.verification import Presented
from ledger.core.view import LedgerView, Missing
from ledger.errors import CouldNotLook
from tests import builders
from tests.verifier.world import URLS, Ledger, furnished
from verifier.gather import gather, read_entries, wanted

LOOKUP = "lookup/0/0"
STATUS_TILE = "streams/status/tile/entries/000.p/2"
CHECKPOINT = "streams/credential/checkpoint"
LOST: list[bytes | Exception] = [
    CouldNotLook("host-unreachable", url="u", why="cut"),
    CouldNotLook("host-missing", url="u"),
    CouldNotLook("host-garbage", url="u", why="HTTP 500"),
    b"",
    b"<html>",
    b"\x00\x01",
    b"{}",
    b"[" * 100_000,
    bytes(1000),
]


@pytest.fixture
def made(shared: tuple[Ledger, builders.Paper]) -> Any:
    ledger, _ = shared
    yield ledger
    ledger.host.files.clear()
    for node in ledger.nodes.values():
        node.answers.clear()


def view_of(made: Ledger, paper: builders.Paper, dated: bool = False) -> LedgerView:
    return gather(wanted(paper.document, paper.frame), made.agree(), made.host, dated)


def verdict_of(made: Ledger, paper: builders.Paper) -> str:
    return made.checker().check(Presented(document=paper.document, frame=paper.frame)).verdict


def test_everything_is_there(made: Ledger, shared: tuple[Ledger, builders.Paper]) -> None:
    view = view_of(made, shared[1], dated=True)
    for name in LedgerView.__dataclass_fields__:
        assert not isinstance(getattr(view, name), Missing), name
    assert view.status_times == ((2, made.now - 60),)


@pytest.mark.parametrize("lost", LOST, ids=repr)
@pytest.mark.parametrize(
    ("path", "part"), [(LOOKUP, "bucket"), (STATUS_TILE, "status_entries")]
)  # fmt: skip
def test_host_parts(
    made: Ledger, shared: tuple[Ledger, builders.Paper], path: str, part: str,
    lost: bytes | Exception,
) -> None:  # fmt: skip
    made.host.files[path] = lost
    view = view_of(made, shared[1])
    assert isinstance(getattr(view, part), Missing)
    assert verdict_of(made, shared[1]) == "undetermined"


@pytest.mark.parametrize("lost", LOST, ids=repr)
def test_a_bad_checkpoint_does_not_matter_online(
    made: Ledger, shared: tuple[Ledger, builders.Paper], lost: bytes | Exception
) -> None:
    made.host.files[CHECKPOINT] = lost
    assert verdict_of(made, shared[1]) == "valid"


def _changed(made: Ledger, change: Callable[[Bucket], Bucket]) -> bytes:
    return format_bucket(change(made.host.bucket(0, "0")))


def _members(**changes: Any) -> Callable[[Bucket], Bucket]:
    return lambda found: replace(
        found, members=tuple(replace(one, **changes) for one in found.members)
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda found: replace(found, members=()),
        lambda found: Bucket(0, ()),
        lambda found: replace(found, size=9),
        lambda found: replace(found, size=11),
        lambda found: replace(found, size=2**53 - 1),
        _members(index=3),
        _members(path=()),
        _members(path=(bytes(32),) * 64),
        _members(entry=builders.filler_entry(1)),
        _members(entry=b""),
        _members(anchor_block=2**53 - 1),
        _members(anchor_block=0),
        _members(anchor_seq=2),
        _members(anchor_seq=99),
        _members(key=bytes(32)),
    ],
)
def test_a_lying_look_up_is_undetermined(
    made: Ledger,
    shared: tuple[Ledger, builders.Paper],
    change: Callable[[Bucket], Bucket],
) -> None:
    made.host.files[LOOKUP] = _changed(made, change)
    assert verdict_of(made, shared[1]) == "undetermined"


def test_another_status_stream_is_undetermined(
    made: Ledger, shared: tuple[Ledger, builders.Paper]
) -> None:
    from ledger.core.tiles import pack_entries

    made.host.files[STATUS_TILE] = pack_entries([builders.filler_entry(1)] * 2)
    assert verdict_of(made, shared[1]) == "undetermined"
    made.host.files[STATUS_TILE] = pack_entries([builders.filler_entry(1)])
    assert isinstance(view_of(made, shared[1]).status_entries, Missing)


def test_a_wrong_bucket_is_not_listed(made: Ledger, shared: tuple[Ledger, builders.Paper]) -> None:
    other = [one for one in made.host.bucket(0, "0").members if one.index != builders.LEAF]
    made.host.files[LOOKUP] = format_bucket(Bucket(10, tuple(other)))
    assert view_of(made, shared[1]).covering == Missing("not-listed")


def test_the_anchor_is_not_found_on_chain(
    made: Ledger, shared: tuple[Ledger, builders.Paper]
) -> None:
    for url in URLS:
        made.nodes[url].answers["eth_getLogs"] = lambda params, found: []
    view = view_of(made, shared[1], dated=True)
    assert isinstance(view.covering, Missing)
    assert isinstance(view.status_times, Missing)
    assert verdict_of(made, shared[1]) == "undetermined"


@pytest.mark.parametrize("function", ["head", "institution"])
def test_nodes_refuse_in_the_middle(
    made: Ledger, shared: tuple[Ledger, builders.Paper], function: str
) -> None:
    from ledger.chain import abi
    from ledger.chain.artifacts import RECORD_LOG, REGISTRY

    contract = RECORD_LOG if function == "head" else REGISTRY
    selector = "0x" + abi.selector(contract, function).hex()

    def refuse(params: list[Any], found: Any) -> Any:
        return "0x1234" if params[0]["data"].startswith(selector) else found

    for url in URLS:
        made.nodes[url].answers["eth_call"] = refuse
    assert verdict_of(made, shared[1]) == "undetermined"


def test_nothing_readable_asks_no_host(made: Ledger, shared: tuple[Ledger, builders.Paper]) -> None:
    made.host.asked.clear()
    assert wanted(b"{}", None) is None
    assert wanted(None, b"") is None
    assert wanted(None, None) is None
    view = gather(None, made.agree(), made.host)
    assert isinstance(view.institution, Missing)
    assert not made.host.asked


def test_host_some_anchors_behind(ledger: Ledger) -> None:
    """Its proofs lead to an older anchored size; the back links find it on chain."""
    paper = furnished(ledger)
    old = format_bucket(ledger.host.bucket(0, "0"))
    for number in (20, 21, 22):
        ledger.append("credential", [builders.filler_entry(number)])
        ledger.anchor("credential")
    ledger.host.files[LOOKUP] = old
    view = view_of(ledger, paper)
    assert not isinstance(view.bucket_head, Missing)
    assert view.bucket_head[0] == 10
    assert verdict_of(ledger, paper) == "valid"
    # A size that was never anchored is not found.
    ledger.host.files[LOOKUP] = format_bucket(ledger.host.bucket(0, "0", 11 - 2))
    assert verdict_of(ledger, paper) == "undetermined"


def test_bundles(ledger: Ledger) -> None:
    """Any range of a stream, over bundle borders, full tiles in the place of partial ones."""
    entries = [builders.filler_entry(number) for number in range(600)]
    ledger.append("credential", entries)
    base = f"{builders.PUBLIC_URL}/streams/credential"
    for start, stop in [(0, 0), (0, 600), (1, 2), (255, 257), (256, 512), (300, 512), (512, 600)]:
        assert list(read_entries(ledger.host, base, start, stop)) == entries[start:stop]
    with pytest.raises(CouldNotLook):
        read_entries(ledger.host, base, 0, 601)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(lookup=st.binary(max_size=200), tile=st.binary(max_size=200))
def test_any_bytes_from_the_host(
    shared: tuple[Ledger, builders.Paper], lookup: bytes, tile: bytes
) -> None:
    made, paper = shared
    made.host.files |= {LOOKUP: lookup, STATUS_TILE: tile, CHECKPOINT: tile}
    try:
        assert verdict_of(made, paper) == "undetermined"
    finally:
        made.host.files.clear()
