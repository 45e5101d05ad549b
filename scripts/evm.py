"""One py-evm state without blocks or signatures; time and block number are set by hand.

For the contract tests and the gas figures, not for the product (its chain is in ``ledger.chain``).
Gas is that of a whole transaction: intrinsic gas, cold storage, refunds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth.constants import BLANK_ROOT_HASH, ZERO_ADDRESS, ZERO_HASH32
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.london.state import LondonState
from eth.vm.message import Message
from eth_abi.abi import decode, encode
from eth_typing import Address, BlockNumber, Hash32
from eth_utils.crypto import keccak

ARTIFACTS = Path(__file__).resolve().parent.parent / "ledger" / "chain" / "artifacts"
GAS = 100_000_000


class Reverted(Exception):
    """A call reverted; ``data`` is what it returned."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data.hex())
        self.data = data


@dataclass(frozen=True)
class Result:
    """What a call left: its output, its logs (address, topics, data), its gas."""

    output: bytes
    logs: tuple[tuple[bytes, tuple[int, ...], bytes], ...]
    gas: int


class Evm:
    """A London state with a clock."""

    def __init__(self, chain_id: int = 20260, time: int = 1_800_000_000) -> None:
        self.chain_id = chain_id
        self.time = time
        self.block = 1
        self._db = AtomicDB()
        self._root = BLANK_ROOT_HASH

    def next_block(self, seconds: int = 1) -> None:
        """Go on to the next block, ``seconds`` later."""
        self.block += 1
        self.time += seconds

    def snapshot(self) -> tuple[Hash32, int, int, int]:
        """A point to go back to, as often as wanted."""
        return (self._root, self.time, self.block, self.chain_id)

    def revert(self, point: tuple[Hash32, int, int, int]) -> None:
        """Go back to ``point``."""
        self._root, self.time, self.block, self.chain_id = point

    def execute(self, sender: bytes, to: bytes | None, data: bytes) -> Result:
        """Run one transaction; raises ``Reverted`` and changes nothing where it fails."""
        state, result = self._run(sender, to, data)
        state.persist()
        self._root = state.state_root
        return result

    def look(self, sender: bytes, to: bytes, data: bytes) -> Result:
        """Like ``execute``, and nothing stays."""
        return self._run(sender, to, data)[1]

    def create(self, sender: bytes, code: bytes) -> bytes:
        """Deploy and return the address."""
        address = create_address(sender, self.nonce(sender))
        self.execute(sender, None, code)
        return address

    def nonce(self, account: bytes) -> int:
        """The next nonce of an account."""
        return self._state().get_nonce(Address(account))

    def code(self, address: bytes) -> bytes:
        """Runtime code."""
        return self._state().get_code(Address(address))

    def storage(self, address: bytes, slot: int) -> int:
        """One storage slot."""
        return self._state().get_storage(Address(address), slot)

    def _state(self) -> LondonState:
        # A state of its own for every transaction: gas counts cold slots, and a snapshot is a root.
        context = ExecutionContext(
            coinbase=ZERO_ADDRESS,
            timestamp=self.time,
            block_number=BlockNumber(self.block),
            difficulty=1,
            mix_hash=ZERO_HASH32,
            gas_limit=GAS,
            prev_hashes=(),
            chain_id=self.chain_id,
            base_fee_per_gas=0,
        )
        return LondonState(self._db, context, self._root)

    def _run(self, sender: bytes, to: bytes | None, data: bytes) -> tuple[LondonState, Result]:
        state = self._state()
        created = Address(create_address(sender, state.get_nonce(Address(sender))))
        caller = Address(sender)
        if to is None:
            message = Message(GAS, Address(b""), caller, 0, b"", data, create_address=created)
        else:
            message = Message(GAS, Address(to), caller, 0, data, state.get_code(Address(to)))
        state.increment_nonce(Address(sender))
        precompiles = [bytes(19) + bytes([number]) for number in range(1, 10)]
        for address in (sender, created if to is None else to, *precompiles):
            state.mark_address_warm(Address(address))
        context = state.get_transaction_context_class()(gas_price=0, origin=Address(sender))
        kind = state.computation_class
        run = kind.apply_create_message if to is None else kind.apply_message
        computation = run(state, message, context)
        if computation.is_error:
            raise Reverted(bytes(computation.output))
        used = computation.get_gas_used() + _intrinsic_gas(data, to is None)
        refund = min(used // 5, computation.get_gas_refund())
        logs = tuple((bytes(a), tuple(t), bytes(d)) for a, t, d in computation.get_log_entries())
        return state, Result(bytes(computation.output), logs, used - refund)


def create_address(sender: bytes, nonce: int) -> bytes:
    """Address of the contract that ``sender`` creates with ``nonce``: keccak of their RLP list."""
    number = b"\x80" if nonce == 0 else nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    if (number[0] >= 0x80 and nonce) or len(number) > 1:
        number = bytes([0x80 + len(number)]) + number
    body = b"\x94" + sender + number
    return keccak(bytes([0xC0 + len(body)]) + body)[12:]


def _intrinsic_gas(data: bytes, creates: bool) -> int:
    zeros = data.count(0)
    return 21_000 + 4 * zeros + 16 * (len(data) - zeros) + (32_000 if creates else 0)


def abi_type(item: Mapping[str, Any]) -> str:
    """Canonical type of an ABI parameter, tuples in parentheses."""
    name: str = item["type"]
    if not name.startswith("tuple"):
        return name
    return "(" + ",".join(abi_type(part) for part in item["components"]) + ")" + name[5:]


def signature(item: Mapping[str, Any]) -> str:
    """Canonical signature of a function, an error or an event."""
    return f"{item['name']}({','.join(abi_type(part) for part in item['inputs'])})"


def load(name: str) -> dict[str, Any]:
    """A committed artifact."""
    artifact: dict[str, Any] = json.loads((ARTIFACTS / f"{name}.json").read_bytes())
    return artifact


class Contract:
    """A deployed contract with its ABI."""

    def __init__(self, evm: Evm, address: bytes, abi: Sequence[Mapping[str, Any]]) -> None:
        self.evm = evm
        self.address = address
        self.abi = abi
        self.functions = {item["name"]: item for item in abi if item["type"] == "function"}

    def data(self, name: str, *arguments: Any) -> bytes:
        """Selector and arguments."""
        item = self.functions[name]
        types = [abi_type(part) for part in item["inputs"]]
        return keccak(signature(item).encode())[:4] + encode(types, arguments)

    def send(self, sender: bytes, name: str, *arguments: Any) -> Result:
        """Call for good."""
        return self.evm.execute(sender, self.address, self.data(name, *arguments))

    def get(self, name: str, *arguments: Any) -> Any:
        """Call a view; one value, or a tuple of several."""
        output = self.evm.look(bytes(20), self.address, self.data(name, *arguments)).output
        values = decode([abi_type(part) for part in self.functions[name]["outputs"]], output)
        return values[0] if len(values) == 1 else values

    def events(self, result: Result) -> list[tuple[str, dict[str, Any]]]:
        """This contract's own events in a result, by name and arguments."""
        known = {keccak(signature(i).encode()): i for i in self.abi if i["type"] == "event"}
        found = []
        for address, topics, data in result.logs:
            if address == self.address:
                found.append(_event(known[topics[0].to_bytes(32, "big")], topics[1:], data))
        return found


def _event(
    item: Mapping[str, Any], topics: Sequence[int], data: bytes
) -> tuple[str, dict[str, Any]]:
    indexed = [part for part in item["inputs"] if part["indexed"]]
    plain = [part for part in item["inputs"] if not part["indexed"]]
    values: dict[str, Any] = {
        part["name"]: decode([abi_type(part)], topic.to_bytes(32, "big"))[0]
        for part, topic in zip(indexed, topics, strict=True)
    }
    names = [part["name"] for part in plain]
    values.update(zip(names, decode([abi_type(part) for part in plain], data), strict=True))
    return item["name"], values


def deploy(evm: Evm, name: str, sender: bytes, *arguments: Any) -> Contract:
    """Deploy a committed artifact."""
    artifact = load(name)
    constructor = next(item for item in artifact["abi"] if item["type"] == "constructor")
    types = [abi_type(part) for part in constructor["inputs"]]
    code = bytes.fromhex(artifact["bytecode"][2:]) + encode(types, arguments)
    return Contract(evm, evm.create(sender, code), artifact["abi"])


@dataclass(frozen=True)
class Ledger:
    """The three contracts."""

    council: Contract
    registry: Contract
    log: Contract


def deploy_ledger(evm: Evm, deployer: bytes, founder: bytes, network_id: bytes) -> Ledger:
    """Deploy all three with predicted addresses, in the order council, registry, log."""
    nonce = evm.nonce(deployer)
    registry, log = (create_address(deployer, nonce + n) for n in (1, 2))
    council = deploy(evm, "Council", deployer, founder, registry)
    return Ledger(
        council,
        deploy(evm, "IssuerRegistry", deployer, council.address, log),
        deploy(evm, "RecordLog", deployer, registry, network_id),
    )
