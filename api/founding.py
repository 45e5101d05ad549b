"""Founding an institution: keys, chain, contracts, registration — resumable until config.json.

1. the folder is empty, prepared, or a founding that was broken off; else refused;
2. keys;
   -- crash here or later: the marker file says that this folder is ours to go on with, and every
   transaction below is found again by its purpose in the outbox;
3. the chain: the folder's own, begun here, or the one at the given URL;
4. the contracts: deployed, or found from the council's address;
5. the application in the institution's own name: its keys and writer, approved by itself;
6. a founder admits and accredits itself (one of one); an applicant writes application.json;
7. config.json, last: the folder is complete.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from api.home import (
    Config,
    Home,
    database_url,
    kept_database,
    passphrase,
    read_file,
    write_atomically,
    write_json,
)
from ledger.chain.connect import home_chain
from ledger.chain.deploy import contracts_of, deploy
from ledger.chain.reader import NodeReader
from ledger.chain.registrar import ChainRegistrar
from ledger.chain.sender import Sender
from ledger.chain.transport import HttpTransport, Transport
from ledger.errors import NotAllowed, Refusal, WrongUse
from ledger.keys.file import KeyFile, keystore_address
from ledger.office import council as office_council
from ledger.office.context import Identity
from ledger.ports import Change, Contracts
from ledger.store import open_store

EVER = 100 * 365 * 86_400
"""Seconds: how long a founder accredits itself."""


@dataclass(frozen=True)
class Founding:
    """What `init` was asked for."""

    home: Home
    identity: Identity
    chain_url: str | None
    council: str | None
    account: Path | None
    database: str | None = None
    """Its URL; None: SQLite in the folder. `XUEZHENG_DATABASE` replaces it."""


@dataclass(frozen=True)
class Founded:
    """What came of it."""

    chain_id: int
    council: str
    account: str
    made_passphrase: bool


def prepare(home: Home, account: Path | None) -> str:
    """Only the keys and the account, for chains that must allow or fund it first."""
    _claim(home)
    keys = _keys(home, account)
    write_json(home.prepared_file, {"account": keys.account().address})
    return keys.account().address


def found(wanted: Founding) -> Founded:
    """Founds the institution. Raises Refusal("home-in-use") (exit 1) where there is one."""
    home = wanted.home
    if wanted.council and not wanted.chain_url:
        raise WrongUse("usage", why="--council needs --chain")
    had_passphrase = home.passphrase_file.exists()
    _claim(home)  # 1
    keys = _keys(home, wanted.account)  # 2
    with ExitStack() as stack:
        transport = _transport(home, wanted.chain_url, stack)  # 3
        store = open_store(home.root, database_url(wanted.database))
        stack.callback(store.close)
        account = keys.account()
        reader = NodeReader(transport, None)
        sender = Sender(reader, account, store.outbox)
        engine = engine_of(reader)
        contracts = _contracts(wanted, sender, reader)  # 4
        reader = NodeReader(transport, contracts, reader.chain_id())
        registrar = ChainRegistrar(Sender(reader, account, store.outbox))
        _register(wanted, keys, reader, registrar)  # 5, 6
        config = Config(
            wanted.identity,
            wanted.chain_url,
            reader.chain_id(),
            contracts,
            engine,
            database=kept_database(wanted.database),
        )
    home.save_config(config)  # 7
    home.prepared_file.unlink(missing_ok=True)
    made = home.passphrase_file.exists() and not had_passphrase
    return Founded(config.chain_id, contracts.council, account.address, made)


def _claim(home: Home) -> None:
    root = home.root
    try:
        root.mkdir(parents=True, exist_ok=True)
        taken = home.config_file.exists() or (
            any(root.iterdir()) and not home.prepared_file.exists()
        )
    except OSError as error:
        raise WrongUse("file-unwritable", path=root, why=error.strerror) from error
    if taken:
        raise Refusal("home-in-use", path=root)
    if not home.prepared_file.exists():
        write_json(home.prepared_file, {})


def _keys(home: Home, account: Path | None) -> KeyFile:
    keystore = read_file(account) if account else None
    if not home.keys_file.exists():
        # A passphrase made up here could not open a key file that exists already.
        secret = passphrase(home, create=keystore is None)
        return KeyFile.create(home.keys_file, secret, os.urandom, account_keystore=keystore)
    secret = passphrase(home)
    keys = KeyFile.open(home.keys_file, secret)
    address = keys.account().address
    if keystore is not None and keystore_address(keystore, secret) != address:
        raise Refusal("account-differs", account=address)
    return keys


def _transport(home: Home, url: str | None, stack: ExitStack) -> Transport:
    if url is not None:
        return HttpTransport(url)
    from ledger.chain.embedded.engine import GenesisSpec  # imports the whole EVM

    create = GenesisSpec.random(os.urandom, int(time.time()))
    return stack.enter_context(home_chain(home.root, create))


def engine_of(reader: NodeReader) -> str:
    """The kind of chain, from the node's own name for itself."""
    version = str(reader.node.ask("web3_clientVersion", [])).lower()
    names = {
        "xuezheng-embedded": "embedded", "besu": "qbft", "geth": "clique", "anvil": "anvil",
    }  # fmt: skip
    return next((name for start, name in names.items() if version.startswith(start)), "other")


def _contracts(wanted: Founding, sender: Sender, reader: NodeReader) -> Contracts:
    if wanted.council:
        return contracts_of(reader.node, wanted.council)
    kept = wanted.home.root / "contracts.json"
    if kept.exists():
        return Contracts(**json.loads(kept.read_bytes()))
    contracts = deploy(sender, sender.address, os.urandom)
    write_json(kept, contracts.__dict__)
    return contracts


def _register(
    wanted: Founding, keys: KeyFile, reader: NodeReader, registrar: ChainRegistrar
) -> None:
    identity, account = wanted.identity, keys.account().address
    if reader.institution_by_account(account) is None:
        offered = [
            (keys.signer(purpose).public_key, code, office_council.ED25519)
            for purpose, code in office_council.PURPOSES.items()
        ]
        if not any(a.account.lower() == account.lower() for a in reader.applications()):
            registrar.submit_application(
                identity.code, identity.domain, identity.name, identity.name_en,
                identity.public_url, identity.verify_url, offered,
            )  # fmt: skip
    if wanted.council:
        write_application(wanted.home, reader, identity, keys)
    elif reader.institution_by_account(account) is None:
        _admit_oneself(reader, registrar, account)


def _admit_oneself(reader: NodeReader, registrar: ChainRegistrar, account: str) -> None:
    application = office_council.open_application(reader, account)
    now = int(time.time())
    first = len(reader.institution_ids()) + 1
    granted = (first, office_council.kind_mask("all"), office_council.ALL_TYPES, now, now + EVER)
    changes = [Change("admit", (application.id,)), Change("accredit", granted)]
    proposed = registrar.propose(changes, now + office_council.PROPOSAL_DAYS * 86_400)
    if not proposed.executed:
        raise NotAllowed("not-registered")


def write_application(home: Home, reader: NodeReader, identity: Identity, keys: KeyFile) -> None:
    """`application.json`: what the applicant asks for, as it stands on chain."""
    write_atomically(
        home.application_file,
        json.dumps(
            {
                "code": identity.code,
                "domain": identity.domain,
                "name": identity.name,
                "name_en": identity.name_en,
                "public_url": identity.public_url,
                "verify_url": identity.verify_url,
                "account": keys.account().address,
                "chain_id": reader.chain_id(),
                "council": reader.contracts.council,
                "keys": [
                    {"public_key": keys.signer(purpose).public_key.hex(), "purpose": purpose}
                    for purpose in office_council.PURPOSES
                ],
            },
            ensure_ascii=False,
            indent=2,
        ).encode(),
    )
