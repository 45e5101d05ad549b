"""Why a figure is missing, and who can supply what it lacks (`docs/spec/rules.md`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.reports.text import Names
from ledger.core.learning.vocabulary import LEARNING_TYPES
from ledger.core.teaching.vocabulary import FIELDS

Owners = Mapping[str, str]
"""By record type, or TYPE.FIELD, the system that owns it."""

_ANY: Names = ("教学平台", "the teaching platform")
_REGISTRAR: Names = ("教务处", "the registrar")
_TEACHER: Names = ("教师本人", "the teacher")
_OBSERVER: Names = ("听课的同行或督导", "the observer")
_DEPARTMENT: Names = ("院系", "the department")
_ORGANISER: Names = ("组织者（教师可提醒补报）", "the organiser, reminded by the teacher")
_MAKERS: Names = ("制定规则的人", "those who make the rules")

TYPES: Mapping[str, tuple[Names, Names]] = {
    "course-created": (("课程建设记录", "records of course design"), _TEACHER),
    "course-published": (("课程发布记录", "records of course publication"), _ANY),
    "run-opened": (("开课记录", "records of opened runs"), _REGISTRAR),
    "slot-scheduled": (("课表记录", "records of the timetable"), _REGISTRAR),
    "session-delivered": (("上课记录", "records of sessions held"), _ANY),
    "interactions-counted": (("互动统计", "counts of interactions"), _ANY),
    "plan-uploaded": (("教案记录", "records of lesson plans"), _TEACHER),
    "grading-done": (("作业批改记录", "records of grading"), _ANY),
    "question-answered": (("答疑记录", "records of answers"), _ANY),
    "resource-contributed": (("教学资源记录", "records of resources"), _TEACHER),
    "open-course-operated": (("在线开放课程运行记录", "records of open courses"), _ANY),
    "training-attended": (("培训记录", "records of training"), _ORGANISER),
    "observation-made": (("听课评价记录", "records of observation"), _OBSERVER),
    "rating-collected": (("学生评教记录", "records of ratings"), _ANY),
    "reflection-written": (("教学反思记录", "records of reflection"), _TEACHER),
    "award-won": (("获奖记录", "records of awards"), _ORGANISER),
    "mentoring-done": (("指导记录", "records of mentoring"), _ORGANISER),
    "workload-recognised": (("工作量认定记录", "records of recognised workload"), _DEPARTMENT),
    "integrity-found": (("教学诚信认定记录", "records of integrity findings"), _DEPARTMENT),
    "record-verified": (("核实记录", "attestations"), _DEPARTMENT),
    "record-voided": (("作废记录", "records of voiding"), _REGISTRAR),
    "course-enrolled": (("选课记录", "records of enrolment"), _REGISTRAR),
    "video-watched": (("视频观看记录", "records of videos watched"), _ANY),
    "quiz-scored": (("测验成绩记录", "records of quiz scores"), _ANY),
    "session-attended": (("到课记录", "records of attendance"), _ANY),
    "credit-transferred": (("学分转换记录", "records of credit transfer"), _REGISTRAR),
}
"""What records of a type are called, and who makes them where no charter names a system."""
_COMMON: Mapping[str, Names] = {
    "course": ("所属课程", "course"),
    "run": ("所属教学班", "run of the course"),
    "session": ("所属课次", "session"),
    "video": ("所属视频", "video"),
    "quiz": ("所属测验", "quiz"),
    "object": ("对象", "object"),
    "actor": ("行为人", "actor"),
    "source": ("来源系统", "source"),
    "statement": ("陈述编号", "id of the statement"),
}
_PLAIN: Mapping[str, tuple[Names, Names]] = {
    "k-anonymity": (
        ("评分人数不足，为保护评分的人不予显示", "Too few ratings: withheld to protect the raters"),
        ("", ""),
    ),
    "number-size": (
        ("数字过大，超出规则允许的位数", "The number has more digits than rules allow"),
        _MAKERS,
    ),
    "histogram-length": (
        ("各次评分的档数不同，无法合计", "Ratings have different scales and cannot be summed"),
        TYPES["rating-collected"][1],
    ),
    "stated": (
        ("规则规定，这种情形没有数值", "The rules say that there is no figure in this case"),
        _MAKERS,
    ),
}  # fmt: skip
_ZERO: Names = ("分母为零，比值无从算起", "The denominator is zero: there is no ratio")
MOST_REASON = 200


@dataclass(frozen=True)
class Why:
    """A reason in words, who can help (empty where nobody can), and, where another figure is the
    reason, its id."""

    text: str
    whom: str = ""
    indicator: str | None = None


def type_name(kind: str, place: int) -> str:
    """What records of a type are called; of a further profile's types, their own name."""
    return TYPES[kind][0][place] if kind in TYPES else f"{kind} {('记录', 'records')[place]}"


def field_name(kind: str, name: str, place: int) -> str:
    """What a field is called."""
    learning = LEARNING_TYPES.get(kind)
    for one in learning.fields if learning else ():
        if one.name == name:
            return (one.zh, one.en)[place]
    if name in FIELDS:
        return (FIELDS[name].zh, FIELDS[name].en)[place]
    return _COMMON[name][place] if name in _COMMON else name


def supplier(kind: str, owners: Owners, place: int, field: str = "") -> str:
    """Who can supply records of a type, or a field of them: the owning system, else who acts."""
    owner = owners.get(f"{kind}.{field}") or owners.get(kind)
    if owner:
        return (f"归口系统 {owner}", f"the owning system {owner}")[place]
    return TYPES[kind][1][place] if kind in TYPES else _ANY[place]


def why_missing(
    reason: str, owners: Owners, titles: Mapping[str, str], place: int, reads: Iterable[str] = ()
) -> Why:
    """A reason of the rule language. `titles`: of the indicators, by id; `place`: 0 zh, 1 en;
    `reads`: the types of records that the figure reads itself, of which a denominator may lack."""
    code, _, rest = reason.partition(":")
    if rest and code in _OF:
        return _OF[code](rest, owners, titles, place)
    if reason == "division-by-zero":
        return Why(_ZERO[place], ("；", "; ")[place].join(_with_types(reads, owners, place)))
    if reason in _PLAIN:
        said, who = _PLAIN[reason]
        return Why(said[place], who[place])
    return Why(reason[:MOST_REASON])


def record_types(expression: Any) -> tuple[str, ...]:
    """The types of all `records` in an expression, in order; of any JSON."""
    if type(expression) is not list or not expression:
        return ()
    if expression[0] == "records":
        return tuple(one for one in expression[1:] if type(one) is str)
    return tuple(dict.fromkeys(name for one in expression for name in record_types(one)))


def _with_types(kinds: Iterable[str], owners: Owners, place: int) -> Iterator[str]:
    """Each supplier with what it supplies."""
    of: dict[str, list[str]] = {}
    for kind in kinds:
        of.setdefault(supplier(kind, owners, place), []).append(type_name(kind, place))
    for whom, names in of.items():
        listed = ("、", ", ")[place].join(names)
        yield (f"{whom}（{listed}）", f"{whom} ({listed})")[place]


def _no_field(rest: str, owners: Owners, _: Mapping[str, str], place: int) -> Why:
    kind, name = [*rest.split(".", 1), ""][:2]
    what, field = type_name(kind, place), field_name(kind, name, place)
    text = (f"{what}中缺少“{field}”", f"{what} lack “{field}”")[place]
    return Why(text, supplier(kind, owners, place, name))


def _no_records(rest: str, owners: Owners, _: Mapping[str, str], place: int) -> Why:
    kinds = rest.split("+")
    what = ("、", ", ")[place].join(type_name(kind, place) for kind in kinds)
    whom = dict.fromkeys(supplier(kind, owners, place) for kind in kinds)
    return Why((f"时段内没有{what}", f"No {what} in the period")[place], (
        "、", ", ")[place].join(whom))  # fmt: skip


def _no_row(rest: str, _: Owners, __: Mapping[str, str], place: int) -> Why:
    text = (f"规则的对照表“{rest}”没有相应的一行", f"The rules' table “{rest}” has no such row")
    return Why(text[place], _MAKERS[place])


def _indicator(rest: str, _: Owners, titles: Mapping[str, str], place: int) -> Why:
    title = titles.get(rest, rest)
    text = (f"所依据的指标“{title}”缺失", f"It rests on “{title}”, which is missing")
    return Why(text[place], "", rest)


_OF: Mapping[str, Callable[[str, Owners, Mapping[str, str], int], Why]] = {
    "no-field": _no_field,
    "no-records": _no_records,
    "no-row": _no_row,
    "indicator": _indicator,
}
