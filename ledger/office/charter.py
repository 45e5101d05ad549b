"""Charter, appointments and further profiles: what the institution decides for itself, on record.

None of these changes what was done before: a later act stands for what comes after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.core.evaluation.charter import MAX_ACCOUNT, read_account, read_charter
from ledger.core.kinds import EvaluationKind
from ledger.core.people import PersonKey, check_person_key
from ledger.core.shape import Shape
from ledger.core.teaching.editions import check_successor, extension_json
from ledger.core.teaching.extension import read_extension
from ledger.core.teaching.vocabulary import ROLES, STANDARD
from ledger.errors import NotAllowed, WrongUse
from ledger.office.acts import NewAct, Written, append_acts, whole_register, written_act
from ledger.office.context import Office


def set_charter(office: Office, data: Any) -> Written:
    """The charter from here on. Raises BadEvidence charter-…, NotAllowed charter-version unless its
    version is one more than that of the charter before it."""
    charter = read_charter(data)
    before = whole_register(office).charter()
    if before is not None and before.act.body["charter"] == data:
        return append_acts(office, [_charter(charter.version, data)])[0]
    expected = before.charter.version + 1 if before else 1
    if charter.version != expected:
        raise NotAllowed("charter-version", found=charter.version, expected=expected)
    return append_acts(office, [_charter(charter.version, data)], "charter-version")[0]


def _charter(version: int, data: Any) -> NewAct:
    return NewAct(EvaluationKind.CHARTER, (version,), {"charter": data})


def appoint(
    office: Office, account: str, roles: Sequence[str], keys: Sequence[PersonKey]
) -> Written:
    """What an account is from here on: its roles, and the keys under which it signs; no roles end
    the appointment. Said again it is one act.

    Raises WrongUse account-form, unknown-role, appointment-keys; BadEvidence for a key that nobody
    may use; NotAllowed appointment-key-taken: nothing signed names its account, so a key is one
    person's for ever.
    """
    if len(account) > MAX_ACCOUNT:
        raise WrongUse("account-form", account=account[:80])
    read_account(Shape(account, "account-form"))
    for role in roles:
        if role not in ROLES:
            raise WrongUse("unknown-role", role=role, known=", ".join(ROLES))
    for key in keys:
        check_person_key(key)
    if roles and not keys:
        raise WrongUse("appointment-keys", account=account)
    register = whole_register(office)
    for key in keys:
        whose = register.whose(key)
        if whose not in (None, account):
            raise NotAllowed("appointment-key-taken", account=account, other=whose)
    before = register.appointment(account)
    fields = {
        "account": account,
        "roles": sorted(set(roles), key=ROLES.index),
        "keys": [key.to_json() for key in keys],
    }
    if before is not None and all(before.act.body[key] == fields[key] for key in fields):
        return written_act(office, before.act.leaf)
    earlier = before.act.leaf if before else None
    act = NewAct(EvaluationKind.APPOINTMENT, (account, earlier), fields, earlier)
    return append_acts(office, [act])[0]


def add_profile(office: Office, data: bytes) -> Written:
    """Further record types from here on: an extension profile, or a newer edition of one.

    Raises BadEvidence profile-format, profile-clash, profile-successor; nothing is written then.
    """
    extension = read_extension(data)
    register = whole_register(office)
    others = [one for one in register.extensions() if one.iri != extension.iri]
    known = next((one for one in register.extensions() if one.iri == extension.iri), None)
    if known is not None and known != extension:
        check_successor(known, extension)
    STANDARD.extended((*others, extension))
    profile = extension_json(extension)
    act = NewAct(EvaluationKind.PROFILE, (extension.claim,), {"profile": profile})
    return append_acts(office, [act], "profile-twice")[0]
