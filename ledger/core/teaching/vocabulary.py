"""The terms of the profile as two tables: fields, and the types of records made of them.

Profile, templates, record view and the pages of the specification all follow these tables. Verbs
and activity types that others already publish are used under their own IRIs; what is minted here
lies below `PROFILE`. The shapes of the tables are in `terms.py`.
"""

from __future__ import annotations

from ledger.core.teaching.terms import PROFILE as PROFILE
from ledger.core.teaching.terms import Extension as Extension
from ledger.core.teaching.terms import Field as Field
from ledger.core.teaching.terms import Kind as Kind
from ledger.core.teaching.terms import Need as Need
from ledger.core.teaching.terms import RecordType as RecordType
from ledger.core.teaching.terms import Vocabulary as Vocabulary

VERSION = f"{PROFILE}/v1.0"
"""What a statement names in `context.contextActivities.category` to claim the profile."""
VERSIONS = ((VERSION, "2026-11-23T00:00:00Z"),)
"""Every version there is, oldest first, with the time of its making."""

MINIMUM_RATERS = 5
STARS = 5

ADL = "http://adlnet.gov/expapi"
STREAMS = "http://activitystrea.ms"
TIN_CAN = "http://id.tincanapi.com"
ACROSS = "https://w3id.org/xapi/acrossx"

COURSE = f"{ADL}/activities/course"
RUN = f"{PROFILE}/activity-types/course-run"
SESSION = f"{PROFILE}/activity-types/session"

MODES = ("live", "recorded", "blended")
LEVELS = ("school", "city", "province", "national", "international")
SEVERITIES = ("minor", "serious", "grave")
ROLES = ("platform", "teacher", "registrar", "department", "observer", "student")


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("mode", "context", Kind.TEXT, "授课方式", "way of teaching", MODES),
        Field("first_run", "context", Kind.BOOLEAN, "是否首次开课", "whether taught first time"),
        Field("open", "context", Kind.BOOLEAN, "是否对校外开放", "whether open to everyone"),
        Field("starts", "context", Kind.INSTANT, "开始时刻", "when it starts"),
        Field("ends", "context", Kind.INSTANT, "结束时刻", "when it ends"),
        Field("place", "context", Kind.TEXT, "地点或线上教室", "room, on campus or online"),
        Field("level", "context", Kind.TEXT, "级别", "level of award or training", LEVELS),
        Field("severity", "context", Kind.TEXT, "严重程度", "how grave", SEVERITIES),
        Field("asked", "context", Kind.INSTANT, "提问时刻", "when the question was asked"),
        Field("source", "context", Kind.TEXT, "来源系统", "the system that it comes from"),
        Field("role", "context", Kind.TEXT, "核实者的角色", "as whom the actor verifies", ROLES),
        Field("reason", "context", Kind.TEXT, "理由", "why"),
        Field("supersedes", "context", Kind.UUID, "取代的陈述", "statement that it replaces"),
        Field("confirmed", "$.result.success", Kind.BOOLEAN, "属实或有异议", "right, or disputed"),
        Field("finding", "result", Kind.TEXT, "问题类别", "code of what was found"),
        Field("answered", "result", Kind.INSTANT, "答复时刻", "when it was answered"),
        Field("enrolled", "result", Kind.COUNT, "选课人数", "students enrolled"),
        Field("attended", "result", Kind.COUNT, "到课人数", "students present"),
        Field("completed", "result", Kind.COUNT, "完成人数", "students who completed"),
        Field("posts", "result", Kind.COUNT, "发帖数", "posts by anyone"),
        Field("replies", "result", Kind.COUNT, "教师回复数", "replies by the teacher"),
        Field("questions", "result", Kind.COUNT, "学生提问数", "questions by students"),
        Field("participants", "result", Kind.COUNT, "参与学生数", "students who took part"),
        Field("submissions", "result", Kind.COUNT, "提交份数", "submissions received"),
        Field("graded", "result", Kind.COUNT, "批改份数", "submissions graded"),
        Field("turnaround", "result", Kind.SECONDS, "批改用时中位数", "median time to the grade"),
        Field("schools", "result", Kind.COUNT, "使用的外校数", "other schools that use it"),
        Field("mentees", "result", Kind.COUNT, "被指导人数", "persons mentored"),
        Field("rank", "result", Kind.COUNT, "等次，1 为最高", "grade, 1 is the highest", (), 1),
        Field("sha2", "result", Kind.SHA2, "内容散列", "SHA-256 of the content"),
        Field("leaf_hash", "result", Kind.SHA2, "条目的叶散列", "RFC 6962 leaf hash of the entry"),
        Field(
            "class_hours",
            "result",
            Kind.RATIONAL,
            "认定学时",
            "class hours recognised",
        ),
        Field("histogram", "result", Kind.HISTOGRAM, "各星级人数", "raters per star, 1 to 5"),
        Field("duration", "$.result.duration", Kind.DURATION, "时长", "length"),
        Field("score", "$.result.score.scaled", Kind.RATIO, "评分，0 至 1", "score, 0 to 1"),
    )
}

CORRECTING = ("supersedes", "reason")
"""Optional in every type of what is recorded of teaching; `supersedes` never without `reason`."""

_N, _O, _R, _IS = Need.NONE, Need.OPTIONAL, Need.REQUIRED, Need.OBJECT


def _type(
    name: str,
    verb: str,
    object_type: str,
    needs: tuple[Need, Need, Need],
    zh: str,
    en: str,
    *,
    by_actor: bool = True,
    required: str = "",
    optional: str = "",
) -> RecordType:
    must, may = tuple(required.split()), tuple(optional.split())
    may += CORRECTING if object_type else ()
    return RecordType(name, verb, object_type, by_actor, *needs, must, may, zh, en)


def _minted(name: str) -> str:
    return f"{PROFILE}/activity-types/{name}"


TYPES: dict[str, RecordType] = {
    kind.name: kind
    for kind in (
        _type(
            "course-created",
            f"{ACROSS}/verbs/designed",
            COURSE,
            (_IS, _N, _N),
            "教师设计了一门在线课程",
            "A teacher designed an online course",
            optional="open",
        ),
        _type(
            "course-published",
            "https://w3id.org/xapi/dod-isd/verbs/published",
            COURSE,
            (_IS, _N, _N),
            "课程在平台上发布",
            "A course was published on a platform",
            required="open",
        ),
        _type(
            "run-opened",
            f"{STREAMS}/open",
            RUN,
            (_R, _IS, _N),
            "教务处为教师开设了一期课程，附选课人数",
            "The registrar opened a run of a course for a teacher, with its enrolment",
            by_actor=False,
            required="mode first_run open starts ends enrolled",
        ),
        _type(
            "slot-scheduled",
            "https://w3id.org/xapi/tla/verbs/scheduled",
            SESSION,
            (_R, _R, _IS),
            "教务处在课表中排定一次课",
            "The registrar put a session on the timetable",
            by_actor=False,
            required="mode starts ends",
            optional="place",
        ),
        _type(
            "session-delivered",
            f"{STREAMS}/host",
            SESSION,
            (_R, _R, _IS),
            "教师上了一次课，附平台所记到课人数",
            "A teacher held a session, with the attendance that the platform counted",
            required="mode starts ends attended",
            optional="place sha2",
        ),
        _type(
            "interactions-counted",
            f"{ACROSS}/verbs/reported",
            f"{ACROSS}/activities/online-discussion",
            (_R, _R, _O),
            "平台统计了一段时间内的互动次数",
            "A platform counted the interactions of a span of time",
            by_actor=False,
            required="starts ends posts replies questions",
            optional="participants",
        ),
        _type(
            "plan-uploaded",
            f"{STREAMS}/submit",
            _minted("lesson-plan"),
            (_R, _R, _O),
            "教师上传了教案",
            "A teacher uploaded a lesson plan",
            required="sha2",
        ),
        _type(
            "grading-done",
            f"{ADL}/verbs/scored",
            f"{TIN_CAN}/activitytype/school-assignment",
            (_R, _R, _N),
            "教师批改完一次作业",
            "A teacher graded an assignment",
            required="submissions graded turnaround",
        ),
        _type(
            "question-answered",
            f"{TIN_CAN}/verb/replied",
            f"{TIN_CAN}/activitytype/forum-topic",
            (_R, _R, _O),
            "教师答复了学生的提问",
            "A teacher answered a student's question",
            required="asked answered",
        ),
        _type(
            "resource-contributed",
            f"{ADL}/verbs/shared",
            f"{TIN_CAN}/activitytype/resource",
            (_O, _O, _O),
            "教师贡献了一项教学资源",
            "A teacher contributed a teaching resource",
            required="sha2 open",
        ),
        _type(
            "open-course-operated",
            f"{STREAMS}/host",
            RUN,
            (_R, _IS, _N),
            "教师运行完一期在线开放课程",
            "A teacher operated a run of an open online course",
            required="starts ends open enrolled completed schools",
            optional="posts replies",
        ),
        _type(
            "training-attended",
            f"{ADL}/verbs/attended",
            _minted("training"),
            (_N, _N, _N),
            "教师参加了培训",
            "A teacher attended a training",
            required="duration",
            optional="level",
        ),
        _type(
            "observation-made",
            f"{TIN_CAN}/verb/reviewed",
            SESSION,
            (_R, _R, _IS),
            "同行或督导听课并评分",
            "A peer or supervisor observed a session and scored it",
            by_actor=False,
            required="score",
        ),
        _type(
            "rating-collected",
            f"{TIN_CAN}/verb/rated",
            RUN,
            (_R, _IS, _N),
            "一段时间内学生评教的分布，不含个人",
            "The histogram of the ratings that students gave in a span of time; of no single one",
            by_actor=False,
            required="starts ends histogram",
        ),
        _type(
            "reflection-written",
            f"{STREAMS}/author",
            _minted("reflection"),
            (_O, _O, _O),
            "教师写了教学反思",
            "A teacher wrote a reflection",
            required="sha2",
        ),
        _type(
            "award-won",
            f"{TIN_CAN}/verb/earned",
            _minted("award"),
            (_O, _O, _N),
            "教师在教学竞赛中获奖",
            "A teacher won an award in a teaching contest",
            required="level rank",
        ),
        _type(
            "mentoring-done",
            f"{TIN_CAN}/verb/mentored",
            _minted("mentoring"),
            (_O, _O, _N),
            "教师指导了青年教师或学生",
            "A teacher mentored younger teachers or students",
            required="duration mentees",
        ),
        _type(
            "workload-recognised",
            f"{STREAMS}/approve",
            _minted("workload"),
            (_O, _O, _N),
            "院系认定了一段时间的工作量",
            "A department recognised the workload of a span of time",
            by_actor=False,
            required="starts ends class_hours",
        ),
        _type(
            "integrity-found",
            f"{STREAMS}/find",
            _minted("integrity-finding"),
            (_O, _O, _O),
            "院系作出了教学诚信方面的认定",
            "A department found a breach of integrity",
            by_actor=False,
            required="severity finding",
        ),
    )
}
"""What is recorded of teaching."""

ACTS: dict[str, RecordType] = {
    kind.name: kind
    for kind in (
        _type(
            "record-verified",
            "https://w3id.org/xapi/tla/verbs/verified",
            "",
            (_N, _N, _N),
            "某一方核实了一条记录，或提出异议",
            "A party verified a record, or disputed it",
            by_actor=False,
            required="source role confirmed",
            optional="reason leaf_hash",
        ),
        _type(
            "record-voided",
            f"{ADL}/verbs/voided",
            "",
            (_N, _N, _N),
            "一条记录被作废，附理由",
            "A record was voided, with the reason",
            by_actor=False,
            required="source reason",
        ),
    )
}
"""What is done to records: their object is a StatementRef."""

TEMPLATES: dict[str, RecordType] = {**TYPES, **ACTS}

STANDARD = Vocabulary(FIELDS, TYPES, ACTS)
"""The profile without extensions."""
