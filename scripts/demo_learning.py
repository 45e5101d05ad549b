"""The demo's learning platform: it speaks xAPI to a university's record store, over HTTP."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.demo_stage import Demo, Party, fetch

STUDENT = "mailto:chen.yu@student.example"
NAME = "陈雨"
ADL = "http://adlnet.gov/expapi/verbs/"
COURSE = "https://mooc.example/courses/linear-algebra"
LESSONS = 24


@dataclass(frozen=True)
class Platform:
    """A client of `/xapi`: (status, value) of every request."""

    base: str
    credentials: str

    def ask(self, method: str, path: str, value: Any = None) -> tuple[int, Any]:
        request = urllib.request.Request(
            f"{self.base}/xapi/{path}",
            None if value is None else json.dumps(value).encode(),
            {
                "Authorization": "Basic " + base64.b64encode(self.credentials.encode()).decode(),
                "X-Experience-API-Version": "2.0.0",
                "Content-Type": "application/json",
            },
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, _value(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _value(error.read())


def _value(body: bytes) -> Any:
    return json.loads(body) if body else None


def statement(verb: str, thing: str, **more: Any) -> dict[str, Any]:
    """A student's deed, under a mailbox and a name: nothing of either may reach the chain."""
    return {
        "id": str(uuid.uuid4()),
        "actor": {"mbox": STUDENT, "name": NAME},
        "verb": {"id": ADL + verb},
        "object": {"id": f"{COURSE}/{thing}", "definition": {"name": {"zh-CN": thing}}},
        **more,
    }


def learns(demo: Demo, party: Party) -> None:
    """A term of one student, one quiz of it voided."""
    base = f"http://127.0.0.1:{party.port}"
    _, token = demo.run("xuezheng", "token", "create", "--home", demo.home(party),
                        "--name", "课程平台", "--scope", "xapi")  # fmt: skip
    platform = Platform(base, f"{token['key']}:{token['secret']}")
    lessons = [statement("completed", f"lesson-{number}") for number in range(LESSONS)]
    quiz = statement("scored", "quiz", result={"score": {"scaled": 0.93}})
    status, ids = platform.ask("POST", "statements", [*lessons, quiz])
    demo.expect(
        f"学习平台经 xAPI 写入 {LESSONS + 1} 条 / a platform stores {LESSONS + 1} statements",
        status == 200 and ids == [one["id"] for one in (*lessons, quiz)], ids,
    )  # fmt: skip
    status, problem = platform.ask("POST", "statements", {**quiz, "result": {"success": False}})
    demo.expect("同一编号、另一内容：409 / same id, other content: 409",
                status == 409, problem)  # fmt: skip
    wrong = {**statement("scored", "quiz"), "result": {"score": {"scaled": 1.5}}}
    status, problem = platform.ask("POST", "statements", [statement("passed", "exam"), wrong])
    demo.expect(
        "一条有错，整批不收，并指出哪里 / one bad statement: none is taken, and where it is told",
        status == 400 and "pointer" in problem, problem,
    )  # fmt: skip
    voiding = {
        **statement("voided", "quiz"), "object": {"objectType": "StatementRef", "id": quiz["id"]},
    }  # fmt: skip
    platform.ask("POST", "statements", voiding)
    asked = urllib.parse.urlencode({"agent": json.dumps({"mbox": STUDENT}), "limit": 100})
    _, found = platform.ask("GET", f"statements?{asked}")
    shown = {one["id"] for one in found["statements"]}
    expected = {one["id"] for one in lessons} | {voiding["id"]}
    demo.expect("按人查询，已作废的不再出现 / by agent: the voided one is not shown",
                shown == expected, found)  # fmt: skip


def own_copy(demo: Demo, party: Party) -> Path:
    """The student's own copy, checked by a stranger."""
    copy = demo.root / "chen-yu.zip"
    _, seen = demo.run("xuezheng", "export", "--home", demo.home(party),
                       "--person", STUDENT, "--out", copy)  # fmt: skip
    demo.expect("学生拿到自己的全部记录与证明 / a student's own copy, with proofs",
                seen["records"] == LESSONS + 2 and seen["waiting"] == 0, seen)  # fmt: skip
    demo.check("学习记录包 / the copy", copy, "valid")
    return copy


def erased(demo: Demo, party: Party) -> None:
    """Erasure: payload and salt go, the leaves stay, nothing was ever readable outside."""
    _, seen = demo.run("xuezheng", "erase", "--home", demo.home(party), "--person", STUDENT)
    demo.expect("按人删除，有签名回执 / erasure, with a signed receipt",
                seen["erased"] == LESSONS + 2 and "signature" in seen["receipt"], seen)  # fmt: skip
    home, words = demo.home(party), (STUDENT.removeprefix("mailto:").encode(), NAME.encode())
    files = [one for one in home.rglob("*") if one.is_file()] + [
        one for one in (demo.root / "chain").rglob("*") if one.is_file()
    ]
    found = [str(one) for one in files if any(word in one.read_bytes() for word in words)]
    demo.expect("姓名与邮箱不在链、瓦片、数据库里 / no name, no mailbox in chain, tiles, database",
                not found, found)  # fmt: skip
    checkpoint = fetch(f"http://127.0.0.1:{party.port}/streams/learning/checkpoint")
    demo.expect("叶子都还在 / every leaf is still there",
                int(checkpoint.split(b"\n")[1]) == 5_000 + LESSONS + 2, checkpoint)  # fmt: skip
