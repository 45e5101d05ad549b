"""Deploys the three contracts, finds them again from the council, and checks that they are ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ledger.chain import abi
from ledger.chain.artifacts import COUNCIL, RECORD_LOG, REGISTRY, artifact
from ledger.chain.node import Node
from ledger.chain.reader import NodeReader
from ledger.errors import BadEvidence, NotAllowed, WrongUse
from ledger.ports import Contracts, Entropy, Receipt


class Deployer(Protocol):
    """What a deployment needs of the sender (see `ledger.chain.sender.Sender`)."""

    @property
    def address(self) -> str: ...

    @property
    def node(self) -> Node: ...

    def locked(self) -> Any:
        """Context: nobody else sends from the account meanwhile."""

    def settle(self) -> Sequence[Receipt]:
        """Brings to their end all rows that hold a nonce."""

    def send(self, purpose: str, to: str | None, data: bytes) -> Receipt: ...


def deploy(sender: Deployer, founder: str, entropy: Entropy) -> Contracts:
    """Deploys Council, IssuerRegistry and RecordLog; `founder` is the council's only member.

    They know one another as immutables, so the addresses are computed from the account's nonce
    beforehand. Raises NotAllowed("reverted", …) and CouldNotLook.

    A crash between two deployments leaves a council that nobody has heard of: the next run begins
    anew with three fresh contracts, and the constructor of RecordLog refuses to be the third of a
    set that does not fit together.
    """
    with sender.locked():
        sender.settle()
        first = sender.node.nonce(sender.address, "pending")
        council, registry, record_log = (
            created_address(sender.address, first + step) for step in range(3)
        )
        steps = (
            ("council", COUNCIL, (founder, registry), council),
            ("registry", REGISTRY, (council, record_log), registry),
            ("record-log", RECORD_LOG, (registry, entropy(32)), record_log),
        )
        for label, name, arguments, predicted in steps:
            creation = abi.encode_constructor(name, arguments)
            receipt = sender.send(f"deploy:{first}:{label}", None, creation)
            mined = sender.node.receipt(receipt.tx)
            if mined is None or mined.contract is None or abi.address(mined.contract) != predicted:
                raise NotAllowed("nonce-taken", nonce=first)
    return Contracts(council, registry, record_log)


def created_address(account: str, nonce: int) -> str:
    """Address of the contract that the account's transaction `nonce` creates."""
    import rlp
    from eth_hash.auto import keccak

    content = rlp.encode([bytes.fromhex(account[2:]), nonce])
    return abi.address("0x" + keccak(content)[12:].hex())


def contracts_of(node: Node, council: str) -> Contracts:
    """The three contracts, from the council's address. Raises BadEvidence("not-our-contracts")."""
    address = parse_address(council)
    registry = _pointer(node, address, COUNCIL, "REGISTRY")
    record_log = _pointer(node, registry, REGISTRY, "RECORD_LOG")
    found = Contracts(address, registry, record_log)
    check_contracts(node, found)
    return found


def parse_address(given: str) -> str:
    """Checksummed; WrongUse("bad-address") for anything else, a wrong checksum included."""
    from eth_utils.address import is_address

    if not given.startswith("0x") or not is_address(given):
        raise WrongUse("bad-address", address=given)
    digits = given[2:]
    if given != abi.address(given) and digits not in (digits.lower(), digits.upper()):
        raise WrongUse("bad-address", address=given)
    return abi.address(given)


def _pointer(node: Node, address: str, name: str, immutable: str) -> str:
    code = node.code(address)
    if not artifact(name).same_code(code):
        raise BadEvidence("not-our-contracts", what=f"{address}: {name}")
    value = artifact(name).immutable(code, immutable)
    if value is None or any(value[:12]):
        raise BadEvidence("not-our-contracts", what=f"{address}: {immutable}")
    return abi.address("0x" + value[12:].hex())


def check_contracts(reader: NodeReader | Node, contracts: Contracts) -> None:
    """Refuses contracts that are not ours: BadEvidence("not-our-contracts", what=…).

    The runtime code equals the committed artifacts but for the immutables; those name one another
    and the node's chain id.
    """
    node = reader.node if isinstance(reader, NodeReader) else reader
    wanted = (
        (COUNCIL, contracts.council, {"REGISTRY": contracts.registry}),
        (
            REGISTRY,
            contracts.registry,
            {"COUNCIL": contracts.council, "RECORD_LOG": contracts.record_log},
        ),
        (RECORD_LOG, contracts.record_log, {"REGISTRY": contracts.registry}),
    )
    for name, address, pointers in wanted:
        code = node.code(address)
        if not artifact(name).same_code(code):
            raise BadEvidence("not-our-contracts", what=f"{address}: {name}")
        expected = {key: int(value, 16) for key, value in pointers.items()}
        if name == RECORD_LOG:
            expected["CHAIN_ID"] = node.chain_id()
        for immutable, value in expected.items():
            if artifact(name).immutable(code, immutable) != value.to_bytes(32, "big"):
                raise BadEvidence("not-our-contracts", what=f"{address}: {immutable}")
