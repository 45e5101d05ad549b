"""Acts: what the stream `evaluation` holds, as payloads (`docs/spec/evaluation-acts.md`).

An act is written once and never changed. What people sign is the `content`; their signature stands
beside it in the payload, so that nothing of a person is in the public entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.core.canonical import canonical_json, parse_json
from ledger.core.dates import parse_day
from ledger.core.entry import EvaluationEntry
from ledger.core.evaluation import messages_acts as _messages  # noqa: F401  (registers the codes)
from ledger.core.evaluation.charter import read_account, read_charter
from ledger.core.kinds import EvaluationKind
from ledger.core.people import PersonKey, PersonSignature, read_person_key, read_signature
from ledger.core.shape import Shape
from ledger.core.teaching.extension import extension_of
from ledger.core.teaching.vocabulary import ROLES
from ledger.errors import BadEvidence

FORMAT = "xuezheng-act/1"
DECISIONS = ("upheld", "rejected")
MAX_REASON = 2_000
MAX_ACT = 4 << 20
_MAX_INT = 2**53 - 1
_MAX_KEYS = 20

KIND_NAMES = {kind: kind.name.lower().replace("_", "-") for kind in EvaluationKind}
_KINDS = {name: kind for kind, name in KIND_NAMES.items()}
SIGNED = {
    EvaluationKind.APPROVAL: "approval",
    EvaluationKind.RECOGNITION: "recognition",
    EvaluationKind.APPEAL: "appeal",
    EvaluationKind.ANSWER: "answer",
}
"""What people sign, with the purpose that their signature names."""


@dataclass(frozen=True)
class Act:
    """An act in its place. `body` is the payload's JSON.

    `block` and `time` are those of the first anchor that covers it (Unix seconds): its ledger time;
    None while no anchor does.
    """

    leaf: int
    kind: EvaluationKind
    refers: int | None
    rules_hash: bytes | None
    body: Mapping[str, Any]
    block: int | None = None
    time: int | None = None

    @property
    def content(self) -> Mapping[str, Any]:
        """What was signed; of an act that nobody signs the body."""
        found: Mapping[str, Any] = self.body.get("content", self.body)
        return found

    @property
    def signature(self) -> PersonSignature | None:
        """Of an act that a person signs; checked for its form only."""
        if self.kind not in SIGNED:
            return None
        return read_signature(Shape(self.body["signature"], "act-format", "/signature"))


def act_body(kind: EvaluationKind, institution: str, **fields: Any) -> dict[str, Any]:
    """The body of an act, not checked."""
    return {"format": FORMAT, "institution": institution, "kind": KIND_NAMES[kind], **fields}


def act_payload(kind: EvaluationKind, institution: str, **fields: Any) -> bytes:
    """The canonical payload of an act; checked as a reader checks it, but for a report, which is
    long and comes from `reporting` itself."""
    payload = canonical_json(act_body(kind, institution, **fields))
    if kind is not EvaluationKind.REPORT:
        read_payload(payload)
    return payload


def read_payload(payload: bytes) -> tuple[EvaluationKind, dict[str, Any]]:
    """Kind and body of an act's payload. Raises BadEvidence: act-format with the place, json,
    charter-… and profile-… for a charter and a profile.

    Of a rule set and a report it reads what other acts are judged by; `check_rules` and
    `read_report` read the rest.
    """
    value = parse_json(payload, limit=MAX_ACT)
    if type(value) is not dict or type(value.get("kind")) is not str:
        raise BadEvidence("act-format", pointer="/kind", expected=" | ".join(_KINDS))
    top = Shape(value, "act-format")
    kind = _KINDS[top["kind"].one_of(_KINDS)]
    own, read = _READERS[kind]
    top.object(("format", "institution", "kind", *own))
    top["format"].exactly(FORMAT)
    top["institution"].text(253)
    read(top)
    if _canonical(value) != payload:
        top.refuse("RFC 8785")
    return kind, value


def _canonical(value: Any) -> bytes | None:
    try:
        return canonical_json(value)
    except BadEvidence:
        return None


def read_act(
    leaf: int,
    entry: EvaluationEntry,
    payload: bytes,
    block: int | None = None,
    time: int | None = None,
) -> Act:
    """The act of an entry and its payload, which must say the same of what it is.

    Raises what `read_payload` raises, and BadEvidence act-entry.
    """
    kind, body = read_payload(payload)
    if kind is not entry.what:
        raise BadEvidence("act-entry", leaf=leaf, part="kind")
    act = Act(leaf, kind, entry.refers, entry.rules_hash, body, block, time)
    if kind in (EvaluationKind.RECOGNITION, EvaluationKind.APPEAL):
        _agree(act, act.content["leaf"])
    elif kind is EvaluationKind.ANSWER:
        _agree(act, act.content["appeal"])
    elif kind is EvaluationKind.APPROVAL:
        _agree_rules(act, act.content["rules"]["hash"])
    elif kind is EvaluationKind.REPORT:
        _agree_rules(act, body["report"]["result"]["rules"]["hash"])
    return act


def _agree(act: Act, named: int) -> None:
    if act.refers != named:
        raise BadEvidence("act-entry", leaf=act.leaf, part="refers")


def _agree_rules(act: Act, named: str) -> None:
    if (act.rules_hash or b"").hex() != named:
        raise BadEvidence("act-entry", leaf=act.leaf, part="rules_hash")


# ------------------------------------------------------------------- what each kind holds


def _charter(top: Shape) -> None:
    read_charter(top["charter"].value)


def _appointment(top: Shape) -> None:
    read_account(top["account"])
    roles = [one.one_of(ROLES) for one in top["roles"].items(len(ROLES))]
    if len(set(roles)) != len(roles):
        top["roles"].refuse("each role once")
    keys_of(top)


def keys_of(top: Shape) -> tuple[PersonKey, ...]:
    """The keys of an appointment."""
    return tuple(read_person_key(one) for one in top["keys"].items(_MAX_KEYS))


def _map(shape: Shape) -> Shape:
    """An object whose members are read one by one, whatever else it has."""
    if type(shape.value) is not dict:
        shape.refuse("object")
    return shape


def _profile(top: Shape) -> None:
    extension_of(top["profile"].value)


def _rule_set(top: Shape) -> None:
    rules = _map(top["rules"])
    rules["id"].text()
    rules["version"].integer(1, _MAX_INT)
    read_date(top["effective"])


def read_date(shape: Shape) -> date:
    """A day `YYYY-MM-DD`."""
    try:
        return parse_day(shape.text(10))
    except ValueError:
        shape.refuse("YYYY-MM-DD")


def _report(top: Shape) -> None:
    report = _map(top["report"])
    report["institution"].exactly(top["institution"].value)
    result = _map(report["result"])
    result["subject"].text(2_000, 0)
    period = result["period"].object(("name", "start", "end"))
    period["name"].text(2_000, 0)
    for bound in ("start", "end"):
        period[bound].integer(-_MAX_INT, _MAX_INT)
    rules = result["rules"].object(("id", "version", "hash"))
    rules["id"].text()
    rules["version"].integer(1, _MAX_INT)
    rules["hash"].hex(32)


def _signed(top: Shape, members: tuple[str, ...]) -> Shape:
    content = top["content"].object(("institution", *members))
    content["institution"].exactly(top["institution"].value)
    read_signature(top["signature"])
    return content


def _approval(top: Shape) -> None:
    content = _signed(top, ("rules", "effective"))
    rules = content["rules"].object(("id", "version", "hash"))
    rules["id"].text()
    rules["version"].integer(1, _MAX_INT)
    rules["hash"].hex(32)
    read_date(content["effective"])


def _recognition(top: Shape) -> None:
    content = _signed(top, ("report", "leaf", "role"))
    content["report"].hex(32)
    content["leaf"].integer(0, _MAX_INT)
    content["role"].one_of(ROLES)


def _appeal(top: Shape) -> None:
    content = _signed(top, ("report", "leaf", "reason"))
    content["report"].hex(32)
    content["leaf"].integer(0, _MAX_INT)
    content["reason"].text(MAX_REASON)


def _answer(top: Shape) -> None:
    content = _signed(top, ("appeal", "decision", "reason", "report", "role"))
    content["appeal"].integer(0, _MAX_INT)
    decision = content["decision"].one_of(DECISIONS)
    content["reason"].text(MAX_REASON)
    content["role"].one_of(ROLES)
    if decision == "upheld":
        content["report"].integer(0, _MAX_INT)
    elif content["report"].value is not None:
        content["report"].refuse("null")


_READERS = {
    EvaluationKind.CHARTER: (("charter",), _charter),
    EvaluationKind.APPOINTMENT: (("account", "roles", "keys"), _appointment),
    EvaluationKind.PROFILE: (("profile",), _profile),
    EvaluationKind.RULE_SET: (("rules", "effective"), _rule_set),
    EvaluationKind.APPROVAL: (("content", "signature"), _approval),
    EvaluationKind.REPORT: (("report",), _report),
    EvaluationKind.RECOGNITION: (("content", "signature"), _recognition),
    EvaluationKind.APPEAL: (("content", "signature"), _appeal),
    EvaluationKind.ANSWER: (("content", "signature"), _answer),
}
