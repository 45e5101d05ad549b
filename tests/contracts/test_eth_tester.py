"""The same contracts through other eyes: web3's contract objects on eth-tester's own chain.

The rest of this folder calls the EVM directly and codes by its own hand; here deployment, admission
and anchoring go through the libraries that everybody uses, as real signed-for transactions.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import TransactionFailed
from web3 import EthereumTesterProvider, Web3

from ledger.chain.artifacts import COUNCIL, RECORD_LOG, REGISTRY, artifact
from ledger.chain.deploy import created_address
from tests import reference_merkle as reference
from tests.contracts.world import ALL_KINDS, DAY, EMPTY, LEARNING, entries, key

NETWORK = sha256(b"eth-tester").digest()


class Deployed:
    """The three contracts, the founder admitted and accredited by its own council of one."""

    def __init__(self) -> None:
        self.web3 = Web3(EthereumTesterProvider(EthereumTester(PyEVMBackend())))
        accounts: Any = self.web3.eth.accounts
        self.founder: Any = accounts[0]
        self.stranger: Any = accounts[1]
        council, registry, record_log = (created_address(self.founder, n) for n in range(3))
        self.council = self._deploy(COUNCIL, council, self.founder, registry)
        self.registry = self._deploy(REGISTRY, registry, council, record_log)
        self.log = self._deploy(RECORD_LOG, record_log, registry, NETWORK)

    def _deploy(self, name: str, predicted: str, *arguments: Any) -> Any:
        made = artifact(name)
        factory = self.web3.eth.contract(abi=made.abi, bytecode=made.creation)
        receipt = self.mined(factory.constructor(*arguments), self.founder)
        assert receipt["contractAddress"] == predicted
        return self.web3.eth.contract(address=receipt["contractAddress"], abi=made.abi)

    def mined(self, call: Any, sender: str) -> Any:
        """Sends a transaction and waits; its receipt."""
        receipt = self.web3.eth.wait_for_transaction_receipt(call.transact({"from": sender}))
        assert receipt["status"] == 1
        return receipt

    def admit(self) -> None:
        """Applies, admits and accredits in one proposal."""
        texts = (
            "U1",
            "u1.edu.cn",
            "某大学",
            "A University",
            "https://u1.example",
            "https://v.example",
        )
        keys = [(key("u1"), 1, 1)]
        self.mined(self.registry.functions.submitApplication(*texts, keys), self.founder)
        now = self.web3.eth.get_block("latest")["timestamp"]
        calls = [
            (self.registry.address, self.registry.encode_abi("admit", args=[1])),
            (
                self.registry.address,
                self.registry.encode_abi("accredit", args=[1, ALL_KINDS, 2, now, now + 365 * DAY]),
            ),
        ]
        self.mined(self.council.functions.propose(calls, now + 30 * DAY), self.founder)

    def anchor(self, seq: int, old: int, new: int, sender: str) -> Any:
        """Anchors the first `new` entries of the learning stream after `old`."""
        tree = entries(new)
        proof = reference.consistency_proof(old, tree) if old else []
        old_root = reference.root(tree[:old]) if old else EMPTY
        return self.mined(
            self.log.functions.anchor(
                LEARNING, seq, old, old_root, new, reference.root(tree), proof
            ),
            sender,
        )


@pytest.fixture(scope="module")
def deployed() -> Deployed:
    world = Deployed()
    world.admit()
    return world


def test_admission_is_read_back_through_web3(deployed: Deployed) -> None:
    functions = deployed.registry.functions
    assert functions.institutionByDomain("u1.edu.cn").call() == 1
    account, _, code, domain, name, *_ = functions.institution(1).call()
    assert (account, code, domain, name) == (deployed.founder, "U1", "u1.edu.cn", "某大学")
    assert functions.authority(LEARNING, deployed.founder).call() == 0
    assert functions.authority(LEARNING, deployed.stranger).call() == 2


def test_anchors_are_logged_and_refused_by_name(deployed: Deployed) -> None:
    deployed.anchor(0, 0, 3, deployed.founder)
    receipt = deployed.anchor(1, 3, 8, deployed.founder)
    (event,) = deployed.log.events.Anchored().process_receipt(receipt)
    first = reference.root(entries(3))
    assert event["args"]["seq"] == 2 and event["args"]["prevRoot"] == first
    size, seq, block, _, root = deployed.log.functions.head(LEARNING).call()
    assert (size, seq, block) == (8, 2, receipt["blockNumber"])
    assert root == reference.root(entries(8))
    with pytest.raises(TransactionFailed) as moved:
        deployed.anchor(1, 3, 9, deployed.founder)  # the head has moved on
    assert selector("HeadMismatch(uint64,uint64,bytes32)") in str(moved.value)
    with pytest.raises(TransactionFailed) as not_theirs:
        deployed.anchor(2, 8, 9, deployed.stranger)
    assert selector("NotAuthorized(bytes32,address,uint8)") in str(not_theirs.value)


def selector(signature: str) -> str:
    """The first four bytes of a custom error as eth-tester shows its revert data."""
    return repr(bytes(Web3.keccak(text=signature)[:4]))[2:-1]
