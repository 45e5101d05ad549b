"""Kinds of hints; each sentence says what is seen, and not what it means."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "session-without-students": (
            "平台所记到课 0 人，教务处所记选课 {enrolled} 人。",
            "The platform counted nobody; the registrar has {enrolled} enrolled.",
        ),
        "plan-after-class": (
            "教案在下课 {minutes} 分钟后才上传；下课前已有教案 {before} 份。",
            "The plan came {minutes} minutes after the end of the session; {before} came before.",
        ),
        "ratings-stuffed": (
            "评教 {raters} 人，选课 {enrolled} 人，收集用时 {minutes} 分钟。",
            "{raters} raters of {enrolled} enrolled, collected within {minutes} minutes.",
        ),
        "video-recycled": (
            "同一视频用于 {sessions} 次课、{courses} 门课程。",
            "One video stands for {sessions} sessions in {courses} course(s).",
        ),
        "sessions-overlap": (
            "{sessions} 次课首尾相叠，共 {minutes} 分钟同时进行。",
            "{sessions} sessions of one teacher run into one another, for {minutes} minutes.",
        ),
        "two-places": (
            "培训期间有 {sessions} 次课，与第一次重叠 {minutes} 分钟。",
            "{sessions} session(s) during a training; the first for {minutes} minutes.",
        ),
        "plan-copied": (
            "同一教案出自 {teachers} 位教师，用于 {courses} 门课程；最早是 {first}。",
            "One plan from {teachers} teachers in {courses} courses; the first came from {first}.",
        ),
        "rating-burst": (
            "{hours} 小时内评教 {raters} 人，按人时计是全校中位数的 {times} 倍。",
            "{raters} ratings within {hours} hours: {times} times the school's median per student "
            "and hour.",
        ),
        "attendance-outlier": (
            "到课 {attended} 人，该教学班 {sessions} 次课的中位数是 {median} 人。",
            "{attended} came; the median of the run's {sessions} sessions is {median}.",
        ),
        "attendance-above-enrolment": (
            "到课 {attended} 人，多于选课的 {enrolled} 人。",
            "{attended} came, and {enrolled} are enrolled.",
        ),
    }
)
