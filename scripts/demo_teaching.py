"""The demo's teaching: a term recorded, attested, evaluated, recognised, and computed again by a
stranger; and a student's credit with a certificate of the other university in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scripts.demo_stage import Demo, Party
from scripts.learning_term import learning_term
from scripts.teaching_irregular import Rates
from scripts.teaching_school import Size
from scripts.teaching_statements import HOME, account, teacher_name
from scripts.teaching_term import term

TERM = "2026-03-02/2026-07-01"
SIZE = Size(teachers=12, runs=30, weeks=6)
PEOPLE = {"dean-li": "department", "office-wang": "registrar", "quality-zhao": "department"}
TEACHER = teacher_name(3)
RULES = "online-workload"


def charter() -> dict[str, Any]:
    """Two of three approve; department and registrar recognise."""
    return {
        "format": "xuezheng-charter/1",
        "version": 1,
        "approvers": {"accounts": [account(name) for name in PEOPLE], "needed": 2},
        "recognition": {"signers": [["department"], ["registrar"]], "appeal_days": 15},
        "owners": {
            "run-opened": {"sources": ["registrar"]},
            "slot-scheduled": {"sources": ["registrar"]},
            "session-delivered": {"sources": ["live-platform", "course-platform"]},
        },
        "attestation": {
            "open-course-operated": [["department"]],
            "record-voided": [["registrar"]],
            "record-superseding": [["registrar"]],
        },
    }


class Campus:
    """One university's people and their keys, each in a file of its own."""

    def __init__(self, demo: Demo, party: Party) -> None:
        self.demo, self.party = demo, party
        self.folder = demo.root / "people"
        self.folder.mkdir()

    def run(self, command: str, *arguments: object, expect: int | None = 0) -> dict[str, Any]:
        first, *rest = command.split()
        home = self.demo.home(self.party)
        return self.demo.run("xuezheng", first, *rest, "--home", home, *arguments, expect=expect)[1]

    def key(self, name: str) -> tuple[str, Path]:
        return "--key", self.folder / f"{name}.key"

    def appoint(self, name: str, role: str) -> None:
        _, made = self.demo.run("xuezheng", "person", "create", "--account", account(name),
                                "--out", self.key(name)[1])  # fmt: skip
        public = self.folder / f"{name}.pub"
        public.write_text(json.dumps(made))
        self.run("appoint", account(name), "--role", role, "--public-key", public)

    def recompute(self, report: Path, records: Path, expect: int) -> dict[str, Any]:
        code, seen = self.demo.run(
            "xuezheng-verify", "recompute", report, "--records", records, "--trust",
            self.demo.trust, expect=None,
        )  # fmt: skip
        return {**seen, "held": code == expect}


def founded(campus: Campus) -> None:
    """Charter, people, and a rule set that two approve."""
    for name, role in {**PEOPLE, TEACHER: "teacher"}.items():
        campus.appoint(name, role)
    file = campus.demo.root / "charter.json"
    file.write_text(json.dumps(charter(), ensure_ascii=False))
    campus.run("charter set", file)
    campus.run("anchor")
    for name in ("dean-li", "office-wang"):
        done = campus.run("rules approve", RULES, "--effective", "2026-03-01", *campus.key(name))
    campus.demo.expect("规则由三人中的两人批准 / rules approved by two of three",
                       done["approved"], done)  # fmt: skip
    twice = campus.run("rules approve", RULES, "--effective", "2026-03-01",
                       *campus.key("dean-li"), expect=None)  # fmt: skip
    campus.demo.expect("同一人不能批准两次 / nobody approves twice",
                       twice.get("error", {}).get("code") == "approval-twice", twice)  # fmt: skip


def recorded(campus: Campus) -> None:
    """A generated term, with irregularities planted in it, into the stream `teaching`."""
    made = term(SIZE, Rates())
    file = campus.demo.root / "term.jsonl"
    file.write_bytes(b"".join(made.lines()))
    seen = campus.run("ingest", "--stream", "teaching", file)
    campus.demo.expect(
        f"{SIZE.teachers} 位教师一学期的教学记录 / a term of {SIZE.teachers} teachers",
        seen["accepted"] == len(made.facts) and not seen["refused"], seen,
    )  # fmt: skip
    campus.run("anchor")
    seen = campus.run("attest", "--type", "open-course-operated", "--period", TERM, "--role",
                      "department", *campus.key("dean-li"))  # fmt: skip
    campus.demo.expect("院系签名证实开放课程 / the department attests open courses, signed",
                       seen["attested"] > 0, seen)  # fmt: skip
    campus.run("anchor")


def evaluated(campus: Campus) -> Path:
    """Everybody's workload; one report recognised by two people."""
    out = campus.demo.root / "workload"
    seen = campus.run("evaluate", "--rules", RULES, "--period", TERM, "--out", out)
    campus.demo.expect(
        "每位教师一份报告；规则晚于学期，报告写明“追溯” / a report each, marked retroactive",
        seen["reports"] == SIZE.teachers and "retroactive" in seen["labels"], seen,
    )  # fmt: skip
    report = out / f"{TEACHER}.json"
    early = campus.run("certify", report, "--name", "王建国", "--out", out, expect=None)
    campus.demo.expect("认定之前不能出具证明 / no certificate before recognition",
                       early.get("error", {}).get("code") == "not-recognised", early)  # fmt: skip
    for name in ("dean-li", "office-wang"):
        done = campus.run("recognise", report, "--role", PEOPLE[name], *campus.key(name))
    campus.demo.expect("院系与教务处两人认定 / recognised by two people of two roles",
                       done["effect"] == "recognised", done)  # fmt: skip
    campus.run("anchor")
    again = campus.run("evaluate", "--rules", RULES, "--period", TERM, "--out", out)
    campus.demo.expect("再算一次，没有一份需要重算 / evaluated again: nothing had to be computed",
                       again["fresh"] == 0, again)  # fmt: skip
    return out


def recomputed(campus: Campus, out: Path) -> None:
    """A stranger computes the report again, from the files alone."""
    report, records = out / f"{TEACHER}.json", out / "records.jsonl"
    seen = campus.recompute(report, records, 0)
    campus.demo.expect("陌生人重算，逐字节相同 / a stranger recomputes: the same to the byte",
                       seen["held"] and seen["verdict"] == "same", seen)  # fmt: skip
    lines = records.read_bytes().splitlines(keepends=True)
    name = account(TEACHER).encode()
    own = [n for n, line in enumerate(lines) if name in line and b'"stream":"teaching"' in line]
    short = campus.demo.root / "left-out.jsonl"
    short.write_bytes(b"".join(line for n, line in enumerate(lines) if n != own[7]))
    seen = campus.recompute(report, short, 1)
    found = {one["code"] for one in seen["differences"]}
    campus.demo.expect("漏掉一条记录，指名道姓 / one record left out is named",
                       seen["held"] and "record-left-out" in found, found)  # fmt: skip


def certified(campus: Campus, out: Path) -> None:
    """The workload as a certificate with QR code."""
    folder = campus.demo.root / "workload-certificates"
    done = campus.run("certify", out / f"{TEACHER}.json", "--name", "王建国", "--out", folder)
    campus.run("anchor")
    number = done["number"]
    for suffix in ("pdf", "png"):
        campus.demo.check(f"工作量证明 / certificate of workload ({suffix})",
                          folder / f"{number}.{suffix}", "valid")  # fmt: skip


def credited(campus: Campus, certificate: Path) -> None:
    """A student's credit: own courses, and one certificate of the other university."""
    demo = campus.demo
    learned = learning_term(6, 4, 20260302)
    file = demo.root / "learned.jsonl"
    # Whoever takes a file in vouches for it: what students say about themselves stays outside.
    refused = set(learned.refused)
    kept = [one for one in learned.statements if one["id"] not in refused]
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in kept), "utf-8")
    campus.run("ingest", "--stream", "learning", file)
    truth = learned.credits()
    student, true = next(
        (name, one) for name, one in truth["students"].items()
        if one["transferred"] == "0" and one["earned"] not in ("0", "10")
    )  # fmt: skip
    verdict = demo.root / "verdict.json"
    seen = demo.check("另一所大学的课程证书 / the other university's certificate",
                      certificate, "valid")  # fmt: skip
    verdict.write_text(json.dumps(seen))
    moved = campus.run(
        "transfer", certificate, "--person", student, "--course", f"{HOME}/course/exchange",
        "--credits", "1", "--verdict", verdict,
    )  # fmt: skip
    campus.run("anchor")
    out = demo.root / "credit"
    campus.run("evaluate", "--rules", "course-credit", "--period", "2026-01-01/2027-01-01",
               "--subject", student, "--out", out)  # fmt: skip
    report = next(path for path in out.glob("*.json"))
    result = json.loads(report.read_bytes())["report"]["result"]
    figures = {one["id"]: one["value"] for one in result["indicators"]}
    demo.expect(
        "学分：本校所修与外校转入 / credits: earned here, and transferred",
        figures["earned"] == true["earned"] and figures["transferred"] == moved["credits"],
        [figures, true],
    )  # fmt: skip
    seen = campus.recompute(report, out / "records.jsonl", 0)
    demo.expect("学分报告也能重算 / the report on credits is recomputed as well",
                seen["held"], seen)  # fmt: skip


def teaches(demo: Demo, party: Party, certificate: Path) -> None:
    """The whole of it."""
    campus = Campus(demo, party)
    founded(campus)
    recorded(campus)
    out = evaluated(campus)
    recomputed(campus, out)
    certified(campus, out)
    credited(campus, certificate)
    demo.figures["teaching_reports"] = SIZE.teachers
