"""What codes of a report mean, in words of both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Names = tuple[str, str]

LABELS: Mapping[str, Names] = {
    "no-charter": (
        "没有章程：谁批准规则、谁认定，都没有规定。",
        "There is no charter: nobody is named to approve rules or to recognise.",
    ),
    "charter-late": (
        "章程在时段开始之后才写入账本。",
        "The charter was put into the ledger after the period had begun.",
    ),
    "unapproved": (
        "规则没有得到章程要求的批准。",
        "The rules lack the approvals that the charter asks for.",
    ),
    "retroactive": (
        "追溯：规则在时段开始之后才批准。",
        "Retroactive: the rules were approved after the period had begun.",
    ),
    "outside-dates": (
        "时段不在规则的有效日期之内。",
        "The period lies outside the dates of the rules.",
    ),
}
EFFECTS: Mapping[str, tuple[str, Names]] = {
    "computed": ("amber", ("尚未认定，没有效力", "Not recognised: without effect")),
    "recognised": ("green", ("已认定，有效力", "Recognised: in effect")),
    "appealed": ("amber", ("有申诉待答复", "An appeal waits for its answer")),
    "superseded": ("grey", ("已被取代，没有效力", "Superseded: without effect")),
}
REASONS: Mapping[str, Names] = {
    "voided": ("已作废", "voided"),
    "superseded": ("已被更正的记录取代", "replaced by a corrected record"),
    "superseding-unattested": (
        "更正尚未按章程证实，原记录仍然有效",
        "a correction that nobody attested as the charter asks; the old record stands",
    ),
    "supersedes-unknown": (
        "所更正的记录找不到，或不是同一类",
        "corrects a record that is not there, or is of another type",
    ),
    "disputed": ("有人提出异议", "disputed"),
    "not-attested": ("缺少章程要求的证实", "not attested by those whom the charter names"),
    "second-source": (
        "来自非归口系统，另有归口系统的记录",
        "of another system; the owner's counts",
    ),
    "not-owner": ("不是归口系统的记录", "not of the system that owns such records"),
}
FINDINGS: Mapping[str, Names] = {
    "chain-gap": ("编号不连续：有记录缺失", "numbers are not gapless: records are missing"),
    "chain-link": ("记录的先后不对", "the order of records is wrong"),
    "record-erased": ("有记录的内容已按请求删除", "a record's content was erased on request"),
    "attestation-unsigned": ("证实没有有效签名", "an attestation without a valid signature"),
    "attestation-role": ("证实者当时没有这一身份", "whoever attested did not hold that role"),
    "attestation-own": ("证实的是自己提供的数据", "somebody attested figures of one's own"),
    "attestation-target": ("证实没有指明这条记录", "an attestation that does not name this entry"),
    "void-unattested": ("作废尚未按章程证实", "voided without what the charter asks for"),
    "void-unknown": ("要作废的记录找不到", "voids a record that is not there"),
    "source-disagrees": ("两个系统的数据不一致", "two systems disagree"),
    "source-not-owner": ("数据不是来自归口系统", "of a system that does not own such records"),
    "field-not-owned": ("某项数据没有归口系统的值", "a figure without its owner's value"),
    "value-refused": ("有记录的数值无法使用", "a record whose values cannot be used"),
}
UNITS: Mapping[str, Names] = {
    "count": ("", ""),
    "ratio": ("", ""),
    "score": ("分", "points"),
    "credits": ("学分", "credits"),
    "class-hours": ("课时", "class hours"),
    "seconds": ("秒", "seconds"),
    "minutes": ("分钟", "minutes"),
    "hours": ("小时", "hours"),
    "boolean": ("", ""),
}
WHOM: Mapping[str, Names] = {
    "registrar": ("教务处", "the registrar"),
    "platform": ("教学平台", "the teaching platform"),
    "teacher": ("教师本人", "the teacher"),
    "observer": ("听课的同行或督导", "the observer"),
    "department": ("院系", "the department"),
}
SUPPLIERS: Mapping[str, str] = {
    "run-opened": "registrar",
    "slot-scheduled": "registrar",
    "course-enrolled": "registrar",
    "credit-transferred": "registrar",
    "observation-made": "observer",
    "workload-recognised": "department",
    "integrity-found": "department",
    "plan-uploaded": "teacher",
    "reflection-written": "teacher",
    "award-won": "teacher",
    "mentoring-done": "teacher",
    "training-attended": "teacher",
    "resource-contributed": "teacher",
    "course-created": "teacher",
}
"""Who records a type where no charter says so; of all others the platform."""


ROLES: Mapping[str, Names] = {
    "platform": ("平台", "platform"),
    "teacher": ("教师", "teacher"),
    "registrar": ("教务处", "registrar"),
    "department": ("院系", "department"),
    "observer": ("听课人", "observer"),
    "student": ("学生", "student"),
}


def role_words(roles: Iterable[str], place: int) -> list[str]:
    """Roles in words, in a fixed order."""
    return [ROLES[role][place] for role in ROLES if role in set(roles)]


def supplier(kind: str, owners: Mapping[str, str], place: int) -> str:
    """Who can supply records of a type."""
    if kind in owners:
        return ("系统 ", "the system ")[place] + owners[kind]
    return WHOM[SUPPLIERS.get(kind, "platform")][place]


def why_missing(
    reason: str, owners: Mapping[str, str], titles: Mapping[str, str], place: int
) -> str:
    """A reason of the rule language (`docs/spec/rules.md`) in words, and who can help."""
    code, _, rest = reason.partition(":")
    if code == "no-field":
        kind, _, name = rest.partition(".")
        who = supplier(kind, owners, place)
        return (
            f"记录 {kind} 没有 {name}；可由{who}补充",
            f"{kind} has no {name}; {who} can supply it",
        )[place]
    if code == "no-records":
        kinds = rest.split("+")
        who = "、".join(dict.fromkeys(supplier(kind, owners, place) for kind in kinds))
        return (
            f"没有 {rest} 的记录；可由{who}补充",
            f"no records of {rest}; {who} can supply them",
        )[place]
    if code == "indicator":
        title = titles.get(rest, rest)
        return (f"指标“{title}”缺失", f"the indicator “{title}” is missing")[place]
    known: Mapping[str, Names] = {
        "k-anonymity": ("评分少于 5 人，不予显示", "fewer than five ratings are not told"),
        "division-by-zero": ("除数为零", "division by zero"),
        "number-size": ("数字过大", "the number is too large"),
        "histogram-length": ("评分的档数不一致", "ratings of different scales"),
        "stated": ("规则规定此时为缺失", "the rules say that it is missing then"),
    }
    if code == "no-row":
        return (f"对照表 {rest} 没有这一档", f"the table {rest} has no row for it")[place]
    return known[code][place] if code in known else reason
