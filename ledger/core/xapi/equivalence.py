"""When two statements are the same statement (Data 2.3.1, Statement Comparison Requirements).

Ignored is what a store may have assigned or serialized otherwise, and nothing else:

1. `id`, `stored`, `authority` and `version`; `timestamp` where only one of the two has it;
2. the notation of timestamps: compared are points in time, at the millisecond to which a store
   may cut them (Data 4.5.s2.b2);
3. definitions of activities and displays of verbs: they are not part of the statement;
4. the order of a group's members;
5. a context activity alone or in a list of one, for a store gives back a list (Data 2.4.6.2);
6. case where it has no meaning: domains of mailboxes, hex digits, UUIDs, language tags;
7. of a duration what is finer than 0.01 second (Data 4.6.s2.b3): cut off, not rounded.

Durations are otherwise compared as text, numbers by value. The data of attachments is no part of
a statement; the property `attachments` that declares them is.
"""

from __future__ import annotations

import json
import re

from ledger.core.canonical import canonical_json
from ledger.core.xapi.formats import rebuilt
from ledger.core.xapi.mentions import Json, mailbox
from ledger.core.xapi.stored import stored_json
from ledger.core.xapi.values import parse_timestamp
from ledger.errors import BadEvidence

_ASSIGNED = frozenset({"id", "stored", "authority", "version", "timestamp"})
_FINER = re.compile(r"(?<=[.,][0-9]{2})[0-9]+(?=S\Z)")


def _instant(text: str) -> str | int:
    try:
        return parse_timestamp(text)
    except BadEvidence:  # only where nobody checked the statement: the payload of a signature
        return text


def _agent(agent: Json) -> Json:
    changed = dict(agent)
    if "mbox" in agent:
        changed["mbox"] = mailbox(agent["mbox"])
    if "mbox_sha1sum" in agent:
        changed["mbox_sha1sum"] = agent["mbox_sha1sum"].lower()
    if "member" in agent:
        changed["member"] = sorted(map(_agent, agent["member"]), key=canonical_json)
    return changed


def _verb(verb: Json) -> Json:
    return {key: value for key, value in verb.items() if key != "display"}


def _activity(activity: Json) -> Json:
    return {key: value for key, value in activity.items() if key != "definition"}


def _attachment(attachment: Json) -> Json:
    changed = {**attachment, "sha2": attachment["sha2"].lower()}
    for name in ("display", "description"):
        if name in attachment:
            changed[name] = {tag.lower(): text for tag, text in attachment[name].items()}
    return changed


def _lowered(thing: Json, *names: str) -> Json:
    return {**thing, **{name: thing[name].lower() for name in names if name in thing}}


def _details(part: Json) -> Json:
    """What a statement and a SubStatement have in common besides agents, verbs, activities."""
    changed = dict(part)
    if part["object"].get("objectType") == "StatementRef":
        changed["object"] = _lowered(part["object"], "id")
    if "context" in part:
        changed["context"] = context = _lowered(part["context"], "registration", "language")
        if "statement" in context:
            context["statement"] = _lowered(context["statement"], "id")
    if "duration" in part.get("result", ()):
        duration = _FINER.sub("", part["result"]["duration"])
        changed["result"] = {**part["result"], "duration": duration}
    if "attachments" in part:
        changed["attachments"] = [_attachment(one) for one in part["attachments"]]
    return changed


def comparable(statement: Json) -> Json:
    """The statement without all that comparison ignores; `timestamp` is left out too.

    May raise KeyError, TypeError, AttributeError or ValueError for what is not a statement.
    """
    kept = {key: value for key, value in statement.items() if key not in _ASSIGNED}
    changed = _details(rebuilt(kept, _agent, _verb, _activity))
    if changed["object"].get("objectType") == "SubStatement":
        inner = _details(changed["object"])
        if "timestamp" in inner:
            inner["timestamp"] = _instant(inner["timestamp"])
        changed["object"] = inner
    return changed


def same_statement(old: Json, new: Json) -> bool:
    """Whether two statements are equivalent; both must be statements that were checked."""
    before, after = old.get("timestamp"), new.get("timestamp")
    if before is not None and after is not None and _instant(before) != _instant(after):
        return False
    # As bytes, because Python holds 1, 1.0 and true for equal.
    return _written(old) == _written(new)


def _written(statement: Json) -> bytes:
    """Canonical JSON for comparison; integers beyond ±(2^53-1) count as the nearest double."""
    value = comparable(statement)
    try:
        return canonical_json(value)
    except BadEvidence:
        return canonical_json(stored_json(json.dumps(value).encode()))


def equivalent(old: bytes, new: bytes) -> bool:
    """`same_statement` over two payloads, canonical JSON of what was submitted."""
    return old == new or same_statement(stored_json(old), stored_json(new))
