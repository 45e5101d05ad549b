"""Rule sets: shipped, put into the stream, approved by those whom the charter names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from ledger.core.canonical import parse_json
from ledger.core.evaluation.acts import Act
from ledger.core.evaluation.evaluate import Period
from ledger.core.evaluation.register import Register, RulesStanding
from ledger.core.evaluation.rules import RuleSet, check_rules
from ledger.core.kinds import EvaluationKind
from ledger.core.people import PersonSignature
from ledger.errors import BadEvidence, NotAllowed, UnknownNumber, WrongUse
from ledger.office.acts import (
    NewAct,
    Written,
    append_acts,
    candidate,
    refused,
    whole_register,
)
from ledger.office.context import Office

_SHIPPED = "ledger.core.evaluation.rulesets"
_NAME = re.compile(r"([a-z][a-z0-9-]{0,59})(?:@([1-9][0-9]{0,6}))?")


@dataclass(frozen=True)
class ChosenRules:
    """A rule set as data and checked. `act` None: it is one that the program brings along."""

    data: Any
    rules: RuleSet
    act: Act | None


def shipped() -> Mapping[str, Any]:
    """The rule sets that the program brings along, by id."""
    folder = files(_SHIPPED)
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".json"))
    found = [parse_json(folder.joinpath(name).read_bytes()) for name in names]
    return {data["id"]: data for data in found}


def choose(register: Register, name: str, period: Period) -> ChosenRules:
    """The rule set for a period: `ID@VERSION`, or `ID`, of whose versions the one in effect when
    the period begins is taken; one that is not in the register may be a shipped one.

    Raises WrongUse rules-name, UnknownNumber no-such-rules.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise WrongUse("rules-name", name=name[:80])
    id, version = match[1], int(match[2]) if match[2] else None
    if version is None:
        act = register.newest_rules(id, period)
    else:
        acts = register.rule_sets(id)
        act = next((one for one in acts if one.body["rules"]["version"] == version), None)
    if act is not None:
        return ChosenRules(act.body["rules"], check_rules(act.body["rules"]), act)
    data = shipped().get(id)
    if data is None or version not in (None, data["version"]):
        raise UnknownNumber("no-such-rules", name=name, known=", ".join(shipped()))
    return ChosenRules(data, check_rules(data), None)


# ------------------------------------------------------------------- approving


def approval_content(office: Office, rules: RuleSet, effective: date) -> dict[str, Any]:
    """What an approver signs."""
    return {
        "institution": office.identity.domain,
        "rules": {"id": rules.id, "version": rules.version, "hash": rules.hash.hex()},
        "effective": effective.isoformat(),
    }


def approve(
    office: Office, data: Any, effective: date, signature: PersonSignature
) -> tuple[Written, RulesStanding]:
    """One approver's approval; the first one puts the rule set into the stream as well.

    Raises BadEvidence rules-…; NotAllowed: no-charter, approver-not-named, act-signer,
    person-signature, rules-version-used (another text, or another date, has this version),
    approval-twice. Nothing is written then.
    """
    rules = check_rules(data)
    register = whole_register(office)
    chartered = register.charter()
    if chartered is None:
        raise NotAllowed("no-charter")
    if signature.account not in chartered.charter.approvers:
        raise NotAllowed("approver-not-named", leaf="—", account=signature.account)
    rule_set = _rule_set(data, rules, effective)
    _refuse_used(register, rules, effective)
    content = approval_content(office, rules, effective)
    fields = {"content": content, "signature": signature.to_json()}
    once = (rules.id, rules.version, signature.account)
    approval = NewAct(EvaluationKind.APPROVAL, once, fields, None, rules.hash)
    try:
        register.signer(candidate(office, approval))
    except BadEvidence as bad:
        raise refused(bad) from bad
    if any(act.signature and act.signature.account == signature.account
           for act in _approvals(register, rules)):  # fmt: skip
        raise NotAllowed("approval-twice", account=signature.account, name=_shown(rules))
    leaf = append_acts(office, [rule_set], "rules-version-used")[0].leaf
    # A crash here leaves a rule set without this approval: done again, it is found as it stands.
    again = NewAct(EvaluationKind.APPROVAL, once, fields, leaf, rules.hash)
    written = append_acts(office, [again], "approval-twice")[0]
    return written, whole_register(office).rules(rules.hash)


def _rule_set(data: Any, rules: RuleSet, effective: date) -> NewAct:
    fields = {"rules": data, "effective": effective.isoformat()}
    once = (rules.id, rules.version)
    return NewAct(EvaluationKind.RULE_SET, once, fields, None, rules.hash)


def _refuse_used(register: Register, rules: RuleSet, effective: date) -> None:
    for act in register.rule_sets(rules.id):
        if act.body["rules"]["version"] == rules.version and (
            act.rules_hash != rules.hash or act.body["effective"] != effective.isoformat()
        ):
            raise NotAllowed("rules-version-used", name=_shown(rules), leaf=act.leaf)


def _approvals(register: Register, rules: RuleSet) -> list[Act]:
    return [
        approval
        for act in register.rule_sets(rules.id)
        if act.rules_hash == rules.hash
        for approval in register.referring(act.leaf, EvaluationKind.APPROVAL)
    ]


def _shown(rules: RuleSet) -> str:
    return f"{rules.id}@{rules.version}"
