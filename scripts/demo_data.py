"""What the demo runs on: real statements and enrolments when they lie beside the project, else a
seeded sample of the project's own; rosters with names that real offices stumble over.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
STATEMENTS = SHARED / "fun-mooc-xapi-5000.jsonl.gz"
ENROLMENTS = SHARED / "oulad" / "studentInfo.csv.gz"
PRESENTATION = ("AAA", "2014J")
PASSED = ("Pass", "Distinction")
RESULTS = {"Pass": "合格", "Distinction": "优秀"}
SEED = 20261123

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "子涵欣怡梓轩浩宇思雨博文嘉琪俊杰晓明志强丽华建国秀英桂兰海燕春梅文博雪松明远佳慧"

DEGREES = [
    ("赵一鸣", "Zhao Yiming", "计算机科学与技术", "工学学士"),
    ("阿卜杜热西提·买买提伊敏", "Abdureshit Memetimin", "软件工程", "工学学士"),
    ("王𠅤", "Wang Shen", "汉语言文学", "文学学士"),
    ("𡈼𢀖之", "", "历史学", "历史学学士"),
    ("迪丽努尔·阿不都克热木·吐尔逊江·阿里木江·库尔班", "", "临床医学", "医学学士"),
    ("李㛃𬱖", "Li Jieyi", "数学与应用数学", "理学学士"),
    ("欧阳龘", "Ouyang Da", "物理学", "理学学士"),
    ("司马相如", "Sima Xiangru", "汉语言文学", "文学学士"),
]
"""Names with a middle dot, 25 characters, and characters of the extensions A, B and E."""


def statements() -> tuple[bytes, str]:
    """(gzip of JSON lines, where they come from): 5,000 xAPI statements."""
    if STATEMENTS.exists():
        return STATEMENTS.read_bytes(), "5,000 real xAPI statements (openfun/ralph, MIT)"
    lines = "".join(json.dumps(one) + "\n" for one in _made_statements(5_000))
    return gzip.compress(lines.encode(), mtime=0), "5,000 seeded sample statements"


def _made_statements(count: int) -> Iterator[dict[str, object]]:
    chance = random.Random(SEED)
    begin = datetime(2026, 9, 1, tzinfo=UTC)
    verbs = ("played", "paused", "seeked", "completed")
    for _ in range(count):
        verb = chance.choice(verbs)
        learner = uuid.UUID(int=chance.getrandbits(128) >> 120, version=4)
        moment = begin + timedelta(seconds=chance.randrange(90 * 86_400))
        yield {
            "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "actor": {"account": {"homePage": "https://mooc.example", "name": str(learner)}},
            "verb": {"id": f"https://w3id.org/xapi/video/verbs/{verb}"},
            "object": {"id": f"https://mooc.example/videos/{chance.randrange(40)}"},
            "timestamp": moment.isoformat(),
        }


def passed() -> tuple[list[tuple[str, str]], str]:
    """([(student number, result)], where they come from): who passed one course presentation."""
    if ENROLMENTS.exists():
        with gzip.open(ENROLMENTS, "rt", encoding="utf-8", newline="") as file:
            rows = [
                (row["id_student"], row["final_result"])
                for row in csv.DictReader(file)
                if (row["code_module"], row["code_presentation"]) == PRESENTATION
            ]
        source = "real enrolments (OULAD, CC BY 4.0)"
    else:
        chance = random.Random(SEED)
        outcomes = ("Pass", "Distinction", "Fail", "Withdrawn")
        rows = [
            (str(chance.randrange(10**5, 10**6)), chance.choices(outcomes, (50, 10, 15, 25))[0])
            for _ in range(360)
        ]
        source = "seeded sample enrolments"
    seen: dict[str, str] = {}
    for number, result in rows:
        if result in PASSED:
            seen.setdefault(number, result)
    return list(seen.items()), source


def course_roster() -> tuple[bytes, str]:
    """(CSV of course certificates, source). The data set is anonymous: names are made, seeded."""
    learners, source = passed()
    chance = random.Random(SEED)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["证书编号", "姓名", "颁发日期", "课程", "学时", "学分", "学号", "成绩"])
    for number, result in learners:
        name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2))))
        writer.writerow(
            [f"C{PRESENTATION[0]}{PRESENTATION[1]}-{number}", name, "2026-07-10",
             f"在线课程 {PRESENTATION[0]}", "48", "3", number, RESULTS[result]]
        )  # fmt: skip
    return text.getvalue().encode("utf-8-sig"), source


def degree_roster() -> bytes:
    """CSV in GB 18030, as many offices still write it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["证书编号", "姓名", "姓名拼音", "专业", "学位", "颁发日期"])
    for number, (name, romanised, major, degree) in enumerate(DEGREES, 1):
        writer.writerow([f"D2026-{number:04d}", name, romanised, major, degree, "2026-06-30"])
    return text.getvalue().encode("gb18030")
