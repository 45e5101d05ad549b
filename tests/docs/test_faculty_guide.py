"""The faculty's guide, typed word for word: a rule set, an indicator, a type of record, no code."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

from scripts.teaching_calendar import rfc3339
from tests.docs.reading import DOCS, blocks
from tests.office.acting import DAY, HOME, START, Person, record

BIN = Path(sys.executable).parent
GUIDE = DOCS / "guides" / "faculty.md"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("XUEZHENG_")},
    "XUEZHENG_PERSON_PASSPHRASE": "only for this test",
}
TEACHER = Person("t-1")
CLAIM = "https://weibei.example/xapi/tutoring"


def test_what_the_guide_says_happens(tmp_path: Path) -> None:
    _platform_records(tmp_path)
    found = blocks(GUIDE)
    for block in found:
        _, _, name = block.language.partition(" ")
        if name:
            (tmp_path / name).write_text(block.text, encoding="utf-8")
    lines = [line for one in found if one.language == "console" for line in one.text.splitlines()]
    for line in lines:
        _run(shlex.split(line.removeprefix("$ ")), tmp_path)
    assert len(lines) > 20
    assert _figures(tmp_path / "reports") == {"sessions": "3", "live": "67/100"}
    assert _figures(tmp_path / "tutoring") == {"hours": "2", "helped": "11"}


def _figures(folder: Path) -> dict[str, str]:
    report = json.loads((folder / "t-1.json").read_bytes())["report"]
    return {one["id"]: one["value"] for one in report["result"]["indicators"]}


def _run(words: list[str], folder: Path) -> None:
    done = subprocess.run(
        [str(BIN / words[0]), *words[1:]], cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"


def _platform_records(folder: Path) -> None:
    """What the platform sends: three sessions, and a duty of the faculty's own type."""
    sessions = [
        record("session-delivered", f"s-{number}", TEACHER, START + number * DAY,
               mode="recorded" if number == 2 else "live", starts=START + number * DAY,
               ends=START + number * DAY + 3_600, attended=20 + number)
        for number in range(3)
    ]  # fmt: skip
    duty = record("training-attended", "duty", TEACHER, START)
    duty["verb"]["id"] = "http://activitystrea.ms/host"
    duty["object"] = {
        "id": f"{HOME}/tutoring/1",
        "definition": {"type": f"{CLAIM}/activity-types/tutoring"},
    }
    duty["context"]["contextActivities"]["category"].append({"id": f"{CLAIM}/v1.0"})
    standard = "https://w3id.org/xuezheng/xapi/teaching/extensions"
    duty["context"]["extensions"] = {
        f"{standard}/starts": rfc3339(START),
        f"{standard}/ends": rfc3339(START + 7_200),
    }
    duty["result"] = {"extensions": {f"{CLAIM}/extensions/helped": 11}}
    for name, some in (("term.jsonl", sessions), ("tutoring.jsonl", [duty])):
        lines = "".join(json.dumps(one) + "\n" for one in some)
        (folder / name).write_text(lines, encoding="utf-8")
