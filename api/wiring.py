"""Joins ports to their implementations: the one place of the institution's side that knows all.

A folder's embedded chain is opened by one process; whoever comes second speaks to it over the
JSON-RPC that the first one announces in `chain.json`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from api.home import Config, Home, database_url, passphrase
from ledger.chain.connect import home_chain
from ledger.chain.deploy import check_contracts, parse_address
from ledger.chain.gateway import Gateway
from ledger.chain.reader import NodeReader
from ledger.chain.registrar import ChainRegistrar
from ledger.chain.sender import Sender
from ledger.chain.served import remove_served, write_served
from ledger.chain.transport import HttpTransport, LocalTransport, Transport
from ledger.keys.file import KeyFile
from ledger.office.context import Office
from ledger.store import Store, open_store


@dataclass
class Institution:
    """An opened folder: its use cases' ports, and what only the doors need."""

    home: Home
    config: Config
    office: Office
    store: Store
    keys: KeyFile
    _registrar: Callable[[], ChainRegistrar]
    chain_call: Callable[[bytes], bytes]
    """JSON-RPC bytes in and out: what `/chain` answers."""
    embedded: bool
    _announced: list[str] = field(default_factory=list)

    @property
    def registrar(self) -> ChainRegistrar:
        """Writes to council and registry in this institution's name."""
        return self._registrar()

    @property
    def account(self) -> str:
        """The chain account's address."""
        return self.keys.account().address

    def checked_address(self, given: str) -> str:
        """Checksummed address; WrongUse("bad-address")."""
        return parse_address(given)

    def announce(self, url: str) -> None:
        """Tells other processes where the embedded chain of this folder answers."""
        if self.embedded:
            write_served(self.home.root, url, self.config.chain_id)

    def withdraw(self) -> None:
        """Takes the announcement back."""
        if self.embedded:
            remove_served(self.home.root)


@contextmanager
def opened_store(home: Home) -> Iterator[Store]:
    """The folder's store alone, for what needs neither keys nor chain."""
    url = database_url(home.config().database)
    with ExitStack() as stack:
        store = open_store(home.root, url)
        stack.callback(store.close)
        yield store


@contextmanager
def opened(home: Home) -> Iterator[Institution]:
    """Everything of one institution. The chain is looked at, not only connected to.

    Raises NotAllowed("wrong-passphrase"), CouldNotLook, BadEvidence("wrong-chain" |
    "not-our-contracts") before anything is done.
    """
    config = home.config()
    with ExitStack() as stack:
        keys = KeyFile.open(home.keys_file, passphrase(home))
        store = open_store(home.root, database_url(config.database), ciphers=keys.ciphers())
        stack.callback(store.close)
        connect = connection(home, config.chain_url, stack)
        yield assemble(home, config, store, keys, connect)


def assemble(
    home: Home, config: Config, store: Store, keys: KeyFile, connect: Callable[[], Transport]
) -> Institution:
    """The institution over opened parts; checks the chain id and the contracts' code."""
    account = keys.account()
    first = NodeReader(connect(), config.contracts, config.chain_id)
    first.chain_id()
    check_contracts(first, config.contracts)
    ours = threading.local()

    def reader() -> NodeReader:
        # A connection is one thread's at a time, so each thread has its own.
        if not hasattr(ours, "reader"):
            ours.reader = NodeReader(connect(), config.contracts, config.chain_id)
        found: NodeReader = ours.reader
        return found

    def sender() -> Sender:
        if not hasattr(ours, "sender"):
            depth = 0 if config.engine in ("embedded", "qbft", "anvil") else 6
            ours.sender = Sender(reader(), account, store.outbox, depth=depth)
        found: Sender = ours.sender
        return found

    office = Office(
        identity=config.identity,
        store=store.streams,
        statements=store,
        documents=store,
        reader=reader,
        sender=sender,
        signer=keys.signer,
        signers=keys.signers,
        clock=lambda: int(time.time()),
        millis=lambda: time.time_ns() // 1_000_000,
        entropy=os.urandom,
    )
    embedded = config.chain_url is None
    return Institution(
        home,
        config,
        office,
        store,
        keys,
        lambda: ChainRegistrar(sender()),
        gateway(connect, writable=config.engine == "embedded"),
        embedded and isinstance(connect(), LocalTransport),
    )


def gateway(connect: Callable[[], Transport], writable: bool) -> Callable[[bytes], bytes]:
    """Answers JSON-RPC for `/chain`: reads only; of an embedded chain also raw transactions."""
    ours = threading.local()

    def call(body: bytes) -> bytes:
        if not hasattr(ours, "answer"):
            ours.answer = Gateway(connect(), writable).handle_http
        answer: bytes = ours.answer(body)
        return answer

    return call


def connection(home: Home, url: str | None, stack: ExitStack) -> Callable[[], Transport]:
    """How to reach the chain: over HTTP, or the folder's own, opened here or already served."""
    if url is not None:
        return lambda: HttpTransport(url)
    found = stack.enter_context(home_chain(home.root))
    if isinstance(found, LocalTransport):
        return lambda: found
    return lambda: HttpTransport(found.url)
