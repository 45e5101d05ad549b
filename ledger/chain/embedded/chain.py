"""The embedded chain's JSON-RPC: reads and raw transactions, nothing that rewinds, no accounts."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import rlp
from eth.abc import BlockHeaderAPI
from eth.rlp.accounts import Account
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address
from trie.hexary import HexaryTrie

from ledger.chain import jsonrpc
from ledger.chain.embedded import forms
from ledger.chain.embedded.database import ChainFile, DirectoryLock
from ledger.chain.embedded.engine import Engine, GenesisSpec, Message, outcome
from ledger.chain.embedded.logs import select_logs
from ledger.chain.embedded.vm import GAS_LIMIT
from ledger.chain.jsonrpc import INTERNAL_ERROR, METHOD_NOT_FOUND, SERVER_ERROR, RpcError
from ledger.errors import CouldNotLook
from ledger.ports import Clock

log = logging.getLogger(__name__)

VERSION = "xuezheng-embedded/1"
FILE = "chain.sqlite"
_NEWEST = ("latest", "pending", "safe", "finalized")


def system_clock() -> int:
    """Unix seconds."""
    return int(time.time())


class EmbeddedChain:
    """A chain in a folder, or in memory. Safe for threads; one process per folder.

    `handle` answers one method or raises RpcError; `handle_http` is bytes in, bytes out.
    """

    def __init__(self, engine: Engine, lock: DirectoryLock | None = None) -> None:
        self._engine = engine
        self._lock = lock
        self._mutex = threading.RLock()
        self._methods = _methods(self)
        self._closed = False

    @classmethod
    def open(
        cls,
        directory: Path,
        create: GenesisSpec | None = None,
        *,
        clock: Clock = system_clock,
        wait: float = 0.0,
    ) -> EmbeddedChain:
        """Opens the chain of a folder; begins it with `create` if there is none.

        Raises CouldNotLook: "chain-in-use" when another process (or opener) still holds it after
        `wait` seconds, "no-chain-here" without `create`, "chain-storage".
        """
        if create is None and not (directory / FILE).exists():
            raise CouldNotLook("no-chain-here", directory=str(directory))
        try:
            directory.mkdir(parents=True, exist_ok=True)
            lock = DirectoryLock(directory, wait)
        except OSError as error:
            raise CouldNotLook("chain-storage", why=str(error)) from error
        try:
            file = ChainFile(str(directory / FILE))
            return cls(Engine(file, clock, create), lock)
        except LookupError as error:
            lock.release()
            raise CouldNotLook("no-chain-here", directory=str(directory)) from error
        except sqlite3.Error as error:
            lock.release()
            raise CouldNotLook("chain-storage", why=str(error)) from error
        except BaseException:
            lock.release()
            raise

    @classmethod
    def in_memory(cls, create: GenesisSpec, clock: Clock = system_clock) -> EmbeddedChain:
        """A chain that is gone with the process."""
        return cls(Engine(ChainFile(":memory:"), clock, create))

    @property
    def chain_id(self) -> int:
        return self._engine.chain_id

    def close(self) -> None:
        """Frees the file; what was answered is on disk already."""
        with self._mutex:
            if not self._closed:
                self._closed = True
                self._engine.file.close()
                if self._lock:
                    self._lock.release()

    def handle(self, method: str, params: list[Any]) -> Any:
        """Answers a method. Raises RpcError."""
        found = self._methods.get(method)
        if found is None:
            raise RpcError(METHOD_NOT_FOUND, f"the method {method[:80]} does not exist")
        with self._mutex:
            if self._closed:
                raise RpcError(INTERNAL_ERROR, "the chain is closed")
            try:
                return found(*params)
            except TypeError as error:
                if _from_the_call(error):
                    raise forms.invalid("wrong number of parameters") from error
                raise _internal(method, error) from error
            except sqlite3.Error as error:
                message = f"the chain's storage failed: {error}"
                raise RpcError(INTERNAL_ERROR, message) from error
            except RpcError:
                raise
            # The outermost edge of the engine: a failure inside an EVM of beta quality must reach
            # the caller as an answer and the operator as a log line.
            except Exception as error:
                raise _internal(method, error) from error

    def handle_http(self, body: bytes) -> bytes:
        """A JSON-RPC request or batch in, its answer out; never raises for what is in the body."""
        return jsonrpc.answer(body, self.handle)

    # ------------------------------------------------------------------ blocks

    def _at(self, tag: Any) -> BlockHeaderAPI | None:
        """The header that a block parameter names (tag, number, or EIP-1898 object)."""
        if isinstance(tag, dict):
            if "blockHash" in tag:
                return self._by_hash(tag["blockHash"])
            tag = tag.get("blockNumber")
        if tag is None or tag in _NEWEST:
            return self._engine.head()
        return self._engine.header(0 if tag == "earliest" else forms.quantity(tag))

    def _by_hash(self, block_hash: Any) -> BlockHeaderAPI | None:
        return self._engine.header_by_hash(forms.data(block_hash, 32))

    def _known(self, tag: Any) -> BlockHeaderAPI:
        header = self._at(tag)
        if header is None:
            raise RpcError(SERVER_ERROR, "header not found")
        return header

    def _executing(self, tag: Any) -> BlockHeaderAPI:
        """Where a call runs; for `pending`, in a block that would be mined now."""
        return self._engine.next_header() if tag == "pending" else self._known(tag)

    def block_number(self) -> str:
        return hex(self._engine.head().block_number)

    def block_by_number(self, tag: Any, full: Any = False) -> dict[str, Any] | None:
        return self._block(self._at(tag), full)

    def block_by_hash(self, block_hash: Any, full: Any = False) -> dict[str, Any] | None:
        return self._block(self._by_hash(block_hash), full)

    def _block(self, header: BlockHeaderAPI | None, full: Any) -> dict[str, Any] | None:
        if not isinstance(full, bool):
            raise forms.invalid("true or false wanted")
        if header is None:
            return None
        found = self._engine.file.rows(
            "SELECT hash, raw FROM tx WHERE block=? ORDER BY position", (header.block_number,)
        )
        listed: list[Any] = [forms.hex_data(tx_hash) for tx_hash, _ in found]
        if full:
            listed = [
                forms.transaction(
                    self._engine.decode(raw), header.block_number, header.hash, position
                )
                for position, (_, raw) in enumerate(found)
            ]
        # Every block has difficulty 1, so the total is the number of blocks.
        return forms.block(header, header.block_number + 1, listed)

    def transaction_count_of_block(self, tag: Any) -> str | None:
        header = self._at(tag)
        if header is None:
            return None
        query = "SELECT count(*) FROM tx WHERE block=?"
        return hex(self._engine.file.rows(query, (header.block_number,))[0][0])

    # ------------------------------------------------------------------ transactions

    def send(self, raw: Any) -> str:
        """Mined when this returns."""
        content = forms.data(raw)
        tx = self._engine.decode(content)
        self._engine.require_next(tx)
        self._engine.mine(tx, content)
        return forms.hex_data(tx.hash)

    def transaction(self, tx_hash: Any) -> dict[str, Any] | None:
        query = "SELECT raw, block, position FROM tx WHERE hash=?"
        found = self._engine.file.rows(query, (forms.data(tx_hash, 32),))
        if not found:
            return None
        raw, number, position = found[0]
        return forms.transaction(
            self._engine.decode(raw), number, self._known(hex(number)).hash, position
        )

    def receipt(self, tx_hash: Any) -> dict[str, Any] | None:
        query = """SELECT block, position, sender, raw, status, gas, cumulative, contract, bloom
                   FROM tx WHERE hash=?"""
        wanted = forms.data(tx_hash, 32)
        found = self._engine.file.rows(query, (wanted,))
        if not found:
            return None
        number, position, sender, raw, status, gas, cumulative, contract, bloom = found[0]
        header = self._known(hex(number))
        tx = self._engine.decode(raw)
        rows = self._engine.file.rows(
            "SELECT * FROM log WHERE block=? AND tx_position=? ORDER BY position",
            (number, position),
        )
        return {
            "type": hex(tx.type_id or 0),
            "status": hex(status),
            "transactionHash": forms.hex_data(wanted),
            "transactionIndex": hex(position),
            "blockHash": forms.hex_data(header.hash),
            "blockNumber": hex(number),
            "from": to_checksum_address(sender),
            "to": to_checksum_address(tx.to) if tx.to else None,
            "contractAddress": to_checksum_address(contract) if contract else None,
            "gasUsed": hex(gas),
            "cumulativeGasUsed": hex(cumulative),
            "effectiveGasPrice": "0x0",
            "logs": [forms.log(row, header.hash) for row in rows],
            "logsBloom": forms.hex_data(bloom),
        }

    def logs(self, wanted: Any) -> list[dict[str, Any]]:
        if not isinstance(wanted, dict):
            raise forms.invalid("not a filter")
        head = self._engine.head().block_number
        if wanted.get("blockHash") is not None:
            if wanted.get("fromBlock") is not None or wanted.get("toBlock") is not None:
                raise forms.invalid("blockHash excludes fromBlock and toBlock")
            header = self._by_hash(wanted["blockHash"])
            if header is None:
                raise RpcError(SERVER_ERROR, "unknown block")
            first = last = int(header.block_number)
        else:
            first = self._number(wanted.get("fromBlock"), head)
            last = self._number(wanted.get("toBlock"), head)
            if first > last:
                raise forms.invalid("fromBlock is after toBlock")
        found, hashes = [], {}
        for row in select_logs(self._engine.file, wanted, first, last):
            if row[0] not in hashes:
                hashes[row[0]] = self._known(hex(row[0])).hash
            found.append(forms.log(row, hashes[row[0]]))
        return found

    @staticmethod
    def _number(tag: Any, head: int) -> int:
        if tag is None or tag in _NEWEST:
            return head
        # Past 2^63 there is no block, and SQLite has no such integer.
        return 0 if tag == "earliest" else min(forms.quantity(tag), 2**62)

    # ------------------------------------------------------------------ execution and state

    def call(self, wanted: Any, tag: Any = "latest", overrides: Any = None) -> str:
        if overrides:
            raise forms.invalid("state overrides are not supported")
        header = self._executing(tag)
        message = forms.message(wanted, self._engine.state(header).get_nonce)
        computation, _ = self._engine.call(header, message)
        return forms.hex_data(outcome(computation))

    def estimate(self, wanted: Any, tag: Any = "pending") -> str:
        """A gas limit that suffices, found by running: seldom more than 2 % too high."""
        header = self._executing(tag)
        message = forms.message(wanted, self._engine.state(header).get_nonce)
        computation, used = self._engine.call(header, message)
        outcome(computation)
        # An inner call gets 63/64 of what is left, so a little more than was used is needed.
        trial = used + used // 50 + 2_300
        while trial < message.gas and not self._enough(header, message, trial):
            trial += trial // 8
        return hex(min(trial, message.gas))

    def _enough(self, header: BlockHeaderAPI, message: Message, gas: int) -> bool:
        computation, _ = self._engine.call(header, replace(message, gas=gas))
        return computation.is_success

    def code(self, address: Any, tag: Any = "latest") -> str:
        state = self._engine.state(self._known(tag))
        return forms.hex_data(bytes(state.get_code(self._address(address))))

    def balance(self, address: Any, tag: Any = "latest") -> str:
        return hex(self._engine.state(self._known(tag)).get_balance(self._address(address)))

    def nonce(self, address: Any, tag: Any = "latest") -> str:
        return hex(self._engine.state(self._known(tag)).get_nonce(self._address(address)))

    def storage(self, address: Any, key: Any, tag: Any = "latest") -> str:
        state = self._engine.state(self._known(tag))
        value = state.get_storage(self._address(address), forms.slot(key))
        return forms.hex_data(value.to_bytes(32, "big"))

    @staticmethod
    def _address(value: Any) -> Any:
        return forms.data(value, 20)

    def proof(self, address: Any, keys: Any, tag: Any = "latest") -> dict[str, Any]:
        """EIP-1186."""
        header = self._known(tag)
        account = self._address(address)
        if not isinstance(keys, list) or len(keys) > 1024:
            raise forms.invalid("a list of at most 1024 storage keys wanted")
        accounts = HexaryTrie(self._engine.file, header.state_root)
        encoded = accounts.get(keccak(account))
        found = rlp.decode(encoded, sedes=Account) if encoded else Account()
        slots = HexaryTrie(self._engine.file, found.storage_root)
        return {
            "address": to_checksum_address(account),
            "balance": hex(found.balance),
            "nonce": hex(found.nonce),
            "codeHash": forms.hex_data(found.code_hash),
            "storageHash": forms.hex_data(found.storage_root),
            "accountProof": forms.proof_nodes(_trie_proof(accounts, keccak(account))),
            "storageProof": [self._slot_proof(slots, key) for key in keys],
        }

    @staticmethod
    def _slot_proof(slots: HexaryTrie, key: Any) -> dict[str, Any]:
        hashed = keccak(forms.slot(key).to_bytes(32, "big"))
        value = slots.get(hashed)
        number = rlp.decode(value, sedes=rlp.sedes.big_endian_int) if value else 0
        nodes = forms.proof_nodes(_trie_proof(slots, hashed))
        return {"key": key, "value": hex(number), "proof": nodes}

    def fee_history(self, count: Any, newest: Any, percentiles: Any = None) -> dict[str, Any]:
        """Base fee and rewards are zero here; the shape is the standard one."""
        header = self._known(newest)
        wanted = count if type(count) is int else forms.quantity(count)
        last = int(header.block_number)
        number = min(wanted, last + 1, 1024)
        first = last - number + 1
        headers = [self._known(hex(at)) for at in range(first, last + 1)]
        found: dict[str, Any] = {
            "oldestBlock": hex(first),
            "baseFeePerGas": ["0x0"] * (number + 1),
            "gasUsedRatio": [one.gas_used / GAS_LIMIT for one in headers],
        }
        if isinstance(percentiles, list):
            found["reward"] = [["0x0"] * len(percentiles) for _ in headers]
        return found


def _trie_proof(trie: Any, key: bytes) -> tuple[Any, ...]:
    return tuple(trie.get_proof(key))


def _methods(chain: EmbeddedChain) -> dict[str, Callable[..., Any]]:
    return {
        "web3_clientVersion": lambda: VERSION,
        "net_version": lambda: str(chain.chain_id),
        "net_listening": lambda: True,
        "net_peerCount": lambda: "0x0",
        "eth_chainId": lambda: hex(chain.chain_id),
        "eth_syncing": lambda: False,
        "eth_accounts": list,
        "eth_gasPrice": lambda: "0x0",
        "eth_maxPriorityFeePerGas": lambda: "0x0",
        "eth_feeHistory": chain.fee_history,
        "eth_blockNumber": chain.block_number,
        "eth_getBlockByNumber": chain.block_by_number,
        "eth_getBlockByHash": chain.block_by_hash,
        "eth_getBlockTransactionCountByNumber": chain.transaction_count_of_block,
        "eth_getTransactionByHash": chain.transaction,
        "eth_getTransactionReceipt": chain.receipt,
        "eth_getLogs": chain.logs,
        "eth_call": chain.call,
        "eth_estimateGas": chain.estimate,
        "eth_getCode": chain.code,
        "eth_getBalance": chain.balance,
        "eth_getStorageAt": chain.storage,
        "eth_getTransactionCount": chain.nonce,
        "eth_getProof": chain.proof,
        "eth_sendRawTransaction": chain.send,
    }


def _from_the_call(error: TypeError) -> bool:
    """Whether the TypeError was raised by calling the method, not inside it."""
    trace = error.__traceback__
    return trace is not None and trace.tb_next is None


def _internal(method: str, error: Exception) -> RpcError:
    log.error("%s failed in the engine", method, exc_info=error)
    return RpcError(INTERNAL_ERROR, f"internal error: {type(error).__name__}")
