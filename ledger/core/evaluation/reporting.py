"""Making a report: the one function that the institution and every stranger compute.

1. the records of the subject that count (`standing`, for a teacher; a student's as they are);
2. the result of the rule set over them;
3. what has to be said of rules and charter (`Register.labels`);
4. all of it as the report's data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.core.evaluation.evaluate import Evaluator, Period, in_period, result_data, result_hash
from ledger.core.evaluation.register import Register
from ledger.core.evaluation.report import FORMAT
from ledger.core.evaluation.rules import RuleSet
from ledger.core.evaluation.standing import Item, Record, Standing, standing
from ledger.core.kinds import EvaluationKind as Kind


@dataclass(frozen=True)
class Basis:
    """What all reports of one evaluation share.

    `register`: the acts under the first `acts` entries of the stream `evaluation`. `stream`,
    `size`, `root`: the tree that the records are in. `block_of`: the block that anchored a leaf.
    """

    rules: RuleSet
    period: Period
    register: Register
    acts: int
    stream: str
    size: int
    root: bytes
    block_of: Callable[[int], int | None]


@dataclass(frozen=True)
class Subject:
    """One subject. `items`: the links of a teacher's chain below `size`; `count` and `last` are
    what the institution names as its end. A student has no chain: `records` and `refused` (leaves
    of statements whose values could not be read) instead, and no `count`."""

    name: str
    items: Sequence[Item] = ()
    count: int | None = None
    last: int | None = None
    records: Sequence[Record] = ()
    refused: Sequence[int] = ()


class Reporter:
    """A basis made ready for many subjects."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self._evaluator = Evaluator(basis.rules)
        self._labels = list(basis.register.labels(basis.rules, basis.period))
        self._rules = basis.register.rules(basis.rules.hash)
        self._chartered = basis.register.charter()

    def standing(self, subject: Subject) -> Standing:
        """The records that count."""
        basis = self.basis
        if subject.count is None:
            refused = [("value-refused", (leaf,)) for leaf in sorted(subject.refused)]
            return Standing(tuple(subject.records), (), tuple(refused))
        return standing(
            subject.items,
            subject.count,
            self._chartered.charter if self._chartered else None,
            basis.register,
            basis.block_of,
            self._belongs,
        )

    def _belongs(self, record: Record) -> bool:
        rules = self.basis.rules
        return record["type"] in rules.reads and in_period(rules, record, self.basis.period)

    def report(self, subject: Subject) -> dict[str, Any]:
        """The report's data. Raises what `Evaluator.evaluate` raises."""
        basis = self.basis
        stands = self.standing(subject)
        result = self._evaluator.evaluate(stands.counted, subject.name, basis.period)
        return {
            "format": FORMAT,
            "institution": basis.register.institution,
            "result": result_data(result),
            "result_hash": result_hash(result).hex(),
            "labels": self._labels,
            "rules": {
                "leaf": self._rules.leaf,
                "approvals": [act.leaf for act in self._rules.approvals],
            },
            "charter": self._chartered.act.leaf if self._chartered else None,
            "records": {
                "stream": basis.stream,
                "size": basis.size,
                "root": basis.root.hex(),
                "count": subject.count,
                "last": subject.last,
            },
            "evaluation": basis.acts,
            "aside": [{"leaf": leaf, "reason": reason} for leaf, reason in stands.aside],
            "findings": [
                {"code": code, "leaves": list(leaves)} for code, leaves in stands.findings
            ],
        }


def relevant_acts(register: Register, rules: RuleSet, people: Iterable[str]) -> list[int]:
    """Leaves of the acts that a report by these rules rests on: charters, profiles, every version
    of the rule set with its approvals, and the appointments of approvers and of `people`.

    Whoever is to judge signatures passes everybody (`Register.accounts`): that a key is a person's
    own, the appointments of the others say.
    """
    wanted = {act.leaf for act in register.of_kind(Kind.CHARTER) + register.of_kind(Kind.PROFILE)}
    names = set(people)
    for act in register.rule_sets(rules.id):
        wanted.add(act.leaf)
        for approval in register.referring(act.leaf, Kind.APPROVAL):
            wanted.add(approval.leaf)
            if approval.signature is not None:
                names.add(approval.signature.account)
    wanted |= {
        act.leaf for act in register.of_kind(Kind.APPOINTMENT) if act.body["account"] in names
    }
    return sorted(wanted)
