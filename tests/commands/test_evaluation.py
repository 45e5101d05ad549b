"""Evaluation by the commands: charter, people, rules, reports, recognition, and what a stranger
finds in the files alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.commands.driver import Ran, serving, verify, xuezheng
from tests.core.evaluation.acted import charter as charter_data
from tests.docs.reading import DOCS, blocks
from tests.office.acting import DEAN, OFFICE, TEACHERS, Person, term

FUTURE = 4_076_150_400  # 2099-03-02 00:00 +08:00
PERIOD = "2099-03-02/2099-07-01"
TEACHER = TEACHERS[0]
PEOPLE: dict[Person, str] = {DEAN: "department", OFFICE: "registrar", TEACHER: "teacher"}
WORKLOAD = "online-workload"


@dataclass(frozen=True)
class School:
    """A home with everything in it, evaluated and recognised; and where its files lie."""

    home: Path
    folder: Path

    def key(self, person: Person) -> tuple[str, Path]:
        return "--key", self.folder / f"{person.name}.key"

    def run(self, command: str, *arguments: object, code: int = 0) -> Ran:
        first, *rest = command.split()
        return xuezheng(first, *rest, "--home", self.home, *arguments, "--json", code=code)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def report(self) -> Path:
        return self.out / f"{TEACHER.name}.json"

    @property
    def records(self) -> Path:
        return self.out / "records.jsonl"

    @property
    def trust(self) -> Path:
        return self.folder / "trust.json"

    def recompute(self, *arguments: object, code: int = 0, **files: Path) -> Ran:
        report, records = files.get("report", self.report), files.get("records", self.records)
        return verify(
            "recompute", report, "--records", records, "--trust", self.trust, "--json",
            *arguments, code=code,
        )  # fmt: skip

    def evaluate(self, code: int = 0) -> Ran:
        return self.run("evaluate", "--rules", WORKLOAD, "--period", PERIOD, "--out", self.out,
                        code=code)  # fmt: skip


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    folder = tmp_path_factory.mktemp("evaluation")
    made = School(folder / "home", folder)
    xuezheng("init", "--home", made.home, "--institution", "渭北大学", "--domain", "school.example")
    secret = {"XUEZHENG_PERSON_PASSPHRASE": "秘密"}
    for person, role in PEOPLE.items():
        created = xuezheng(
            "person", "create", "--account", person.account, "--out", made.key(person)[1], "--json",
            env=secret,
        )  # fmt: skip
        public = folder / f"{person.name}.pub"
        public.write_text(created.out.splitlines()[-1])
        made.run("appoint", person.account, "--role", role, "--public-key", public)
    approvers = {"accounts": [DEAN.account, OFFICE.account], "needed": 2}
    data = charter_data(approvers=approvers, attestation={"run-opened": [["registrar"]]})
    (folder / "charter.json").write_text(json.dumps(data))
    made.run("charter set", folder / "charter.json")
    assert made.run("charter show").json["anchored"] is False
    made.run("anchor")
    return made


@pytest.fixture(scope="module")
def keyed(school: School) -> Iterator[School]:
    """The people type their passphrase."""
    patch = pytest.MonkeyPatch()
    patch.setattr("tests.commands.driver.environment", _environment)
    yield school
    patch.undo()


def _environment(changes: Any) -> dict[str, str]:
    import os

    kept = {name: value for name, value in os.environ.items() if not name.startswith("XUEZHENG_")}
    return {**kept, "XUEZHENG_PERSON_PASSPHRASE": "秘密", **changes}


@pytest.fixture(scope="module")
def evaluated(keyed: School) -> School:
    for number, person in enumerate((DEAN, OFFICE), start=1):
        done = keyed.run("rules approve", WORKLOAD, "--effective", "2099-03-01", *keyed.key(person))
        assert (done.json["approvals"], done.json["approved"]) == (number, number == 2)
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in term(start=FUTURE))
    (keyed.folder / "term.jsonl").write_bytes(lines)
    taken = keyed.run("ingest", "--stream", "teaching", keyed.folder / "term.jsonl")
    assert taken.json == {"accepted": 7, "duplicate": 0, "refused": []}
    keyed.run("anchor")
    done = keyed.run("attest", "--type", "run-opened", "--period", PERIOD, "--role", "registrar",
                     *keyed.key(OFFICE), code=0)  # fmt: skip
    assert done.json["attested"] == 0  # the run was put in before the period: named by its id
    run = next(one["id"] for one in term(start=FUTURE))
    keyed.run("attest", run, "--role", "registrar", *keyed.key(OFFICE))
    keyed.run("anchor")
    assert keyed.evaluate().json["labels"] == []
    for person in (DEAN, OFFICE):
        keyed.run("recognise", keyed.report, "--role", PEOPLE[person], *keyed.key(person))
    keyed.run("anchor")
    done = keyed.evaluate()
    assert (done.json["reports"], done.json["fresh"]) == (1, 0)
    xuezheng("trust", "--home", keyed.home, "--out", keyed.trust)
    return keyed


def figures(path: Path) -> dict[str, Any]:
    report = json.loads(path.read_bytes())["report"]
    return {one["id"]: one["value"] for one in report["result"]["indicators"]}


def codes(ran: Ran) -> set[str]:
    return {one["code"] for one in ran.json["differences"]}


# ------------------------------------------------------------------- the files


def test_the_files_of_an_evaluation(evaluated: School) -> None:
    names = {path.name for path in evaluated.out.iterdir()}
    assert names == {"t-0.json", "t-0.html", "index.html", "records.jsonl"}
    assert figures(evaluated.report)["workload"] == "363/50"
    page = (evaluated.out / "t-0.html").read_text("utf-8")
    assert "已认定" in page and "7.26" in page and "<script" not in page
    assert all(path.stat().st_mode & 0o077 == 0 for path in evaluated.out.iterdir())


def example() -> dict[str, Any]:
    (text,) = [
        one.text for one in blocks(DOCS / "spec" / "recompute.md") if "answer" in one.language
    ]
    answer: dict[str, Any] = json.loads(text)
    return answer


def assert_shaped_as(example: Any, found: Any) -> None:
    """The same members in both, however deep; of arrays the first item, where both have one."""
    assert type(example) is type(found)
    if isinstance(example, dict):
        assert example.keys() == found.keys()
        for name, value in example.items():
            assert_shaped_as(value, found[name])
    elif isinstance(example, list) and example and found:
        assert_shaped_as(example[0], found[0])


def test_a_stranger_recomputes_with_neither_server_nor_database(evaluated: School) -> None:
    found = evaluated.recompute().json
    assert_shaped_as(example(), found)
    assert (found["verdict"], found["differences"], found["records"]) == ("same", [], 8)
    states = {one["code"]: one["state"] for one in found["checks"]}
    assert states["recomputed"] == states["rules"] == states["complete"] == "pass"
    assert states["anchored"] == "not_checked"


def test_with_a_node_the_anchors_are_confirmed(evaluated: School) -> None:
    with serving("serve", "--home", evaluated.home, "--port", 0, "--anchor-interval", 3600) as url:
        found = evaluated.recompute("--node", f"{url}/chain").json
    assert {one["code"]: one["state"] for one in found["checks"]}["anchored"] == "pass"
    lost = evaluated.recompute("--node", "http://127.0.0.1:9/chain", code=2).json
    assert lost["verdict"] == "undetermined"


def _changed(evaluated: School, old: bytes, new: bytes) -> Path:
    data = evaluated.records.read_bytes()
    assert old in data
    path = evaluated.folder / "changed.jsonl"
    path.write_bytes(data.replace(old, new))
    return path


def test_one_changed_record_is_named(evaluated: School) -> None:
    path = _changed(evaluated, b'extensions/enrolled":50', b'extensions/enrolled":51')
    found = evaluated.recompute(records=path, code=1)
    assert {"record-commitment", "result-root"} <= codes(found)
    assert "teaching[0]" in {one["where"] for one in found.json["differences"]}


@pytest.mark.parametrize("place", [0, 3, 6])
def test_one_record_left_out_is_named(evaluated: School, place: int) -> None:
    lines = evaluated.records.read_bytes().splitlines(keepends=True)
    teaching = [n for n, line in enumerate(lines) if b'"stream":"teaching"' in line[:60]]
    path = evaluated.folder / "short.jsonl"
    path.write_bytes(b"".join(line for n, line in enumerate(lines) if n != teaching[place]))
    found = evaluated.recompute(records=path, code=1)
    assert "record-left-out" in codes(found)
    assert str(place) in next(
        one["detail"] for one in found.json["differences"] if one["code"] == "record-left-out"
    )


def test_one_changed_rule_is_named(evaluated: School) -> None:
    value = json.loads(evaluated.report.read_bytes())
    value["rules"]["tables"]["mode"]["rows"][0]["value"] = "12/10"
    path = evaluated.folder / "other.json"
    path.write_text(json.dumps(value))
    found = evaluated.recompute(report=path, code=1)
    assert {"result-rules", "result-value"} <= codes(found)
    path = _changed(evaluated, b'"is":"live","value":"11/10"', b'"is":"live","value":"12/10"')
    assert "record-commitment" in codes(evaluated.recompute(records=path, code=1))


def test_a_missing_approval_is_named(evaluated: School) -> None:
    lines = evaluated.records.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if b'"kind":"approval"' not in line]
    path = evaluated.folder / "unsigned.jsonl"
    path.write_bytes(b"".join(kept))
    found = evaluated.recompute(records=path, code=1)
    assert "approval-missing" in codes(found)
    assert found.json["labels"] == ["unapproved"]


def test_unusable_files(evaluated: School, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"{}")
    assert evaluated.recompute(report=path, code=64).error == "report-unreadable"
    assert evaluated.recompute(report=tmp_path / "none", code=64).error == "file-unreadable"
    assert evaluated.recompute(records=tmp_path / "none", code=64).error == "file-unreadable"
    path.write_bytes(b"garbage\n")
    found = evaluated.recompute("--node", "http://127.0.0.1:9/chain", records=path, code=1)
    assert {"records-file", "recompute-no-stream"} <= codes(found)
    states = {one["code"]: one["state"] for one in found.json["checks"]}
    assert states["rules"] == states["anchored"] == states["complete"] == "not_checked"


# ------------------------------------------------------------------- commands of the institution


def test_a_certificate_of_what_was_recognised(evaluated: School) -> None:
    out = evaluated.folder / "certificates"
    done = evaluated.run("certify", evaluated.report, "--name", "王建国", "--out", out)
    number = done.json["number"]
    again = evaluated.run("certify", evaluated.report, "--name", "王建国", "--out", out)
    assert (again.json["issued"], again.json["already"]) == (0, 1)
    evaluated.run("anchor")
    xuezheng("trust", "--home", evaluated.home, "--out", evaluated.trust)
    with serving(
        "serve", "--home", evaluated.home, "--port", 8080, "--anchor-interval", 3600
    ) as url:
        checked = verify("check", out / f"{number}.pdf", "--trust", evaluated.trust, "--node",
                         f"{url}/chain", "--json", code=None)  # fmt: skip
    assert checked.json["credential"]["hours"] == "7.26"
    states = {one["code"]: one["state"] for one in checked.json["checks"]}
    assert states["signature"] == "pass"


def test_an_appeal_is_answered_and_the_history_is_told(evaluated: School) -> None:
    reason = ("--reason", "少算一次课")
    refused = evaluated.run("appeal", evaluated.report, *reason, *evaluated.key(DEAN), code=3)
    assert refused.error == "appeal-not-subject"
    evaluated.run("appeal", evaluated.report, *reason, *evaluated.key(TEACHER))
    told = evaluated.run("timeline", evaluated.report).json
    assert told["effect"] == "appealed"
    evaluated.run("answer", evaluated.report, "--role", "registrar", "--decision", "rejected",
                  "--reason", "平台无此课", *evaluated.key(OFFICE))  # fmt: skip
    told = evaluated.run("timeline", evaluated.report).json
    assert told["effect"] == "recognised"
    assert [step["what"] for step in told["steps"]] == [
        "recognition", "recognition", "appeal", "answer",
    ]  # fmt: skip


def test_what_is_refused_ends_with_three(evaluated: School) -> None:
    by = evaluated.key(DEAN)
    day = ("--effective", "2099-03-01")
    twice = evaluated.run("rules approve", WORKLOAD, *day, *by, code=3)
    assert twice.error == "approval-twice"
    other = evaluated.run("rules approve", WORKLOAD, "--effective", "2099-04-01", *by, code=3)
    assert other.error == "rules-version-used"
    stranger = evaluated.run("rules approve", WORKLOAD, *day, *evaluated.key(TEACHER), code=3)
    assert stranger.error == "approver-not-named"
    twice = evaluated.run("recognise", evaluated.report, "--role", "department", *by, code=3)
    assert twice.error == "recognition-twice"
    assert evaluated.run("evaluate", "--rules", "none", "--period", PERIOD, "--out",
                         evaluated.out, code=4).error == "no-such-rules"  # fmt: skip
    assert evaluated.run("evaluate", "--rules", WORKLOAD, "--period", "2099", "--out",
                         evaluated.out, code=64).error == "period-form"  # fmt: skip
    assert evaluated.run("attest", "x", "--role", "registrar", *evaluated.key(OFFICE),
                         code=4).error == "attest-target"  # fmt: skip


def test_rules_are_checked_compared_and_previewed(evaluated: School, tmp_path: Path) -> None:
    assert xuezheng("rules", "check", WORKLOAD, "--json").json["ok"]
    data = json.loads(evaluated.report.read_bytes())["rules"]
    data["version"] = 2
    data["tables"]["mode"]["rows"][0]["value"] = 2
    newer = tmp_path / "newer.json"
    newer.write_text(json.dumps(data))
    found = xuezheng("rules", "diff", WORKLOAD, newer, "--json").json["differences"]
    assert [one["place"] for one in found] == ["/version", "/tables/mode/rows/live/value"]
    seen = evaluated.run("rules preview", newer, "--period", PERIOD).json
    assert seen["against"] == f"{WORKLOAD}@1"
    assert seen["indicators"]["workload"] == {"gain": 1, "lose": 0, "other": 0, "same": 0}
    assert seen["changes"][0]["gain"] == "297/50"
    listed = evaluated.run("rules list").json["rules"]
    assert [row["rules"] for row in listed if row["leaf"] is not None] == [f"{WORKLOAD}@1"]
    assert "formula" in xuezheng("rules", "show", WORKLOAD, "--json").json["indicators"][0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("{extra: 1}", "rules-unknown-field"),
        ("{records: 1.5}", "rules-float"),
        ("{version: 0}", "rules-format"),
    ],
)
def test_bad_rules_are_told_with_their_place(tmp_path: Path, change: str, code: str) -> None:
    data = json.loads(json.dumps(_shipped()))
    data.update(_yaml(change))
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(data))
    found = xuezheng("rules", "check", path, "--json", code=3).json
    assert code in [one["code"] for one in found["problems"]]
    assert all(one["pointer"] and one["detail"] for one in found["problems"])


def test_yaml_is_another_way_of_writing_a_rule_set(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(json.dumps(_shipped(), ensure_ascii=False, indent=2))
    one = xuezheng("rules", "check", path, "--json").json
    assert one["hash"] == xuezheng("rules", "check", WORKLOAD, "--json").json["hash"]
    path.write_text("a: &x 1\nb: *x\n")
    assert xuezheng("rules", "check", path, "--json", code=1).error == "yaml"


def _shipped() -> Any:
    from ledger.office.rules import shipped

    return shipped()[WORKLOAD]


def _yaml(text: str) -> Any:
    from api.yaml_data import parse_yaml

    return parse_yaml(text.encode())
