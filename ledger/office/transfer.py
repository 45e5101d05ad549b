"""Credit of another institution: its certificate becomes a learning record of our student.

1. the certificate parses, is another institution's, and is a course or micro-credential;
2. its signature holds under a credential key that the registry on our chain has for that
   institution, which is not cut off;
3. a verifier's own verdict on this very certificate is at hand and says valid: whether it was
   withdrawn is not for the issuing side to look up;
4. how many credits it stands for here is the registrar's decision, at most what the certificate
   says; a certificate stands for one person's one course, unless that record was voided.

It gives credit once a report that counts it is recognised by two people.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import sha256
from typing import Any

from ledger.core.checks_paper import Issuer, Paper, Presented, check_format, check_signature
from ledger.core.credential import CredentialView
from ledger.core.learning.vocabulary import COURSES, EXTENSIONS, WAIVED
from ledger.core.uuids import uuid_named
from ledger.core.verdict import State
from ledger.core.view import InstitutionFacts
from ledger.core.xapi.statement import check_statement
from ledger.core.xapi.versions import Version
from ledger.errors import BadEvidence, NotAllowed, WrongUse
from ledger.office.context import Office
from ledger.office.ingest import authority_of
from ledger.office.statements import accept, prepare_one, source
from ledger.ports.statements import StatementBatch, StoredStatement


@dataclass(frozen=True)
class Transfer:
    """For whom (`<home page>|<name>`), in place of which own course (IRI), and how many credits
    (text of a decimal; "" for as many as the certificate says)."""

    person: str
    course: str
    credits: str = ""


@dataclass(frozen=True)
class Transferred:
    """The record's leaf in the stream `learning`; `fresh`: it was not there before."""

    leaf: int
    fresh: bool
    institution: str
    certificate: str
    credits: str


def transfer(
    office: Office, document: bytes, verdict: Mapping[str, Any], wanted: Transfer
) -> Transferred:
    """Raises BadEvidence format, transfer-signature; NotAllowed transfer-own, transfer-unknown,
    transfer-not-valid, transfer-credits, transfer-twice; WrongUse account-form, transfer-type."""
    view = _certificate(document)  # 1
    if view.issuer_domain == office.identity.domain:
        raise NotAllowed("transfer-own", number=view.content.number)
    _signed(office, Paper(view, None), view)  # 2
    _valid(view, verdict)  # 3
    credits = _credits(view, wanted)
    made = _statement(office, document, view, wanted, credits)  # 4
    id, before = _place(office, view)
    if before is not None:
        if not _same(json.loads(before.payload), made):
            raise NotAllowed("transfer-twice", number=view.content.number)
        return Transferred(before.index, False, view.issuer_domain, view.content.number, credits)
    made["id"] = id
    common = source(office, Version.V2, authority_of(office, "transfer"), True, "learning")
    new = prepare_one(office, common, check_statement(made, Version.V2))
    (outcome,) = accept(office, [StatementBatch((new,))])
    if outcome.conflict is not None:
        raise NotAllowed("transfer-twice", number=view.content.number)
    return Transferred(
        outcome.indexes[0], outcome.fresh[0], view.issuer_domain, view.content.number, credits
    )


def _place(office: Office, view: CredentialView) -> tuple[str, StoredStatement | None]:
    """(id of the certificate's record, that record if it stands already). Ids are counted on over
    voided records, so that two who transfer at once meet in the store."""
    number = 0
    while True:
        id = uuid_named([view.issuer_domain, view.id, number])
        found = office.statements.statement(id.bytes)
        if found is None or not found.voided:
            return str(id), found
        number += 1


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two records say the same, whenever they were made."""
    return all(one[name] == other[name] for name in ("actor", "object", "context"))


def _certificate(document: bytes) -> CredentialView:
    check, paper = check_format(Presented(document=document))
    if paper is None or paper.document is None:
        raise BadEvidence("transfer-format", why=check.detail_zh)
    if not paper.document.content.course:
        raise WrongUse("transfer-type", number=paper.document.content.number)
    return paper.document


def _signed(office: Office, paper: Paper, view: CredentialView) -> None:
    row = office.reader().institution_by_domain(view.issuer_domain)
    if row is None:
        raise NotAllowed("transfer-unknown", domain=view.issuer_domain)
    facts = InstitutionFacts(
        row.code, row.domain, row.name, row.name_en, row.public_url, row.verify_url, row.keys,
        row.accreditations,
    )  # fmt: skip
    check, _, keys = check_signature(paper, Issuer(facts, True))
    if check.state is not State.PASS or any(key.cut_off is not None for key in keys):
        raise BadEvidence("transfer-signature", domain=view.issuer_domain)


def _valid(view: CredentialView, verdict: Mapping[str, Any]) -> None:
    """What `xuezheng-verify check --json` said of it, and of no other one."""
    shown = verdict.get("credential")
    about = shown if isinstance(shown, dict) else {}
    content = view.content
    meant = {
        "issuer_domain": view.issuer_domain,
        "id": view.id,
        "number": content.number,
        "awarded_on": content.awarded_on.isoformat(),
        "achievement": content.achievement,
        "credits": content.credits,
    }
    same = all(about.get(name) == value for name, value in meant.items())
    if verdict.get("verdict") != "valid" or not same:
        raise NotAllowed("transfer-not-valid", number=view.content.number)


def _credits(view: CredentialView, wanted: Transfer) -> str:
    given = view.content.credits
    credits = wanted.credits or given
    try:
        fits = 0 < Fraction(credits) <= Fraction(given)
    except (ValueError, ZeroDivisionError):
        fits = False
    if not fits:
        raise NotAllowed("transfer-credits", credits=credits or "—", given=given or "—")
    return credits


def _statement(
    office: Office, document: bytes, view: CredentialView, wanted: Transfer, credits: str
) -> dict[str, Any]:
    home, bar, name = wanted.person.partition("|")
    if not (bar and ":" in home and name):
        raise WrongUse("account-form", account=wanted.person[:80])
    number = float(Fraction(credits))
    extensions = {
        "institution": view.issuer_domain,
        "certificate": view.content.number,
        "sha2": sha256(document).hexdigest(),
        "credits": int(number) if number.is_integer() else number,
    }
    return {
        "actor": {"objectType": "Agent", "account": {"homePage": home, "name": name}},
        "verb": {"id": WAIVED, "display": {"en": "waived", "zh": "免修"}},
        "object": {"id": wanted.course, "definition": {"type": COURSES[0]}},
        "context": {"extensions": {EXTENSIONS + key: value for key, value in extensions.items()}},
        "timestamp": datetime.fromtimestamp(office.clock(), UTC).isoformat(),
    }
