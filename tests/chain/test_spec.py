"""The worked example of docs/spec/embedded-chain.md, and what the page lists."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ledger.chain.embedded.chain import EmbeddedChain
from ledger.chain.embedded.engine import GenesisSpec
from tests.chain.worlds import rpc

PAGE = (Path(__file__).parents[2] / "docs/spec/embedded-chain.md").read_text("utf-8")


def example() -> dict[str, Any]:
    found = re.search(r"```json example\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def test_the_worked_example() -> None:
    given = example()
    now = [given["genesis_time"]]
    spec = GenesisSpec(given["chain_id"], given["genesis_time"])
    chain = EmbeddedChain.in_memory(spec, lambda: now[0])
    genesis = rpc(chain, "eth_getBlockByNumber", "0x0", False)
    assert (genesis["hash"], genesis["extraData"]) == (given["genesis_hash"], given["extra_data"])
    now[0] = given["time"]
    body = json.dumps(given["request"]).encode()
    assert json.loads(chain.handle_http(body)) == given["answer"]
    assert json.loads(chain.handle_http(body)) == given["again"]
    block = rpc(chain, "eth_getBlockByNumber", "latest", False)
    assert (block["hash"], block["timestamp"]) == (given["block_hash"], given["block_time"])
    chain.close()


def test_the_page_lists_every_method() -> None:
    chain = EmbeddedChain.in_memory(GenesisSpec(2**24, 1))
    assert set(re.findall(r"`((?:eth|net|web3)_\w+)`", PAGE)) == set(chain._methods)
    chain.close()
