"""The engine: checks a raw transaction, mines it at once, answers calls on any block's state."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import rlp
from eth.abc import BlockHeaderAPI, ComputationAPI, SignedTransactionAPI, StateAPI
from eth.constants import CREATE_CONTRACT_ADDRESS
from eth.db.atomic import AtomicDB
from eth.exceptions import CanonicalHeadNotFound, HeaderNotFound, PyEVMError, Revert
from eth.vm.forks.berlin.transactions import calculate_txn_intrinsic_gas_berlin
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException

from ledger.chain.embedded.database import ChainFile
from ledger.chain.embedded.vm import GAS_LIMIT, chain_class
from ledger.chain.jsonrpc import INTERNAL_ERROR, REVERTED, SERVER_ERROR, RpcError
from ledger.ports import Clock

BAD_TRANSACTION = (
    RLPException,
    ValidationError,
    PyEVMError,
    BadSignature,
    ValueError,
    TypeError,
    IndexError,
    OverflowError,
)
MAX_RAW = 1 << 20


@dataclass(frozen=True)
class GenesisSpec:
    """What a new chain begins with: its id (at least 2^24 by rule here) and its first time."""

    chain_id: int
    time: int

    @classmethod
    def random(cls, entropy: Callable[[int], bytes], now: int) -> GenesisSpec:
        """A chain id that no other network will have: 2^24 plus 40 random bits."""
        return cls((1 << 24) + int.from_bytes(entropy(5), "big"), now)


@dataclass(frozen=True)
class Message:
    """A call as py-evm's executor wants its transactions, without signature and price."""

    sender: bytes
    to: bytes
    data: bytes
    value: int
    gas: int
    nonce: int
    gas_price: int = 0
    max_fee_per_gas: int = 0
    max_priority_fee_per_gas: int = 0
    access_list: tuple[()] = ()

    @property
    def intrinsic_gas(self) -> int:
        return calculate_txn_intrinsic_gas_berlin(cast(Any, self))


class Engine:
    """One chain over one file. Not safe for threads by itself."""

    def __init__(self, file: ChainFile, clock: Clock, create: GenesisSpec | None) -> None:
        """Opens the chain of the file, or begins it with `create`. LookupError without either."""
        self.file = file
        self.clock = clock
        known = file.meta("chain_id")
        if known is None and create is None:
            raise LookupError("no chain in this file")
        self.chain_id = int(known) if known is not None else cast(GenesisSpec, create).chain_id
        self._class = chain_class(self.chain_id, clock)
        self._db = AtomicDB(file)
        try:
            self.chain = self._class(self._db)
        except CanonicalHeadNotFound:
            self._begin(cast(GenesisSpec, create))

    def _begin(self, spec: GenesisSpec) -> None:
        # Extra data holds the chain id, so the genesis hash names the chain.
        params: dict[str, Any] = {
            "difficulty": 1,
            "gas_limit": GAS_LIMIT,
            "timestamp": spec.time,
            "base_fee_per_gas": 0,
            "extra_data": b"xuezheng-embedded" + spec.chain_id.to_bytes(8, "big"),
        }
        self._class.from_genesis(self._db, params, {})
        self.file.commit(meta={"chain_id": str(spec.chain_id), "version": "1"})
        self.chain = self._class(self._db)

    # ------------------------------------------------------------------ reading

    def head(self) -> BlockHeaderAPI:
        return self.chain.get_canonical_head()

    def header(self, number: int) -> BlockHeaderAPI | None:
        try:
            return self.chain.get_canonical_block_header_by_number(cast(Any, number))
        except (HeaderNotFound, ValidationError):
            return None

    def header_by_hash(self, block_hash: bytes) -> BlockHeaderAPI | None:
        try:
            return self.chain.get_block_header_by_hash(cast(Any, bytes(block_hash)))
        except (HeaderNotFound, ValidationError, RLPException, ValueError):
            return None

    def next_header(self) -> BlockHeaderAPI:
        """The block that would be mined now."""
        return self.chain.create_header_from_parent(self.head())

    def state(self, header: BlockHeaderAPI) -> StateAPI:
        """The state after a block, in the context of that block; never persisted."""
        return self.chain.get_vm(header).state

    def call(self, header: BlockHeaderAPI, message: Message) -> tuple[ComputationAPI, int]:
        """Runs a message on a state that is thrown away; the computation and the gas it used."""
        vm = self.chain.get_vm(header)
        executor: Any = vm.state.get_transaction_executor()
        vm.state.lock_changes()
        try:
            evm_message = executor.build_evm_message(message)
            computation = executor.build_computation(evm_message, message)
        except (ValidationError, PyEVMError) as error:
            raise RpcError(SERVER_ERROR, str(error)) from error
        return computation, message.gas - computation.get_gas_remaining()

    # ------------------------------------------------------------------ writing

    def decode(self, raw: bytes) -> SignedTransactionAPI:
        """A signed transaction for this chain; RpcError for anything else."""
        if len(raw) > MAX_RAW:
            raise RpcError(SERVER_ERROR, "oversized data")
        try:
            tx = self.chain.get_vm(self.head()).get_transaction_builder().decode(raw)
            if tx.encode() != raw:
                raise ValidationError("not the canonical encoding")
            tx.validate()
            tx.check_signature_validity()
            chain_id = tx.chain_id
            sender = tx.sender
        except BAD_TRANSACTION as error:
            raise RpcError(SERVER_ERROR, f"invalid transaction: {_words(error)}") from error
        # py-evm takes a legacy transaction of any chain: checked here.
        if chain_id != self.chain_id:
            raise RpcError(SERVER_ERROR, f"wrong chain id: {chain_id}, this is {self.chain_id}")
        if len(sender) != 20:
            raise RpcError(SERVER_ERROR, "invalid sender")
        return tx

    def require_next(self, tx: SignedTransactionAPI) -> None:
        """Refuses what cannot be in the next block, in the words that nodes use."""
        if self.file.rows("SELECT 1 FROM tx WHERE hash=?", (bytes(tx.hash),)):
            raise RpcError(SERVER_ERROR, "already known")
        state = self.state(self.head())
        nonce = state.get_nonce(tx.sender)
        if tx.nonce != nonce:
            word = "low" if tx.nonce < nonce else "high"
            message = f"nonce too {word}: next nonce {nonce}, tx nonce {tx.nonce}"
            raise RpcError(SERVER_ERROR, message)
        if tx.gas > GAS_LIMIT:
            raise RpcError(SERVER_ERROR, "exceeds block gas limit")
        if tx.gas < tx.intrinsic_gas:
            raise RpcError(SERVER_ERROR, "intrinsic gas too low")
        price = getattr(tx, "max_fee_per_gas", 0)
        if state.get_balance(tx.sender) < tx.value + price * tx.gas:
            raise RpcError(SERVER_ERROR, "insufficient funds for gas * price + value")

    def mine(self, tx: SignedTransactionAPI, raw: bytes) -> None:
        """Mines a block with this transaction. On any failure the chain stays as it was."""
        self.file.drop()
        try:
            # The header is built anew from the parent each time: py-evm's pending one is stale.
            result, receipts, computations = self.chain.mine_all([tx], parent_header=self.head())
            block = result.imported_block
            rows = self._index(block.header, [(tx, raw)], receipts, computations)
            self.file.commit(*rows)
        except sqlite3.Error as error:
            self._reset()
            raise RpcError(INTERNAL_ERROR, f"the chain's storage failed: {error}") from error
        except (ValidationError, PyEVMError) as error:
            self._reset()
            raise RpcError(SERVER_ERROR, _words(error)) from error
        except BaseException:
            self._reset()
            raise

    def _reset(self) -> None:
        self.file.drop()
        self.chain = self._class(self._db)

    def _index(
        self,
        header: BlockHeaderAPI,
        txs: Sequence[tuple[SignedTransactionAPI, bytes]],
        receipts: Sequence[Any],
        computations: Sequence[ComputationAPI],
    ) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        tx_rows: list[tuple[Any, ...]] = []
        log_rows: list[tuple[Any, ...]] = []
        before = 0
        for position, ((tx, raw), receipt, computation) in enumerate(
            zip(txs, receipts, computations, strict=True)
        ):
            contract = None
            if tx.to == CREATE_CONTRACT_ADDRESS:
                contract = bytes(computation.msg.storage_address)
            tx_rows.append(
                (bytes(tx.hash), header.block_number, position, bytes(tx.sender), raw,
                 int(receipt.state_root == b"\x01"), receipt.gas_used - before, receipt.gas_used,
                 contract, receipt.bloom.to_bytes(256, "big"))
            )  # fmt: skip
            before = receipt.gas_used
            for log in receipt.logs:
                topics = [topic.to_bytes(32, "big") for topic in log.topics]
                topics += [None] * (4 - len(topics))
                log_rows.append(
                    (header.block_number, len(log_rows), position, bytes(tx.hash),
                     bytes(log.address), *topics, bytes(log.data))
                )  # fmt: skip
        return tx_rows, log_rows


def outcome(computation: ComputationAPI) -> bytes:
    """A call's output. A revert leaves as code 3 with `data`, any other failure as −32000."""
    if computation.is_success:
        return bytes(computation.output)
    error = computation.error
    if isinstance(error, Revert):
        data = bytes(error.args[0]) if error.args and isinstance(error.args[0], bytes) else b""
        raise RpcError(REVERTED, "execution reverted", "0x" + data.hex())
    raise RpcError(SERVER_ERROR, f"execution failed: {_words(error)}")


def raw_header(header: BlockHeaderAPI) -> bytes:
    """A header's bytes."""
    return cast(bytes, rlp.encode(header))


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
