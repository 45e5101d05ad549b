"""Whom `--person` names, and the statements that concern them.

A person is given as
- `<home page>|<name>`: an account;
- `mailto:<mailbox>`: a mailbox, and its SHA-1 in statements that hide it so;
- anything else: a bare account name, a mailbox, an OpenID or a mailbox's SHA-1, looked for among
  the agents that statements named. More than one that fits is refused, with all of them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledger.core.xapi.mentions import Role, agent_key, mailbox, mentions
from ledger.errors import WrongUse
from ledger.office import messages_person as _messages  # noqa: F401  (registers the codes)
from ledger.office.context import Office
from ledger.ports.statements import Cursor, StatementQuery, StoredStatement

PAGE = 200
MAX_CHOICES = 20
_MAILBOX = re.compile(r"[^@\s|]+@[^@\s|]+")
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")


@dataclass(frozen=True)
class Person:
    """The agent keys (`mentions.agent_key`) under which statements know one person."""

    keys: tuple[str, ...]

    @property
    def named(self) -> list[str]:
        """The keys as they are given on the command line."""
        return [readable(key) for key in self.keys]


@dataclass(frozen=True)
class Concerning:
    """A statement about the person. `own`: the person is its actor, and not only mentioned."""

    stored: StoredStatement
    statement: dict[str, Any]
    own: bool


def find_person(office: Office, given: str) -> Person | None:
    """The person, or None where no statement names anybody like that (any more).

    Raises WrongUse("person-ambiguous") with the candidates, WrongUse("person-empty").
    """
    given = given.strip()
    if not given:
        raise WrongUse("person-empty")
    if given.startswith("mailto:"):
        return Person(_mailbox_keys(given))
    home_page, bar, name = given.partition("|")
    if bar and ":" in home_page and name:
        return Person((f"account\n{home_page}\n{name}",))
    found = sorted(set(_fitting(office, given)))
    if len(found) > 1:
        shown = [readable(keys[0]) for keys in found[:MAX_CHOICES]]
        raise WrongUse("person-ambiguous", given=given, count=len(found), found=", ".join(shown))
    return Person(found[0]) if found else None


def _fitting(office: Office, given: str) -> Iterator[tuple[str, ...]]:
    """The keys of each known agent that a bare text may mean; those of a mailbox go together."""
    own = _mailbox_keys(f"mailto:{given}") if _MAILBOX.fullmatch(given) else ()
    others = {f"openid\n{given}"}
    if _SHA1.fullmatch(given):
        others.add(f"mbox_sha1sum\n{given.lower()}")
    for data in office.statements.known_agents():
        agent = json.loads(data)
        key = agent_key(agent)
        if key in own:
            yield own
        elif key in others or agent.get("account", {}).get("name") == given:
            yield (key,)


def _mailbox_keys(iri: str) -> tuple[str, ...]:
    plain = mailbox(iri)
    hashes = {hashlib.sha1(one.encode()).hexdigest() for one in (iri, plain)}
    return (f"mbox\n{plain}", *(f"mbox_sha1sum\n{one}" for one in sorted(hashes)))


def readable(key: str) -> str:
    """An agent's key in one line, as `--person` takes it."""
    kind, _, value = key.partition("\n")
    return value.replace("\n", "|") if kind == "account" else value


def concerning(office: Office, person: Person) -> Iterator[Concerning]:
    """Every statement that names the person, voided ones too, oldest first, page by page.

    Statements that only refer to one of these by a StatementRef do not name anybody.
    """
    wanted = tuple((role, key) for key in person.keys for role in (Role.AGENT, Role.AGENT_RELATED))
    after: Cursor | None = None
    while True:
        query = StatementQuery(
            filters=(wanted,), ascending=True, limit=PAGE, after=after, voided=True
        )
        found = office.statements.statements(query)
        for stored in found:
            statement: dict[str, Any] = json.loads(stored.payload)
            named = {value for _, value in mentions(statement, json.loads(stored.authority))}
            if named & set(person.keys):
                own = agent_key(statement["actor"]) in person.keys
                yield Concerning(stored, statement, own)
        if len(found) < PAGE:
            return
        after = Cursor(found[-1].stored, found[-1].kind, found[-1].index)
