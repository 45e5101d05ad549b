"""What the codes of a report mean, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.reports.text import Names
from ledger.core.evaluation.labels import LABEL_WORDS

LABELS: Mapping[str, Names] = LABEL_WORDS


@dataclass(frozen=True)
class EffectWords:
    """How a report stands: colour, in a sentence, in a word, and what it means."""

    colour: str
    state: Names
    short: Names
    means: Names


EFFECTS: Mapping[str, EffectWords] = {
    "computed": EffectWords(
        "amber",
        ("尚未认定，没有效力", "Not recognised: without effect"),
        ("未认定", "not recognised"),
        ("这是按规则算出的数字，还没有人为它负责。",
         "Computed by the rules; nobody answers for it yet."),
    ),
    "recognised": EffectWords(
        "green",
        ("已认定，有效力", "Recognised: in effect"),
        ("已认定", "recognised"),
        ("章程要求的各方都已签名认定。", "All whom the charter asks have signed."),
    ),
    "appealed": EffectWords(
        "amber",
        ("有申诉待答复，暂无效力", "Under appeal: without effect for now"),
        ("申诉中", "under appeal"),
        ("本人提出了申诉，答复之前不生效。",
         "The person concerned appealed; without effect until answered."),
    ),
    "superseded": EffectWords(
        "grey",
        ("已被取代，没有效力", "Superseded: without effect"),
        ("已取代", "superseded"),
        ("另一份报告取代了它；请看那一份。", "Another report took its place; see that one."),
    ),
}  # fmt: skip
REASONS: Mapping[str, Names] = {
    "voided": ("已作废", "voided"),
    "superseded": ("已被更正后的记录取代", "replaced by a corrected record"),
    "superseding-unattested": (
        "是一次更正，但尚未按章程核实；原记录仍然算数",
        "a correction not yet attested as the charter asks; the old record stands",
    ),
    "supersedes-unknown": (
        "是一次更正，但所更正的记录不在、不同类、不算数，或已被别的更正取代",
        "a correction of a record that is not there, of another type, without effect, or corrected "
        "before",
    ),
    "disputed": ("有人提出异议", "disputed by somebody who signed"),
    "not-attested": (
        "缺少章程要求的核实", "not attested by those whom the charter names",
    ),
    "second-source": (
        "同一件事另有归口系统的记录，以那一条为准",
        "the owning system has a record of the same; that one counts",
    ),
    "not-owner": (
        "来自别的系统，归口系统没有这条记录",
        "from another system; the owning system has no such record",
    ),
    "repeated": (
        "同一件事记了不止一次，以先到的一条为准",
        "told more than once; the first record counts",
    ),
}  # fmt: skip
FINDINGS: Mapping[str, Names] = {
    "chain-gap": (
        "本人的记录编号不连续：可能有记录没有拿出来",
        "The subject's records are not numbered without gaps: some may be left out",
    ),
    "chain-link": (
        "记录没有接上本人的前一条", "A record does not follow the subject's record before it",
    ),
    "record-erased": (
        "记录的内容已按请求删除，无法计入",
        "A record's content was erased on request and cannot count",
    ),
    "attestation-unsigned": (
        "核实没有本人的有效签名，不算数", "An attestation without a valid signature does not count",
    ),
    "attestation-role": (
        "核实者当时没有这一身份，不算数",
        "An attestation in a role that was not held at that time does not count",
    ),
    "attestation-own": (
        "核实的是自己提供的数据，不算数", "An attestation of one's own figures does not count",
    ),
    "attestation-target": (
        "核实没有指明所核实的这一条，不算数",
        "An attestation that does not name this very entry does not count",
    ),
    "void-unattested": (
        "作废尚未按章程核实，记录仍然算数",
        "Voided, but not attested as the charter asks; the record stands",
    ),
    "void-unknown": ("要作废的记录找不到", "Voids a record that is not there"),
    "source-disagrees": (
        "两条记录对同一件事说法不一，以归口系统的、先到的一条为准",
        "Two records disagree about the same; the owning system's first one counts",
    ),
    "source-not-owner": (
        "数据不是来自归口系统，没有计入",
        "From a system that does not own such records; it does not count",
    ),
    "field-not-owned": (
        "某项数据缺少归口系统的值，按缺失处理",
        "A figure without its owner's value; it is taken as missing",
    ),
    "value-refused": (
        "记录中的数值无法使用，没有计入", "A record's values cannot be used; it does not count",
    ),
}  # fmt: skip
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
ROLES: Mapping[str, Names] = {
    "platform": ("教学平台", "platform"),
    "teacher": ("教师", "teacher"),
    "registrar": ("教务处", "registrar"),
    "department": ("院系", "department"),
    "observer": ("听课人", "observer"),
    "student": ("学生", "student"),
}
MODES: Mapping[str, Names] = {
    "half-up": ("四舍五入", "ties away from zero"),
    "half-even": ("四舍六入五成双", "ties to even"),
    "down": ("向零舍去", "towards zero"),
}


def role_words(roles: Iterable[str], place: int) -> list[str]:
    """Roles in words, in a fixed order."""
    wanted = set(roles)
    return [names[place] for role, names in ROLES.items() if role in wanted]


def places_text(places: Iterable[frozenset[str]], place: int) -> str:
    """Who still has to recognise: one person for each place, of one of its roles."""
    names = [("或", " or ")[place].join(role_words(one, place)) for one in places]
    if place == 0:
        return "、".join(f"{name}一人" for name in names)
    return ", ".join(f"one {name}" for name in names)
