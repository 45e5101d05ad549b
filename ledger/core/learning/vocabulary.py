"""The types of learning records and their fields, as two tables.

Reading and page follow these tables. Verbs, activity types and extensions are those that learning
platforms already send (ADL, cmi5, the xAPI Video Profile, TLA); what is minted here lies below
`LEARNING`, and a registrar writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.core.teaching.vocabulary import ADL, COURSE, SESSION, TIN_CAN

LEARNING = "https://w3id.org/xuezheng/xapi/learning"
EXTENSIONS = f"{LEARNING}/extensions/"
VIDEO_PROFILE = "https://w3id.org/xapi/video"
SEGMENTS = f"{VIDEO_PROFILE}/extensions/played-segments"
LENGTH = f"{VIDEO_PROFILE}/extensions/length"
WAIVED = "https://w3id.org/xapi/adl/verbs/waived"

COURSES = (
    COURSE,
    "https://w3id.org/xapi/cmi5/activitytype/course",
    f"{TIN_CAN}/activitytype/lms/course",
)
"""Types of activity that are a course."""
VIDEOS = (f"{VIDEO_PROFILE}/activity-type/video",)
QUIZZES = (
    f"{ADL}/activities/assessment",
    "https://w3id.org/xapi/tla/activity-types/assessment",
    f"{TIN_CAN}/activitytype/school-assignment",
)
"""No single question is a quiz: its score is a part of the quiz's, and would count beside it."""
SESSIONS = (
    f"{ADL}/activities/meeting",
    SESSION,
    "https://w3id.org/xapi/virtual-classroom/activity-types/virtual-classroom",
    f"{TIN_CAN}/activitytype/webinar",
)


class Kind(StrEnum):
    """What a field holds in the statement, and with it what in the record."""

    COUNT = "count"
    SECONDS = "seconds"
    LENGTH = "length"
    CREDITS = "credits"
    RATIO = "ratio"
    SEGMENTS = "segments"
    TEXT = "text"
    DOMAIN = "domain"
    SHA2 = "sha2"


@dataclass(frozen=True)
class Field:
    """One field: in the record under `name`, in the statement at `paths`, the first that is there.

    A path is the keys from the statement down.
    """

    name: str
    kind: Kind
    paths: tuple[tuple[str, ...], ...]
    zh: str
    en: str
    required: bool = True


@dataclass(frozen=True)
class LearningType:
    """One type of record. A statement means it that has one of the verbs, an object of one of the
    types, a course, and something at one of the places of `told_by`."""

    name: str
    verbs: tuple[str, ...]
    objects: tuple[str, ...]
    object_field: str
    """The field that is the object's id, besides `object`."""
    fields: tuple[Field, ...]
    told_by: tuple[tuple[str, ...], ...]
    """() where verb, object and course alone say it."""
    zh: str
    en: str


def _ours(name: str, kind: Kind, zh: str, en: str) -> Field:
    iri = EXTENSIONS + name.replace("_", "-")
    return Field(name, kind, (("context", "extensions", iri),), zh, en)


def _verbs(*names: str) -> tuple[str, ...]:
    return tuple(f"{ADL}/verbs/{name}" for name in names)


_ENROLLED = (
    _ours("credits", Kind.CREDITS, "课程学分", "credits that the course gives"),
    _ours("video_length", Kind.SECONDS, "全部视频的时长", "length of all its videos"),
    _ours("quizzes", Kind.COUNT, "计分测验数", "quizzes that count"),
    _ours("sessions", Kind.COUNT, "课次数", "sessions held"),
)
_TRANSFERRED = (
    _ours("institution", Kind.DOMAIN, "颁发学校的域名", "domain of the other institution"),
    _ours("certificate", Kind.TEXT, "证书编号", "number of its certificate"),
    _ours("sha2", Kind.SHA2, "证书文件的散列", "SHA-256 of the certificate's bytes"),
    _ours("credits", Kind.CREDITS, "认定的学分", "credits recognised"),
)
_WATCHED = (
    Field("segments", Kind.SEGMENTS, (("result", "extensions", SEGMENTS),),
          "看过的各段", "what was played"),
    Field("length", Kind.LENGTH,
          (("context", "extensions", LENGTH), ("result", "extensions", LENGTH)),
          "视频的时长", "length of the video", required=False),
)  # fmt: skip
_SCORED = (
    Field("score", Kind.RATIO, (("result", "score", "scaled"),), "得分，0 至 1", "score, 0 to 1"),
)


def _places(fields: tuple[Field, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(path for field in fields for path in field.paths)


LEARNING_TYPES: dict[str, LearningType] = {
    one.name: one
    for one in (
        LearningType(
            "course-enrolled", _verbs("registered"), COURSES, "course",
            _ENROLLED, _places(_ENROLLED),
            "教务处为学生选课，并写明学分与各项总数",
            "The registrar enrolled a student in a course and says what it counts and consists of",
        ),
        LearningType(
            "video-watched",
            (
                *(f"{VIDEO_PROFILE}/verbs/{name}" for name in ("played", "paused", "seeked")),
                *_verbs("completed", "terminated", "interacted"),
            ),
            VIDEOS, "video", _WATCHED, _WATCHED[0].paths,
            "学生看了视频的某些段", "A student played parts of a video",
        ),
        LearningType(
            "quiz-scored", _verbs("scored", "passed", "failed", "completed"),
            QUIZZES, "quiz", _SCORED, (("result", "score"),),
            "学生的一次测验得分", "A student's score in one attempt of a quiz",
        ),
        LearningType(
            "session-attended", _verbs("attended"), SESSIONS, "session", (), (),
            "学生到了一次课", "A student attended a session",
        ),
        LearningType(
            "credit-transferred", (WAIVED,), COURSES, "course",
            _TRANSFERRED, _places(_TRANSFERRED),
            "教务处认定外校的学分，免修本校课程",
            "The registrar recognised another institution's credits in place of an own course",
        ),
    )
}  # fmt: skip

BY_VERB_AND_OBJECT: dict[tuple[str, str], LearningType] = {
    (verb, kind): one
    for one in LEARNING_TYPES.values()
    for verb in one.verbs
    for kind in one.objects
}
