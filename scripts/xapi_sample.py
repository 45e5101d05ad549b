"""Statements to measure with: seeded, as a learning platform would send them, made fast.

Learners, courses and activities are as unequal as real ones (a power law); a learner has four
courses, so that two busy values may well never meet in one statement. One in ten is a real
statement of `fun-mooc-xapi-5000.jsonl.gz`, with a new id, where that lies beside the project.
"""

from __future__ import annotations

import gzip
import json
import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from scripts.demo_data import STATEMENTS

SEED = 20261124
LEARNERS, COURSES, ACTIVITIES = 20_000, 60, 80
"""Learners and courses in all, activities of a course."""
COURSES_OF_A_LEARNER = 4
SKEW = 0.8
"""Exponent of the power law: the busiest learner has about 3 % of all statements."""
HOME = "https://lms.weibei.example"
VIDEO = "https://w3id.org/xapi/video"
_TABLE = 1 << 14
_HEX = [f"{number:04x}" for number in range(1 << 16)]


def _skewed(count: int) -> list[int]:
    """A table of `_TABLE` numbers below `count`, the low ones often: draw by a random place."""
    totals = list(accumulate((one + 1) ** -SKEW for one in range(count)))
    step = totals[-1] / _TABLE
    return [bisect(totals, (place + 0.5) * step) for place in range(_TABLE)]


@dataclass(frozen=True)
class Made:
    """A statement's JSON with what it can be found by."""

    text: str
    id: str
    learner: int
    activity: str


def agent(learner: int) -> dict[str, object]:
    """The actor with that number."""
    return {"objectType": "Agent", "account": {"homePage": HOME, "name": f"u{learner:07d}"}}


class Sample:
    """An endless supply; the same `part` gives the same statements again, another one others."""

    def __init__(self, part: int = 0) -> None:
        self._chance = random.Random(SEED * 1_000 + part)
        self._learners, self._courses = _skewed(LEARNERS), _skewed(COURSES)
        self._activities = _skewed(ACTIVITIES)
        self._real = _real_statements()

    def __iter__(self) -> Iterator[Made]:
        while True:
            yield self.one()

    def batch(self, count: int) -> str:
        """A JSON array of `count` statements."""
        return "[" + ",".join(self.one().text for _ in range(count)) + "]"

    def one(self) -> Made:
        """The next statement."""
        bits = self._chance.getrandbits(192)
        id = _uuid(bits)
        number = bits >> 128
        if self._real and number % 10 == 0:
            head, tail = self._real[(number >> 8) % len(self._real)]
            return Made(f'{head}"id":"{id}"{tail}', id, -1, "")
        learner = self._learners[(number >> 4) % _TABLE]
        # The same four courses for the same learner, without a table of them.
        course = self._courses[(learner * 7919 + (number >> 18 & 3) * 4_177) % _TABLE]
        lecture = self._activities[(number >> 20) % _TABLE]
        activity = f"{HOME}/course/{course}/{lecture}"
        made = _FORMS[(number >> 34) % len(_FORMS)]
        text = made % {
            "id": id,
            "learner": learner,
            "activity": activity,
            "course": course,
            "lecture": lecture,
            "session": _uuid(number * 0x9E3779B97F4A7C15),
            "seconds": (number >> 40) % 3_600,
            "points": (number >> 40) % 101,
            "minute": (number >> 46) % 60,
            "day": 1 + (number >> 52) % 28,
        }
        return Made(text, id, learner, activity)


def _uuid(bits: int) -> str:
    a, b, c, d, e, f, g, h = (_HEX[bits >> shift & 0xFFFF] for shift in range(0, 128, 16))
    return f"{a}{b}-{c}-4{d[1:]}-8{e[1:]}-{f}{g}{h}"


def _real_statements() -> list[tuple[str, str]]:
    """Their text before and after the id, as it was submitted."""
    if not STATEMENTS.exists():
        return []
    found = []
    for line in gzip.decompress(STATEMENTS.read_bytes()).splitlines():
        statement = json.loads(line)
        del statement["id"]
        found.append(("{", "," + json.dumps(statement)[1:]))
    return found


_ACTOR = (
    '"actor":{"objectType":"Agent","account":{"homePage":"' + HOME + '","name":"u%(learner)07d"}}'
)
_COURSE = (
    '{"id":"' + HOME + '/course/%(course)d","objectType":"Activity",'
    '"definition":{"type":"http://adlnet.gov/expapi/activities/course",'
    '"name":{"zh-CN":"课程 %(course)d"}}}'
)
_TIME = '"timestamp":"2026-10-%(day)02dT08:%(minute)02d:30.125+08:00"'
_PLATFORM = '"platform":"moodle","language":"zh-CN"'

_VIDEO_FORM = (
    '{"id":"%(id)s",' + _ACTOR + ',"verb":{"id":"' + VIDEO + '/verbs/{verb}",'
    '"display":{"en-US":"{verb}","zh-CN":"{shown}"}},"object":{"objectType":"Activity",'
    '"id":"%(activity)s","definition":{"type":"' + VIDEO + '/activity-type/video",'
    '"name":{"zh-CN":"第 %(lecture)d 讲"}}},"result":{"extensions":{"' + VIDEO + "/extensions/time"
    '":%(seconds)d.25,"' + VIDEO + '/extensions/played-segments":"0[.]%(seconds)d.25"}},'
    '"context":{"registration":"%(session)s",' + _PLATFORM + ',"contextActivities":{"category":'
    '[{"id":"' + VIDEO + '"}],"parent":[' + _COURSE + ']},"extensions":{"' + VIDEO
    + '/extensions/session-id":"%(session)s"}},' + _TIME + "}"
)  # fmt: skip
_ANSWER_FORM = (
    '{"id":"%(id)s",' + _ACTOR + ',"verb":{"id":"http://adlnet.gov/expapi/verbs/answered",'
    '"display":{"en":"answered"}},"object":{"objectType":"Activity","id":"%(activity)s",'
    '"definition":{"type":"http://adlnet.gov/expapi/activities/cmi.interaction",'
    '"interactionType":"choice","correctResponsesPattern":["b"],"choices":['
    '{"id":"a","description":{"zh-CN":"甲"}},{"id":"b","description":{"zh-CN":"乙"}}]}},'
    '"result":{"score":{"scaled":0.%(points)03d,"raw":%(points)d,"min":0,"max":100},'
    '"success":true,"completion":true,"response":"b","duration":"PT%(seconds)dS"},'
    '"context":{"registration":"%(session)s",' + _PLATFORM + ',"contextActivities":{"grouping":['
    + _COURSE + "]}}," + _TIME + "}"
)  # fmt: skip
_VIEW_FORM = (
    '{"id":"%(id)s",' + _ACTOR + ',"verb":{"id":"http://adlnet.gov/expapi/verbs/experienced",'
    '"display":{"en":"experienced"}},"object":{"objectType":"Activity","id":"%(activity)s"},'
    '"context":{' + _PLATFORM + ',"contextActivities":{"parent":[' + _COURSE + "]}}," + _TIME + "}"
)
_FORMS = [
    *(
        _VIDEO_FORM.replace("{verb}", verb).replace("{shown}", shown)
        for verb, shown in (("played", "播放"), ("paused", "暂停"), ("seeked", "跳转"))
    ),
    _ANSWER_FORM,
    _VIEW_FORM,
]
