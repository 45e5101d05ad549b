"""What the acts of the stream `evaluation` amount to: people, charter, rule sets in effect.

Everything follows from acts in their order; a later act never changes what an earlier one was
judged by (`docs/spec/evaluation-acts.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.core.dates import parse_day, start_of_day
from ledger.core.evaluation.acts import SIGNED, Act, keys_of
from ledger.core.evaluation.charter import Charter, read_charter
from ledger.core.evaluation.evaluate import Period
from ledger.core.evaluation.labels import LABELS
from ledger.core.evaluation.rules import RuleSet, rule_hash
from ledger.core.kinds import EvaluationKind
from ledger.core.people import PersonKey, verify_person
from ledger.core.shape import Shape
from ledger.core.teaching.extension import extension_of
from ledger.core.teaching.terms import Extension, Vocabulary
from ledger.core.teaching.vocabulary import STANDARD
from ledger.errors import BadEvidence, Refusal


@dataclass(frozen=True)
class Appointment:
    """What an account is from here on: its roles, and the keys under which it signs. Without roles
    it has no keys either; a key that another account had before is not among them."""

    act: Act
    roles: frozenset[str]
    keys: tuple[PersonKey, ...]


@dataclass(frozen=True)
class Chartered:
    """A charter in its place."""

    act: Act
    charter: Charter


@dataclass(frozen=True)
class RulesStanding:
    """How a rule set stands. `leaf`: its act, None if it was never put into the stream.

    `approvals`: one valid approval for each approver, in order; `completing`: the one with which
    there were enough by the charter of its time; `wrong`: acts that approve it and do not count,
    with the reason. `needed`: how many it takes by the charter of now.
    """

    leaf: int | None
    effective: date | None
    needed: int
    approvals: tuple[Act, ...] = ()
    completing: Act | None = None
    wrong: tuple[tuple[int, Refusal], ...] = ()

    @property
    def approved(self) -> bool:
        return self.completing is not None

    @property
    def since(self) -> int | None:
        """Ledger time (Unix seconds) of the approval that completed it; None if there is none, or
        no anchor covers it yet."""
        return self.completing.time if self.completing else None


class Register:
    """The acts of one institution, by what they are about."""

    def __init__(self, institution: str, acts: Iterable[Act]) -> None:
        """Raises BadEvidence act-institution for an act of another one, charter-…, act-format."""
        self.institution = institution
        self._by_leaf = {act.leaf: act for act in acts}
        self.acts = sorted(self._by_leaf.values(), key=lambda act: act.leaf)
        self._whose: dict[bytes, str] = {}
        self._charters: list[Chartered] = []
        self._people: dict[str, list[Appointment]] = {}
        self._referring: dict[int, list[Act]] = {}
        for act in self.acts:
            if act.body["institution"] != institution:
                raise BadEvidence(
                    "act-institution", leaf=act.leaf, found=act.body["institution"],
                    expected=institution,
                )  # fmt: skip
            self._take(act)

    def _take(self, act: Act) -> None:
        if act.refers is not None:
            self._referring.setdefault(act.refers, []).append(act)
        if act.kind is EvaluationKind.CHARTER:
            self._charters.append(Chartered(act, read_charter(act.body["charter"])))
        elif act.kind is EvaluationKind.APPOINTMENT:
            self._appoint(act, act.body["account"], frozenset(act.body["roles"]))

    def _appoint(self, act: Act, account: str, roles: frozenset[str]) -> None:
        """Nothing that is signed names the account, so one key is one person for ever."""
        keys = keys_of(Shape(act.body, "act-format")) if roles else ()
        own = tuple(key for key in keys if self._whose.setdefault(key.public, account) == account)
        self._people.setdefault(account, []).append(Appointment(act, roles, own))

    # --------------------------------------------------------------- people and charter

    def act(self, leaf: int) -> Act | None:
        return self._by_leaf.get(leaf)

    def of_kind(self, kind: EvaluationKind) -> list[Act]:
        return [act for act in self.acts if act.kind is kind]

    def referring(self, leaf: int, kind: EvaluationKind) -> list[Act]:
        """The acts of a kind that refer to a leaf, in order."""
        return [act for act in self._referring.get(leaf, ()) if act.kind is kind]

    def charter(self, before: int | None = None) -> Chartered | None:
        """The newest charter, or the newest before a leaf."""
        fitting = [one for one in self._charters if before is None or one.act.leaf < before]
        return fitting[-1] if fitting else None

    def accounts(self) -> Sequence[str]:
        """Everybody who was ever appointed."""
        return tuple(self._people)

    def whose(self, key: PersonKey) -> str | None:
        """The account that was first appointed with a key: it is that person's for ever."""
        return self._whose.get(key.public)

    def appointment(
        self, account: str, before: int | None = None, block: int | None = None
    ) -> Appointment | None:
        """What an account is: now, before a leaf of this stream, or anchored by a block.

        Acts of other streams are compared by blocks, because only these order the streams.
        """
        found = None
        for one in self._people.get(account, ()):
            late = before is not None and one.act.leaf >= before
            unseen = block is not None and (one.act.block is None or one.act.block > block)
            if not late and not unseen:
                found = one
        return found

    def has_role(self, account: str, role: str, block: int | None) -> bool:
        """Whether the account held the role in a block (None: holds it now)."""
        found = self.appointment(account, block=block)
        return found is not None and role in found.roles

    def signer(self, act: Act) -> str:
        """The account whose signature an act bears, after checking it.

        Raises BadEvidence act-signer (nobody was appointed under that account and key before it),
        person-signature.
        """
        signature = act.signature
        if signature is None:
            raise BadEvidence("act-signer", leaf=act.leaf, account="—")
        key = self.key(signature.account, signature.key, before=act.leaf)
        if key is None:
            raise BadEvidence("act-signer", leaf=act.leaf, account=signature.account)
        verify_person(key, signature, SIGNED[act.kind], act.content)
        return signature.account

    def key(
        self, account: str, key: bytes, before: int | None = None, block: int | None = None
    ) -> PersonKey | None:
        """The key of that id that the account has, as of a leaf or block."""
        found = self.appointment(account, before, block)
        return next((one for one in found.keys if one.id == key), None) if found else None

    # --------------------------------------------------------------- profiles and rule sets

    def extensions(self) -> tuple[Extension, ...]:
        """The further profiles, each in its newest edition, in the order of their first act."""
        found: dict[str, Extension] = {}
        for act in self.of_kind(EvaluationKind.PROFILE):
            extension = extension_of(act.body["profile"])
            found[extension.iri] = extension
        return tuple(found.values())

    def vocabulary(self) -> Vocabulary:
        """What teaching statements are read by. Raises BadEvidence profile-clash."""
        return STANDARD.extended(self.extensions())

    def rule_sets(self, name: str | None = None) -> list[Act]:
        """Rule-set acts, of one id or all, whose rules are those that the entry names; of one
        version the first: it has one text and one date."""
        found: dict[tuple[str, int], Act] = {}
        for act in self.of_kind(EvaluationKind.RULE_SET):
            rules = act.body["rules"]
            if name in (None, rules["id"]) and act.rules_hash == rule_hash(rules):
                found.setdefault((rules["id"], rules["version"]), act)
        return list(found.values())

    def rules(self, hash: bytes) -> RulesStanding:
        """How the rule set with this hash stands."""
        act = next((one for one in self.rule_sets() if one.rules_hash == hash), None)
        return RulesStanding(None, None, self._needed()) if act is None else self._standing(act)

    def _needed(self) -> int:
        chartered = self.charter()
        return chartered.charter.needed if chartered else 0

    def _standing(self, act: Act) -> RulesStanding:
        good: dict[str, Act] = {}
        wrong: list[tuple[int, Refusal]] = []
        completing: Act | None = None
        for approval in self.referring(act.leaf, EvaluationKind.APPROVAL):
            chartered = self.charter(before=approval.leaf)
            try:
                account = self._approver(act, approval, chartered)
            except BadEvidence as bad:
                wrong.append((approval.leaf, bad))
                continue
            good.setdefault(account, approval)
            assert chartered is not None
            still_named = good.keys() & set(chartered.charter.approvers)
            if completing is None and len(still_named) >= chartered.charter.needed:
                completing = approval
        effective = parse_day(act.body["effective"])
        return RulesStanding(
            act.leaf, effective, self._needed(), tuple(good.values()), completing, tuple(wrong)
        )

    def _approver(self, act: Act, approval: Act, chartered: Chartered | None) -> str:
        """Who approves; raises BadEvidence for what does not count."""
        account = self.signer(approval)
        if chartered is None or account not in chartered.charter.approvers:
            raise BadEvidence("approver-not-named", leaf=approval.leaf, account=account)
        content, rules = approval.content, act.body["rules"]
        named = {
            "id": rules["id"],
            "version": rules["version"],
            "hash": (act.rules_hash or b"").hex(),
        }
        if (content["rules"], content["effective"]) != (named, act.body["effective"]):
            raise BadEvidence("act-entry", leaf=approval.leaf, part="rules")
        return account

    def labels(self, rules: RuleSet, period: Period) -> tuple[str, ...]:
        """What has to be said of a report by these rules for this period; see `LABELS`."""
        chartered, standing = self.charter(), self.rules(rules.hash)
        found = set()
        if chartered is None:
            found.add("no-charter")
        elif chartered.act.time is None or chartered.act.time >= period.start:
            found.add("charter-late")
        if not standing.approved:
            found.add("unapproved")
        else:
            if standing.since is None or standing.since >= period.start:
                found.add("retroactive")
            if not self._in_dates(rules, standing, period):
                found.add("outside-dates")
        return tuple(label for label in LABELS if label in found)

    def _in_dates(self, rules: RuleSet, standing: RulesStanding, period: Period) -> bool:
        """In effect when the period begins, and no later version of it."""
        assert standing.effective is not None
        if start_of_day(standing.effective) > period.start:
            return False
        for act in self.rule_sets(rules.id):
            later = self._standing(act)
            if act.body["rules"]["version"] <= rules.version or not later.approved:
                continue
            assert later.effective is not None
            in_time = later.since is not None and later.since < period.start
            if in_time and start_of_day(later.effective) <= period.start:
                return False
        return True

    def newest_rules(self, name: str, period: Period) -> Act | None:
        """The version of a rule set that a period is judged by: of those in effect when it begins
        the newest; else of those approved the newest; else the newest there is."""
        candidates = sorted(self.rule_sets(name), key=lambda act: act.body["rules"]["version"])
        best: tuple[int, Act] | None = None
        for act in candidates:
            standing = self._standing(act)
            rank = 0
            if standing.approved:
                assert standing.effective is not None
                begun = start_of_day(standing.effective) <= period.start
                rank = 2 if begun and (standing.since or period.start) < period.start else 1
            if best is None or rank >= best[0]:
                best = (rank, act)
        return best[1] if best else None
