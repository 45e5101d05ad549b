"""People, acts in their order, and chains of records, for the tests of what an evaluation rests on.

Every act is read back from its bytes as a stranger reads it. Acts are anchored one a block: the act
at leaf n in block 10 (n + 1), an hour after the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from hypothesis import strategies as st

from ledger.core.commitment import commit
from ledger.core.entry import EvaluationEntry
from ledger.core.evaluation.acts import Act, act_payload, read_act
from ledger.core.evaluation.evaluate import Period
from ledger.core.evaluation.register import Register
from ledger.core.evaluation.report import report_hash
from ledger.core.evaluation.rules import rule_hash
from ledger.core.evaluation.standing import Item, Record
from ledger.core.kinds import EvaluationKind as Kind
from ledger.core.people import PersonKey
from tests.core.evaluation.made import indicator, rule_set
from tests.passkeys import Person

HOME, DOMAIN = "https://school.example", "school.example"
START = 1_772_380_800  # 2026-03-02 00:00 +08:00
HOUR, DAY = 3_600, 86_400
TERM = Period("2026-03-02/2026-07-01", START, START + 121 * DAY)
EFFECTIVE = date(2026, 3, 1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


def ways(data: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The keys that lead to every value within JSON data."""
    inner = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    found = [at] if at else []
    return found + [way for key in inner for way in ways(data[key], (*at, key))]


def put(data: Any, way: Sequence[Any], value: Any) -> None:
    """Puts another value into the place."""
    *outer, last = way
    for key in outer:
        data = data[key]
    data[last] = value


def person(name: str) -> Person:
    """An account with an Ed25519 key that follows from its name."""
    return Person(f"{HOME}|{name}")


DEAN, OFFICE, QUALITY, OBSERVER, TEACHER = (
    person(name) for name in ("dean", "office", "quality", "observer", "t-0")
)
ROLES = {
    DEAN: "department",
    OFFICE: "registrar",
    QUALITY: "department",
    OBSERVER: "observer",
    TEACHER: "teacher",
}


def charter(version: int = 1, **changed: Any) -> dict[str, Any]:
    """Two of three approve; department and registrar recognise; nothing has to be attested."""
    return {
        "format": "xuezheng-charter/1",
        "version": version,
        "approvers": {"accounts": [DEAN.account, OFFICE.account, QUALITY.account], "needed": 2},
        "recognition": {"signers": [["department"], ["registrar"]], "appeal_days": 15},
        "owners": {},
        "attestation": {},
        **changed,
    }


def rules_data(version: int = 1, **changed: Any) -> dict[str, Any]:
    """A rule set that counts sessions."""
    data = rule_set(indicator(["count", ["records", "session-delivered"]]), **changed)
    return {
        **data,
        "version": version,
        "reads": {"session-delivered": {"attended": "count"}},
        "tables": {},
    }


def report_data(
    subject: str = TEACHER.account, rules: Mapping[str, Any] | None = None, **changed: Any
) -> dict[str, Any]:
    """A report without records; `changed` are members of it."""
    data = rules_data() if rules is None else rules
    result = {
        "format": "xuezheng-result/1",
        "rules": {"id": data["id"], "version": data["version"], "hash": rule_hash(data).hex()},
        "subject": subject,
        "period": {"name": TERM.name, "start": TERM.start, "end": TERM.end},
        "indicators": [
            {"id": "one", "unit": "count", "value": "0", "missing": [], "inputs": []},
        ],
        "input_root": sha256(b"").hexdigest(),
    }
    return {
        "format": "xuezheng-report/1",
        "institution": DOMAIN,
        "result": result,
        "result_hash": "00" * 32,
        "labels": [],
        "rules": {"leaf": None, "approvals": []},
        "charter": 0,
        "records": {
            "stream": "teaching",
            "size": 4,
            "root": "11" * 32,
            "count": 0,
            "last": None,
        },
        "evaluation": 9,
        "aside": [],
        "findings": [],
        **changed,
    }


@dataclass
class Acts:
    """The stream `evaluation` of one institution."""

    domain: str = DOMAIN
    time: int = START - 30 * DAY
    acts: list[Act] = field(default_factory=list)

    def add(
        self, kind: Kind, refers: int | None = None, rules_hash: bytes | None = None,
        *, anchored: bool = True, **fields: Any,
    ) -> Act:  # fmt: skip
        """The next act, as it is read from entry and payload."""
        leaf = len(self.acts)
        payload = act_payload(kind, self.domain, **fields)
        entry = EvaluationEntry(self.time, commit(bytes(32), payload), kind, refers, rules_hash)
        at = (10 * (leaf + 1), self.time) if anchored else (None, None)
        act = read_act(leaf, entry, payload, *at)
        self.acts.append(act)
        self.time += HOUR
        return act

    def signed(
        self, kind: Kind, by: Person, content: Mapping[str, Any], refers: int,
        rules_hash: bytes | None = None, **more: Any,
    ) -> Act:  # fmt: skip
        """An act with a signature; `purpose` and `account` may be others than they should."""
        purpose = more.pop("purpose", kind.name.lower())
        signature = by.sign(purpose, more.pop("content_signed", content)).to_json()
        signature["account"] = more.pop("account", by.account)
        return self.add(
            kind, refers, rules_hash, content=dict(content), signature=signature, **more
        )

    # --------------------------------------------------------------- each kind

    def charter(self, version: int = 1, **changed: Any) -> Act:
        return self.add(Kind.CHARTER, charter=charter(version, **changed))

    def appoint(
        self, who: Person, *roles: str, keys: Sequence[PersonKey] | None = None, **more: Any
    ) -> Act:
        own = [who.key] if keys is None else keys
        return self.add(
            Kind.APPOINTMENT, account=who.account, roles=list(roles),
            keys=[key.to_json() for key in own], **more,
        )  # fmt: skip

    def found(self, **changed: Any) -> Acts:
        """Charter and people."""
        self.charter(**changed)
        for who, role in ROLES.items():
            self.appoint(who, role)
        return self

    def rule_set(self, data: Mapping[str, Any], effective: date = EFFECTIVE) -> Act:
        return self.add(
            Kind.RULE_SET, None, rule_hash(data), rules=data, effective=effective.isoformat()
        )

    def approve(self, by: Person, rules: Act, effective: date = EFFECTIVE, **more: Any) -> Act:
        data = rules.body["rules"]
        named = {"id": data["id"], "version": data["version"], "hash": rule_hash(data).hex()}
        changed = more.pop("named", {})
        content = {
            "institution": self.domain,
            "rules": {**named, **changed},
            "effective": effective.isoformat(),
        }
        hash = bytes.fromhex({**named, **changed}["hash"])
        return self.signed(Kind.APPROVAL, by, content, rules.leaf, hash, **more)

    def report(self, data: Mapping[str, Any] | None = None, **more: Any) -> Act:
        found = report_data() if data is None else data
        hash = bytes.fromhex(found["result"]["rules"]["hash"])
        return self.add(Kind.REPORT, None, hash, report=dict(found), **more)

    def _about(self, report: Act) -> dict[str, Any]:
        return {
            "institution": self.domain,
            "report": report_hash(report.body["report"]).hex(),
            "leaf": report.leaf,
        }

    def recognise(self, by: Person, report: Act, role: str, **more: Any) -> Act:
        content = {**self._about(report), "role": role, **more.pop("changed", {})}
        return self.signed(Kind.RECOGNITION, by, content, content["leaf"], **more)

    def appeal(self, by: Person, report: Act, **more: Any) -> Act:
        content = {**self._about(report), "reason": "少算一次课", **more.pop("changed", {})}
        return self.signed(Kind.APPEAL, by, content, content["leaf"], **more)

    def answer(
        self, by: Person, appeal: Act, role: str, successor: int | None = None, **more: Any
    ) -> Act:
        content = {
            "institution": self.domain,
            "appeal": appeal.leaf,
            "decision": "rejected" if successor is None else "upheld",
            "reason": "已核实",
            "report": successor,
            "role": role,
        }
        return self.signed(Kind.ANSWER, by, content, appeal.leaf, **more)

    def register(self) -> Register:
        return Register(self.domain, self.acts)


# ------------------------------------------------------------------- chains of records


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


LATER = 1_000_000
"""A block in which every act is anchored."""


@dataclass
class Chain:
    """One teacher's records, at every third leaf of the stream; anchored in the block `LATER`."""

    subject: str = TEACHER.account
    items: list[Item] = field(default_factory=list)

    def add(self, kind: str, signer: str | None = None, **fields: Any) -> Item:
        """A record of a type; its statement's id follows from its number unless given."""
        number = len(self.items)
        leaf = 3 * number
        record: dict[str, Any] = {
            "type": kind,
            "leaf": leaf,
            "subject": self.subject,
            "actor": self.subject,
            "by": f"{HOME}|platform",
            "at": START + number * HOUR,
            "source": "platform",
            "object": f"{HOME}/object/{number}",
            "statement": uuid(number),
            **fields,
        }
        found = {name: value for name, value in record.items() if value is not None}
        leaf_hash = sha256(str(leaf).encode()).digest()
        item = Item(number, leaf, found, signer, False, leaf_hash)
        self.items.append(item)
        return item

    def session(self, key: str = "", **fields: Any) -> Item:
        """A session of its own, or that of a key."""
        place = {"object": f"{HOME}/session/{key}"} if key else {}
        return self.add("session-delivered", **{"attended": 40, **place, **fields})

    def attest(self, by: Person, role: str, target: Item, **fields: Any) -> Item:
        assert target.record is not None and target.leaf_hash is not None
        signer = fields.pop("signer", f"{by.account}#{by.key.id.hex()}")
        made = {
            "actor": by.account,
            "by": f"{HOME}|xuezheng",
            "source": "xuezheng",
            "object": target.record["statement"],
            "role": role,
            "confirmed": True,
            "leaf_hash": target.leaf_hash.hex(),
            **fields,
        }
        return self.add("record-verified", signer, **made)

    def void(self, target: Item | str, **fields: Any) -> Item:
        named = target if isinstance(target, str) else target.record["statement"]  # type: ignore[index]
        made = {"actor": f"{HOME}|registrar", "by": f"{HOME}|registrar", **fields}
        return self.add("record-voided", None, object=named, reason="误录", **made)

    @property
    def count(self) -> int:
        return len(self.items)


def in_term(record: Record) -> bool:
    """What a rule set that reads sessions and runs looks at in the term."""
    return record["type"] in ("session-delivered", "run-opened") and (
        TERM.start <= record["at"] < TERM.end
    )


def leaves(records: Iterable[Record]) -> list[int]:
    return [record["leaf"] for record in records]
