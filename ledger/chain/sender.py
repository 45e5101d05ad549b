"""Sends each transaction once in effect, through the outbox, whatever dies in between.

1. What to send is sealed in the outbox, by purpose.
2. The signed transaction is stored before it is sent. From then on only transactions of the same
   nonce are sent for that row, so at most one of them can be mined.
3. What a node says about a transaction is never proof. After sending, whatever the answer, the
   sender looks: receipt (by every hash ever signed), nonce, and for an anchor the head.
4. Recovery is the normal path run again.

Comments that begin with `Crash here` say what the next run finds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ledger.chain import abi
from ledger.chain.anchoring import AnchorCall, anchor_data, read_anchor_data, standing
from ledger.chain.fees import estimate, price, transaction_fields
from ledger.chain.jsonrpc import RpcError
from ledger.chain.node import Mined, Node, Reverted, revert_data
from ledger.chain.reader import NodeReader
from ledger.errors import CouldNotLook, NotAllowed
from ledger.ports import Account, Head, Outbox, OutboxRow, Receipt, TxState

log = logging.getLogger(__name__)

LOCK_SECONDS = 60.0
ROUNDS = 3
"""How often one run may begin a row anew after a revert whose cause is gone."""


class _WouldRevert(Exception):
    """The transaction was not signed, for it would revert with `data`."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.data = data


class _NonceTaken(Exception):
    """The nonce is used up, by none of the row's transactions."""


class Sender:
    """`ports.ChainSender` over a node, an account and an outbox.

    `patience`: seconds to wait for a receipt. `depth`: how many blocks must lie on top of a
    transaction's block before it counts (0 where blocks are final: QBFT, embedded).
    """

    def __init__(
        self,
        reader: NodeReader,
        account: Account,
        outbox: Outbox,
        *,
        patience: float = 60.0,
        depth: int = 0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.reader = reader
        self._account = account
        self._outbox = outbox
        self._patience = patience
        self._depth = depth
        self._sleep = sleep
        self._threads = threading.RLock()
        self._held = False

    @property
    def node(self) -> Node:
        """The node that is asked."""
        return self.reader.node

    @property
    def address(self) -> str:
        """The account that sends."""
        return self._account.address

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the account's lock, against other threads and processes; may be nested."""
        if not self._threads.acquire(timeout=LOCK_SECONDS):
            raise CouldNotLook("account-busy", holder="this process")
        try:
            if self._held:
                yield
                return
            with self._outbox.account_lock(LOCK_SECONDS):
                self._held = True
                try:
                    yield
                finally:
                    self._held = False
        finally:
            self._threads.release()

    # ------------------------------------------------------------------ what others call

    def send(self, purpose: str, to: str | None, data: bytes) -> Receipt:
        """See `ports.ChainSender.send`. `to` None creates a contract.

        A living row of the same purpose is continued as it was sealed, unless it was never signed
        and says something else: then it is given up and sealed anew.
        """
        with self.locked():
            # Rows that hold a nonce come first: theirs are below ours.
            self.settle(but=purpose)
            row = self._outbox.seal(purpose, to, data)
            if not row.attempts and (row.data, row.to) != (data, to):
                self._outbox.mark(row.id, TxState.FAILED, reason="superseded")
                row = self._outbox.seal(purpose, to, data)
            # Crash here: a sealed row without signature; the next run finds it and goes on.
            return self._finish(row)

    def recover(self) -> Sequence[Receipt]:
        """Brings every living row to its end; rows that can never take effect end as FAILED.

        An alarm ("nonce-taken", "head-moved") is raised after the other rows were seen to.
        """
        with self.locked():
            return self._finish_all(self._outbox.living())

    def settle(self, but: str | None = None) -> Sequence[Receipt]:
        """The same for the rows that hold a nonce, except the one of purpose `but`."""
        with self.locked():
            rows = [row for row in self._outbox.living() if row.attempts and row.purpose != but]
            return self._finish_all(rows)

    def anchor(
        self, kind: str, stream_id: bytes, follows: Head, size: int, root: bytes,
        proof: Sequence[bytes],
    ) -> Receipt:  # fmt: skip
        """See `ports.ChainSender.anchor`."""
        call = AnchorCall(stream_id, follows.seq, follows.size, follows.root, size, root)
        purpose = f"anchor:{kind}:{stream_id.hex()[:8]}:{size}"
        with self.locked():
            living = any(row.purpose == purpose for row in self._outbox.living())
            if not living:
                done = self._anchored(call)
                if done is not None:
                    return done
            data = anchor_data(call, proof)
            receipt = self.send(purpose, self.reader.contracts.record_log, data)
            if living and self._anchored(call) is None:
                # The row that was finished anchored this size with another root.
                raise self._moved(self.reader.head(stream_id))
            return receipt

    # ------------------------------------------------------------------ one row to its end

    def _finish_all(self, rows: Sequence[OutboxRow]) -> list[Receipt]:
        receipts: list[Receipt] = []
        alarm: NotAllowed | None = None
        for row in rows:
            try:
                receipts.append(self._finish(row))
            except NotAllowed as refused:
                log.warning("%s: %s", row.purpose, refused)
                if refused.code != "reverted":
                    alarm = alarm or refused
        if alarm is not None:
            raise alarm
        return receipts

    def _finish(self, row: OutboxRow) -> Receipt:
        """Looks first, then acts."""
        data, nonce_used = b"", False
        for _ in range(ROUNDS):
            try:
                if nonce_used:
                    # The cause of the revert is gone (a block was reorganised away). Its nonce
                    # cannot serve again; the contract's compare-and-swap bars a second effect.
                    row, nonce_used = self._sign(row), False
                mined = self._look(row)
                if mined is None:
                    row = self._submit(row)
                    mined = self._wait(row)
                if mined.status:
                    # Crash here: mined and not noted; the next run finds the receipt by its hash.
                    return self._done(row, Receipt(mined.tx, mined.block, mined.gas, True))
                data, nonce_used = self._cause(row, mined), True
            except _WouldRevert as would:
                data = would.data
            except _NonceTaken as taken:
                return self._after_taken_nonce(row, taken)
            done = self._after_revert(row, data)
            if done is not None:
                return done
        raise self._failed(row, data)

    def _done(self, row: OutboxRow, receipt: Receipt) -> Receipt:
        note = {"tx": receipt.tx, "block": receipt.block, "gas": receipt.gas}
        self._outbox.mark(row.id, TxState.MINED, receipt=note)
        # Crash here: the receipt is looked up once more, nothing else.
        self._outbox.mark(row.id, TxState.DONE, receipt=note)
        return receipt

    def _failed(self, row: OutboxRow, data: bytes) -> NotAllowed:
        name, arguments = abi.decode_error(data)
        self._outbox.mark(row.id, TxState.FAILED, reason=f"{name}{arguments!r}"[:500])
        return NotAllowed("reverted", name=name, args=arguments)

    # ------------------------------------------------------------------ looking

    def _look(self, row: OutboxRow) -> Mined | None:
        """The receipt of whichever of the row's transactions was mined.

        A successful one of any nonce; else a reverted one of the newest nonce (older reverts were
        answered by signing anew).
        """
        reverted: Mined | None = None
        for nonce, _, tx in reversed(row.attempts):
            found = self.node.receipt(tx)
            if found is not None and found.status:
                return self._deep(found)
            if found is not None and nonce == row.attempts[-1][0]:
                reverted = found
        return reverted

    def _deep(self, mined: Mined) -> Mined | None:
        """Waits until `depth` blocks lie on top; None if the block was reorganised away."""
        deadline = time.monotonic() + self._patience
        while self._depth and self.node.block().number < mined.block + self._depth:
            if time.monotonic() >= deadline:
                raise self._not_mined(mined.tx)
            self._sleep(0.5)
        return self.node.receipt(mined.tx) if self._depth else mined

    def _wait(self, row: OutboxRow) -> Mined:
        """Polls for a receipt; not there in time: CouldNotLook, and the row goes on living."""
        deadline = time.monotonic() + self._patience
        pause = 0.01
        while True:
            found = self._look(row)
            if found is not None:
                return found
            if time.monotonic() >= deadline:
                raise self._not_mined(row.attempts[-1][2])
            self._sleep(pause)
            pause = min(pause * 1.6, 0.5)
            if pause > 0.05:
                self._require_nonce(row)

    def _require_nonce(self, row: OutboxRow) -> None:
        """_NonceTaken, if the nonce is used up and no receipt of ours shows.

        On a zero-fee network another transaction of that nonce replaces a waiting one silently.
        """
        if self.node.nonce(self.address) <= row.attempts[-1][0]:
            return
        # The receipt may have come between the two questions, or may come a little late.
        for pause in (0.0, 0.1, 0.5):
            self._sleep(pause)
            if self._look(row) is not None:
                return
        raise _NonceTaken

    def _cause(self, row: OutboxRow, mined: Mined) -> bytes:
        """What a mined transaction reverted with, by running it on the state before; b"" if the
        node cannot say. For the sentence only: decisions are taken by looking at the head."""
        if row.to is None:
            return b""
        try:
            self.node.call(row.to, row.data, hex(max(mined.block - 1, 0)), self.address)
        except Reverted as reverted:
            return reverted.data
        except CouldNotLook:
            return b""
        return b""

    # ------------------------------------------------------------------ acting

    def _submit(self, row: OutboxRow) -> OutboxRow:
        """Signs if need be, stores, sends; the row is SENT when the node has the transaction."""
        if row.attempts:
            self._require_nonce(row)
        else:
            row = self._sign(row)
        refusal = self._send_raw(row)
        if refusal is not None:
            # Refused, and the node has none of ours. With today's gas and fees it may be taken;
            # the nonce stays, so that still at most one of them is ever mined.
            fresh = self._sign(row, row.attempts[-1][0])
            if fresh.attempts == row.attempts:
                raise refusal
            row = fresh
            refusal = self._send_raw(row)
            if refusal is not None:
                raise refusal
        return self._outbox.mark(row.id, TxState.SENT)

    def _sign(self, row: OutboxRow, nonce: int | None = None) -> OutboxRow:
        """Checks chain id and effect, signs, stores; sends nothing."""
        chain_id = self.node.chain_id()
        try:
            gas = estimate(self.node, self.address, row.to, row.data)
        except RpcError as error:
            data = revert_data(error)
            if data is not None:
                raise _WouldRevert(data) from error
            raise _refused("eth_estimateGas", error) from error
        fees = price(self.node, self.address, gas)
        if nonce is None:
            nonce = self.node.nonce(self.address, "pending")
        fields = transaction_fields(chain_id, nonce, row.to, row.data, fees)
        raw, tx = self._account.sign_transaction(fields)
        if any(known == tx for _, _, known in row.attempts):
            return row
        # Crash here: signed, not stored, so never sent. The next run signs anew.
        return self._outbox.add_attempt(row.id, nonce, raw, tx)
        # Crash after that: stored, perhaps not sent. The next run sends these very bytes.

    def _send_raw(self, row: OutboxRow) -> CouldNotLook | None:
        """Sends the newest bytes. None if the node has a transaction of ours, found by looking."""
        try:
            raw = "0x" + row.attempts[-1][1].hex()
            self.node.transport.request("eth_sendRawTransaction", [raw])
            # Crash here, or no answer: sent, not noted. The next run looks for the receipt, and
            # if there is none sends the same bytes again.
            return None
        except RpcError as error:
            # "already known", "nonce too low", …: every engine has its own words. Look instead.
            for _, _, tx in row.attempts:
                if self.node.receipt(tx) is not None or self.node.transaction(tx) is not None:
                    return None
            self._require_nonce(row)
            return _refused("eth_sendRawTransaction", error)

    # ------------------------------------------------------------------ when it went otherwise

    def _after_revert(self, row: OutboxRow, data: bytes) -> Receipt | None:
        """A revert of an anchor means: read the head. Ours: done. Still the one it follows: None,
        try again, if the head was the complaint. Any other head: the alarm.

        Anything else ends the row: NotAllowed("reverted").
        """
        call = self._anchor_call(row)
        if call is None:
            raise self._failed(row, data)
        found = standing(self.reader, call)
        if found.event is not None:
            return self._done(row, self._receipt(found.event.tx))
        if not found.follows:
            self._outbox.mark(row.id, TxState.FAILED, reason="head-moved")
            raise self._moved(found.head)
        if data and abi.decode_error(data)[0] != "HeadMismatch":
            raise self._failed(row, data)
        return None

    def _after_taken_nonce(self, row: OutboxRow, taken: _NonceTaken) -> Receipt:
        call = self._anchor_call(row)
        done = self._anchored(call) if call is not None else None
        if done is not None:
            return self._done(row, done)
        nonce = row.attempts[-1][0]
        self._outbox.mark(row.id, TxState.FAILED, reason=f"nonce {nonce} taken")
        raise NotAllowed("nonce-taken", nonce=nonce) from taken

    def _anchor_call(self, row: OutboxRow) -> AnchorCall | None:
        return read_anchor_data(row.data) if row.to is not None else None

    def _anchored(self, call: AnchorCall) -> Receipt | None:
        """The receipt of this very anchor, if it is on chain."""
        event = standing(self.reader, call).event
        return None if event is None else self._receipt(event.tx)

    def _receipt(self, tx: str) -> Receipt:
        mined = self.node.receipt(tx)
        if mined is None:
            raise CouldNotLook("node-garbage", what=f"no receipt of {tx}")
        return Receipt(mined.tx, mined.block, mined.gas, mined.status)

    def _moved(self, head: Head) -> NotAllowed:
        return NotAllowed("head-moved", seq=head.seq, size=head.size, root=head.root.hex())

    def _not_mined(self, tx: str) -> CouldNotLook:
        return CouldNotLook("not-mined", tx=tx, seconds=int(self._patience))


def _refused(method: str, error: RpcError) -> CouldNotLook:
    return CouldNotLook("node-refused", method=method, message=error.message, number=error.code)
