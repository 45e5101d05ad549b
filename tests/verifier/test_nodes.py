"""k of n parties must give the very same answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger.core.streams import stream_id
from ledger.core.trust import Contract, Node
from ledger.errors import CouldNotLook, WrongUse
from ledger.ports import Head
from tests import builders
from tests.verifier.world import CREDENTIAL, URLS, Ledger
from verifier.nodes import Agreement, missing, plain

STREAM = stream_id(CREDENTIAL)


def head(agreement: Agreement) -> Head:
    return agreement.ask(lambda node: node.head(STREAM, agreement.block.number))


def lying(params: list[Any], found: Any) -> Any:
    """Every call answers zeros of the same length."""
    return "0x" + "00" * (len(found[2:]) // 2)


def refused(look: Callable[[], object]) -> CouldNotLook:
    with pytest.raises(CouldNotLook) as caught:
        look()
    assert "…" not in caught.value.zh + caught.value.en
    return caught.value


@pytest.fixture
def made(shared: tuple[Ledger, builders.Paper]) -> Any:
    """The shared ledger, its nodes mended afterwards."""
    ledger, _ = shared
    yield ledger
    for node in ledger.nodes.values():
        node.down = False
        node.answers.clear()


def test_all_agree(made: Ledger) -> None:
    assert head(made.agree()).size == 10


def test_a_lying_minority_is_outvoted(made: Ledger) -> None:
    made.nodes[URLS[2]].answers["eth_call"] = lying
    assert head(made.agree()).size == 10


def test_a_lying_majority_that_differs_is_no_answer(made: Ledger) -> None:
    made.nodes[URLS[1]].answers["eth_call"] = lying
    made.nodes[URLS[2]].answers["eth_call"] = lambda params, found: found[:-2] + "ff"
    assert refused(lambda: head(made.agree())).code == "nodes-too-few"


def test_garbage_counts_as_silence(made: Ledger) -> None:
    made.nodes[URLS[0]].answers["eth_call"] = lambda params, found: {"a": 1}
    assert head(made.agree()).size == 10
    made.nodes[URLS[1]].answers["eth_call"] = lambda params, found: None
    assert refused(lambda: head(made.agree())).detail["agreeing"] == 1


def test_a_node_that_died_is_not_asked_again(made: Ledger) -> None:
    agreement = made.agree()
    made.nodes[URLS[0]].down = True
    assert head(agreement).size == 10
    before = made.nodes[URLS[0]].asked
    assert head(agreement).size == 10
    assert made.nodes[URLS[0]].asked == before


@pytest.mark.parametrize("method", ["eth_chainId", "eth_getCode", "eth_getBlockByNumber"])
def test_nodes_of_another_chain_are_dropped(made: Ledger, method: str) -> None:
    def other(params: list[Any], found: Any) -> Any:
        if method == "eth_chainId":
            return hex(int(found, 16) + 1)
        if method == "eth_getCode":
            return found + "00"
        return {**found, "hash": "0x" + "11" * 32} if params[0] == "0x0" else found

    made.nodes[URLS[0]].answers[method] = other
    assert head(made.agree()).size == 10
    made.nodes[URLS[1]].answers[method] = other
    refusal = refused(made.agree)
    assert refusal.code == "nodes-too-few"
    assert URLS[0] in refusal.detail["why"]
    assert URLS[1] in refusal.detail["why"]


def test_two_nodes_of_one_member_are_one_voice(made: Ledger) -> None:
    codes = ("XZU", "XZU", "HHU")
    nodes = tuple(Node(code, url) for code, url in zip(codes, URLS, strict=True))
    original = made.trust
    made.trust = made.trust_with(nodes=nodes)
    try:
        made.nodes[URLS[2]].down = True
        assert refused(made.agree).detail["agreeing"] == 1
        made.nodes[URLS[2]].down = False
        assert head(made.agree()).size == 10
        # Where they differ, they have none.
        made.nodes[URLS[1]].answers["eth_call"] = lying
        assert refused(lambda: head(made.agree())).code == "nodes-too-few"
    finally:
        made.trust = original


def test_given_nodes_must_all_agree(made: Ledger) -> None:
    assert head(made.agree(*URLS[:2])).size == 10
    made.nodes[URLS[1]].down = True
    assert refused(lambda: made.agree(*URLS[:2])).detail == {
        "needed": 2, "agreeing": 1, "why": f"{URLS[1]} cut",
    }  # fmt: skip
    assert head(made.agree(URLS[0])).size == 10
    assert refused(lambda: made.agree("https://elsewhere.example/")).code == "nodes-too-few"


def test_given_addresses_that_are_none(made: Ledger) -> None:
    def connect(url: str, contracts: object) -> Any:
        raise WrongUse("bad-node-url", url=url)

    from verifier.nodes import agree

    with pytest.raises(WrongUse):
        agree(made.trust, connect, ["nonsense"])
    assert refused(lambda: agree(made.trust, connect)).code == "nodes-too-few"


def test_a_bundle_without_nodes(made: Ledger) -> None:
    from verifier.nodes import agree

    trust = made.trust_with(nodes=())
    assert refused(lambda: agree(trust, made.connect)).code == "no-nodes"


def test_a_single_operator_needs_one_node(made: Ledger) -> None:
    chain = replace(made.trust.chain, engine="embedded")
    from verifier.nodes import agree

    for url in URLS[1:]:
        made.nodes[url].down = True
    assert agree(made.trust_with(chain=chain), made.connect).needed == 1


def test_one_gateway_does_not_outweigh_the_others_of_an_embedded_chain(made: Ledger) -> None:
    from verifier.nodes import agree

    trust = made.trust_with(chain=replace(made.trust.chain, engine="embedded"))
    ahead = made.reader.block().number + 1_000

    def further(params: list[Any], found: Any) -> Any:
        return {**found, "number": hex(ahead)} if params[0] in ("latest", hex(ahead)) else found

    made.nodes[URLS[0]].answers = {"eth_call": lying, "eth_getBlockByNumber": further}
    agreement = agree(trust, made.connect)
    assert agreement.block.number < ahead
    assert head(agreement).size == 10
    made.nodes[URLS[1]].down = True
    assert refused(lambda: head(agree(trust, made.connect))).code == "nodes-too-few"


def test_contracts_that_are_not_there(made: Ledger) -> None:
    chain = replace(
        made.trust.chain, council=Contract("0x" + "12" * 20, made.trust.chain.council.code_hash)
    )
    from verifier.nodes import agree

    assert (
        refused(lambda: agree(made.trust_with(chain=chain), made.connect)).detail["agreeing"] == 0
    )


def test_the_highest_block_that_enough_have(made: Ledger) -> None:
    newest = made.reader.block().number

    def behind(params: list[Any], found: Any) -> Any:
        if params[0] == "latest":
            return made.nodes[URLS[0]].inner.request(
                "eth_getBlockByNumber", [hex(newest - 1), False]
            )
        return found

    made.nodes[URLS[0]].answers["eth_getBlockByNumber"] = behind
    assert made.agree().block.number == newest
    made.nodes[URLS[1]].answers["eth_getBlockByNumber"] = behind
    assert made.agree().block.number == newest - 1


def test_reasons_are_told_apart() -> None:
    assert missing(CouldNotLook("no-nodes")).reason == "nodes"
    assert missing(CouldNotLook("host-garbage", url="u", why="w")) == missing(
        CouldNotLook("node-garbage", url="u", why="w")
    )
    assert missing(CouldNotLook("host-unreachable", url="u", why="w")).reason == "unreachable"
    assert plain(CouldNotLook("anchor-not-found")) == "anchor-not-found"
