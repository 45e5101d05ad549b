"""An institution's data folder: where things lie, its configuration, its passphrase.

DIR/config.json       who we are, which chain, which contracts
DIR/keys.json         encrypted keys
DIR/store.db          records, outbox, tokens; none where `database` names another database
DIR/streams/<kind>/   public files of the streams
DIR/chain/            the embedded chain, where there is one
DIR/chain.json        address of the embedded chain while something serves it
"""

from __future__ import annotations

import getpass
import json
import os
import re
import secrets
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from api import messages as _messages  # noqa: F401  (registers the codes)
from ledger.errors import BadEvidence, NotAllowed, WrongUse
from ledger.office.context import Identity
from ledger.ports import Contracts

_PASSWORD = re.compile(r"^([\w+]+://[^:@/]*):[^@]*@")
"""In a database's URL, as SQLAlchemy reads it."""


@dataclass(frozen=True)
class Config:
    """`config.json`. `chain_url` None: the embedded chain in this folder. `database` None: SQLite
    in this folder; else its URL, which `XUEZHENG_DATABASE` replaces (`database_url`)."""

    identity: Identity
    chain_url: str | None
    chain_id: int
    contracts: Contracts
    engine: str
    anchor_interval: int = 60
    database: str | None = None


@dataclass(frozen=True)
class Home:
    """Paths of one institution's folder."""

    root: Path

    @property
    def config_file(self) -> Path:
        return self.root / "config.json"

    @property
    def keys_file(self) -> Path:
        return self.root / "keys.json"

    @property
    def chain_dir(self) -> Path:
        return self.root / "chain"

    @property
    def chain_json(self) -> Path:
        return self.root / "chain.json"

    @property
    def application_file(self) -> Path:
        return self.root / "application.json"

    @property
    def passphrase_file(self) -> Path:
        return self.root / "passphrase"

    @property
    def prepared_file(self) -> Path:
        """Left by `init --prepare`: there are keys here, but no institution yet."""
        return self.root / "prepared.json"

    def config(self) -> Config:
        """Raises WrongUse("no-home") where nothing was initialised, BadEvidence if damaged."""
        try:
            value = json.loads(self.config_file.read_bytes())
        except FileNotFoundError as error:
            raise WrongUse("no-home", path=self.root) from error
        except (OSError, ValueError) as error:
            raise BadEvidence("config-damaged", path=self.config_file, why=error) from error
        return _config(self.config_file, value)

    def save_config(self, config: Config) -> None:
        """Written last by `init`: its presence means that the folder is complete."""
        secret = config.database is not None  # a database's URL may hold a password
        write_atomically(self.config_file, _pretty(asdict(config)), 0o600 if secret else 0o644)


def _config(path: Path, value: Any) -> Config:
    try:
        return Config(
            Identity(**value["identity"]),
            value["chain_url"],
            int(value["chain_id"]),
            Contracts(**value["contracts"]),
            value["engine"],
            int(value.get("anchor_interval", 60)),
            _optional_text(value.get("database")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadEvidence("config-damaged", path=path, why=error) from error


def _optional_text(value: Any) -> str | None:
    if not isinstance(value, str | None):
        raise TypeError(type(value).__name__)
    return value


def database_url(configured: str | None) -> str | None:
    """The database's URL: `XUEZHENG_DATABASE`, so that a password need not lie in the folder, or
    the one given; None for SQLite in the folder."""
    return os.environ.get("XUEZHENG_DATABASE") or configured


def kept_database(option: str | None) -> str | None:
    """What `config.json` keeps of the database's URL: the option as it was given; of one that only
    the environment names, all but the password, so that nobody opens another database unawares."""
    if option is not None:
        return option
    url = os.environ.get("XUEZHENG_DATABASE")
    return _PASSWORD.sub(r"\1@", url) if url else None


def _pretty(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def write_json(path: Path, value: Any) -> None:
    """Pretty JSON, atomically."""
    write_atomically(path, _pretty(value))


def write_atomically(path: Path, data: bytes, mode: int = 0o644) -> None:
    """The whole file or nothing: temporary file, fsync, rename. Raises WrongUse if it cannot be."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise WrongUse("file-unwritable", path=path, why=error.strerror) from error


def read_file(path: Path) -> bytes:
    """The file's bytes; WrongUse("file-unreadable")."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise WrongUse("file-unreadable", path=path, why=error.strerror) from error


def passphrase(home: Home, create: bool = False) -> str:
    """The passphrase of the keys, from where commands.md says, in this order.

    `XUEZHENG_PASSPHRASE`, the file in `XUEZHENG_PASSPHRASE_FILE`, `DIR/passphrase`, a prompt. With
    `create` and without a terminal a random one is written to `DIR/passphrase` (mode 0600).
    """
    given = os.environ.get("XUEZHENG_PASSPHRASE")
    if given:
        return given
    named = os.environ.get("XUEZHENG_PASSPHRASE_FILE")
    if named:
        return _kept(Path(named))
    if home.passphrase_file.exists():
        return _kept(home.passphrase_file)
    if sys.stdin is not None and sys.stdin.isatty():
        return _prompt(create)
    if not create:
        raise NotAllowed("no-passphrase")
    made = secrets.token_urlsafe(24)
    write_atomically(home.passphrase_file, made.encode() + b"\n", mode=0o600)
    return made


def person_passphrase(path: Path, create: bool = False) -> str:
    """The passphrase of a person's key file: that of the person first, who may be at an
    institution's machine whose keys have another one.

    `XUEZHENG_PERSON_PASSPHRASE`, the file in `XUEZHENG_PERSON_PASSPHRASE_FILE`, the same of the
    institution's names, a prompt; without a terminal NotAllowed("no-passphrase").
    """
    for name in ("XUEZHENG_PERSON_PASSPHRASE", "XUEZHENG_PASSPHRASE"):
        if given := os.environ.get(name):
            return given
        if named := os.environ.get(f"{name}_FILE"):
            return _kept(Path(named))
    if sys.stdin is not None and sys.stdin.isatty():
        return _prompt(create, f" ({path})")
    raise NotAllowed("no-passphrase")


def _kept(path: Path) -> str:
    secret = read_file(path).decode(errors="replace").strip()
    if not secret:  # never encrypt keys with nothing
        raise NotAllowed("no-passphrase")
    return secret


def _prompt(create: bool, of: str = "") -> str:
    first = getpass.getpass(f"口令 passphrase{of}: ")
    if create and getpass.getpass("再次输入 again: ") != first:
        raise NotAllowed("passphrase-mismatch")
    if not first:
        raise NotAllowed("no-passphrase")
    return first
