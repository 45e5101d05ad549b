"""The institution's commands, alone on one home: results, exit codes, sentences."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import stat
from pathlib import Path

import pytest

from api.cli import main
from tests.commands.driver import xuezheng
from tests.office.worlds import statement

HEADER = "certificate_number,name,awarded_on,major,degree\n"
ROSTER = HEADER + "N-1,张三,2026-06-30,数学,理学学士\nN-2,𠮷田·阿依,2026-06-30,数学,理学学士\n"


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roster") / "roster.csv"
    path.write_text(ROSTER, "utf-8")
    return path


@pytest.fixture(scope="module")
def issued(home: Path, roster: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    ran = xuezheng("issue", "--home", home, roster, "--template", "degree", "--out", out, "--json")
    assert ran.json == {"issued": 2, "already": 0, "errors": []}
    return out


def test_init(tmp_path: Path) -> None:
    made = tmp_path / "deep" / "h"
    named = ("--institution", "南方大学", "--domain", "South.Example", "--code", "S-1")
    ran = xuezheng("--json", "init", "--home", made, *named)
    assert set(ran.json) == {"institution", "code", "chain_id", "council", "account"}
    assert (ran.json["institution"], ran.json["code"]) == ("南方大学", "S-1")
    assert "passphrase" in ran.err
    assert stat.S_IMODE((made / "passphrase").stat().st_mode) == 0o600
    assert stat.S_IMODE((made / "keys.json").stat().st_mode) == 0o600
    config = json.loads((made / "config.json").read_bytes())
    assert config["identity"]["domain"] == "south.example"
    assert config["identity"]["public_url"] == "http://127.0.0.1:8080"
    assert not (made / "chain.json").exists()
    assert not (made / "prepared.json").exists()
    again = xuezheng("init", "--home", made, *named, "--json", code=1)
    assert again.error == "home-in-use"


def test_prepare_then_init(tmp_path: Path) -> None:
    secret = {"XUEZHENG_PASSPHRASE": "一二三"}
    made = tmp_path / "h"
    account = xuezheng("init", "--home", made, "--prepare", "--json", env=secret).json["account"]
    assert not (made / "passphrase").exists()
    assert (
        xuezheng("init", "--home", made, "--prepare", "--json", env=secret).json["account"]
        == account
    )
    xuezheng("anchor", "--home", made, code=64, env=secret)
    done = xuezheng(
        "init", "--home", made, "--institution", "甲", "--domain", "a.example", "--json", env=secret
    )
    assert done.json["account"] == account
    wrong = xuezheng("anchor", "--home", made, "--json", code=3, env={"XUEZHENG_PASSPHRASE": "四"})
    assert wrong.error == "wrong-passphrase"
    none = xuezheng("anchor", "--home", made, "--json", code=3)
    assert none.error == "no-passphrase"
    file = tmp_path / "secret"
    file.write_text("一二三\n", "utf-8")
    xuezheng("anchor", "--home", made, env={"XUEZHENG_PASSPHRASE_FILE": str(file)})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (["--domain", "bad-.example"], "bad-domain"),
        (["--domain", "a..b"], "bad-domain"),
        (["--domain", "大学.example"], "bad-domain"),
        (["--code", "with space"], "bad-code"),
        (["--public-url", "http://elsewhere.example"], "bad-url"),
        (["--verify-url", "ftp://127.0.0.1"], "bad-url"),
        (["--verify-url", "https://h.example/?q=1"], "bad-url"),
        (["--institution", "a\u202eb"], "bad-name"),
        (["--institution", "名" * 100], "bad-name"),
        (["--council", "0x" + "11" * 20], "usage"),
        (["--institution", ""], "usage"),
    ],
)
def test_init_with_names_that_will_not_do(
    tmp_path: Path, changes: list[str], error: str, capfd: pytest.CaptureFixture[str]
) -> None:

    given = ["--institution", "甲", "--domain", "a.example", *changes]
    assert main(["init", "--home", str(tmp_path / "h"), *given, "--json"]) == 64
    assert json.loads(capfd.readouterr().out)["error"]["code"] == error
    assert not (tmp_path / "h" / "keys.json").exists()


def test_init_in_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    ran = xuezheng(
        "init", "--home", tmp_path, "--institution", "甲", "--domain", "a.b", "--json", code=1
    )
    assert ran.error == "home-in-use"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_languages_and_json_anywhere(home: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    chinese = xuezheng("anchor", "--home", nowhere, code=64)
    assert "机构" in chinese.err
    assert chinese.out == ""
    for where in (["--lang", "en", "anchor"], ["anchor", "--lang=en"]):
        assert "folder" in xuezheng(*where, "--home", nowhere, code=64).err
    both = xuezheng("--json", "anchor", "--home", nowhere, code=64, env={"XUEZHENG_LANG": "en"})
    assert "folder" in both.err
    assert both.error == "no-home"
    assert "folder" in both.json["error"]["detail"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["anchor"],
        ["anchor", "--home"],
        ["--lang", "fr", "anchor", "--home", "h"],
        ["issue", "--home", "h", "r.csv", "--out", "o"],
        ["issue", "--home", "h", "r.csv", "--out", "o", "--template", "phd"],
        ["ingest", "--home", "h", "--stream", "status", "f"],
        ["council", "propose", "--home", "h"],
        ["council", "--home", "h"],
        ["token", "create", "--home", "h", "--name", "n", "--scope", "everything"],
        ["trust", "--out", "f"],
        ["trust", "--home", "h", "--out", "f", "--days", "0"],
        ["revoke", "--home", "h", "N-1"],
        ["key", "add", "--home", "h", "--purpose", "all"],
        ["chain", "serve", "--dir", "d", "--port", "many"],
    ],
)
def test_wrong_usage(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip

    monkeypatch.chdir(tmp_path)
    assert main([*arguments, "--json"]) == 64
    shown = capfd.readouterr()
    assert json.loads(shown.out)["error"]["code"]
    assert "Traceback" not in shown.err
    assert list(tmp_path.iterdir()) == []


def test_issue(home: Path, roster: Path, issued: Path) -> None:
    names = {path.name for path in issued.iterdir()}
    assert names == {f"N-{n}.{kind}" for n in (1, 2) for kind in ("json", "pdf", "png")} | {
        "index.csv"
    }
    rows = list(csv.DictReader(io.StringIO((issued / "index.csv").read_text("utf-8"))))
    assert [row["number"] for row in rows] == ["N-1", "N-2"]
    assert all(row["qr_text"].startswith("http://127.0.0.1:8081/v#") for row in rows)
    before = (issued / "N-1.json").read_bytes()
    shutil.rmtree(issued)
    again = xuezheng(
        "issue",
        "--home",
        home,
        roster,
        "--template",
        "degree",
        "--out",
        issued,
        "--no-pdf",
        "--json",
    )
    assert again.json == {"issued": 0, "already": 2, "errors": []}
    assert (issued / "N-1.json").read_bytes() == before
    assert not (issued / "N-1.pdf").exists()


def test_issue_refuses_a_roster_whole(home: Path, issued: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(
        ROSTER.replace("张三", "别人")
        + "N-3,王\u202e五,2026-02-30,数学,理学学士\nN-3,赵六,2026-06-30,,理学学士\n",
        "utf-8",
    )
    out = tmp_path / "out"
    arguments = ("issue", "--home", home, bad, "--template", "degree", "--out", out, "--json")
    ran = xuezheng(*arguments, code=3)
    assert (ran.json["issued"], ran.json["already"]) == (0, 0)
    errors = {(error["row"], error["column"]) for error in ran.json["errors"]}
    assert {(4, "name"), (4, "awarded_on"), (5, "major"), (5, "certificate_number")} <= errors
    assert all(error["code"] and error["detail"] for error in ran.json["errors"])
    assert not out.exists()
    bad.write_text(ROSTER.replace("张三", "别人"), "utf-8")
    (error,) = xuezheng(*arguments, code=3).json["errors"]
    assert (error["row"], error["column"], error["code"]) == (
        2, "certificate_number", "already-issued",
    )  # fmt: skip
    xuezheng("revoke", "--home", home, "N-3", "--reason", "other", code=4)


def test_dry_run(home: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.csv"
    fresh.write_text(HEADER + "D-1,张三,2026-06-30,数学,理学学士\n", "gb18030")
    out = tmp_path / "out"
    arguments = ("issue", "--home", home, fresh, "--template", "degree", "--out", out)
    assert xuezheng(*arguments, "--dry-run", "--no-pdf", "--json").json["issued"] == 0
    assert not out.exists()
    blocked = tmp_path / "file"
    blocked.write_text("")
    ran = xuezheng(*arguments[:-1], blocked, "--no-pdf", "--json", code=64)
    assert ran.error == "file-unwritable"
    done = xuezheng(*arguments, "--no-pdf", "--json")
    assert done.json == {"issued": 0, "already": 1, "errors": []}


def test_status_commands(home: Path, issued: Path) -> None:
    def run(action: str, number: str, code: int = 0, reason: str = "other") -> str:
        ran = xuezheng(action, "--home", home, number, "--reason", reason, "--json", code=code)
        return str(ran.error if code else ran.json["action"])

    assert run("suspend", "N-2", reason="under-review") == "suspend"
    assert run("suspend", "N-2", code=3) == "status-not-possible"
    assert run("reinstate", "N-2", reason="review-closed") == "reinstate"
    assert run("reaffirm", "N-2") == "reaffirm"
    assert run("supersede", "N-2", reason="data-corrected") == "supersede"
    assert run("revoke", "N-2", code=3) == "status-not-possible"
    assert run("revoke", "X-404", code=4) == "no-such-certificate"
    assert run("revoke", "N-1", code=64, reason="because") == "unknown-reason"


def test_ingest_and_anchor(home: Path, tmp_path: Path) -> None:
    good, bad, empty = tmp_path / "good.jsonl.gz", tmp_path / "bad.jsonl", tmp_path / "empty"
    good.write_bytes(gzip.compress(b"".join(statement(number) for number in range(50))))
    bad.write_bytes(statement(1) + b"{\n" + statement(1, "other") + statement(60))
    empty.write_bytes(b"")

    def run(path: Path, code: int) -> dict[str, object]:
        ran = xuezheng("ingest", "--home", home, "--stream", "learning", path, "--json", code=code)
        found: dict[str, object] = ran.json
        return found

    assert run(good, 0) == {"accepted": 50, "duplicate": 0, "refused": []}
    found = run(bad, 3)
    assert (found["accepted"], found["duplicate"]) == (1, 1)
    refused = found["refused"]
    assert isinstance(refused, list)
    assert [(one["line"], one["code"]) for one in refused] == [
        (2, "statement-not-json"), (3, "statement-conflict"),
    ]  # fmt: skip
    assert all(set(one) == {"line", "code", "detail"} for one in refused)
    run(empty, 64)
    run(tmp_path / "absent", 64)
    done = xuezheng("anchor", "--home", home, "--json").json["anchored"]
    (learning,) = [one for one in done if one["stream"] == "learning"]
    assert set(learning) == {"stream", "size", "root", "tx", "block", "gas"}
    assert learning["size"] == 51
    assert (home / "streams" / "learning" / "checkpoint").exists()
    assert xuezheng("anchor", "--home", home, "--json").json == {"anchored": []}


def test_trust(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "trust.json"
    made = xuezheng("trust", "--home", home, "--out", out, "--json").json
    assert set(made) == {"fingerprint", "version", "signatures", "needed"}
    assert (made["version"], made["signatures"], made["needed"]) == (1, 1, 1)
    assert (
        xuezheng("trust", "--home", home, "--out", out, "--days", 30, "--json").json["version"] == 2
    )
    assert xuezheng("trust", "sign", "--home", home, out, "--json").json["signatures"] == 1
    assert xuezheng("trust", "verify", out, "--json").json["signatures"] == 1
    bundle = json.loads(out.read_bytes())
    assert bundle["nodes"] == [{"code": "north.example", "url": "http://127.0.0.1:8080/chain"}]
    out.write_text(json.dumps({**bundle, "version": 7}))
    xuezheng("trust", "verify", out, code=3)
    out.write_text("{")
    xuezheng("trust", "verify", out, code=64)
    xuezheng("trust", "verify", tmp_path / "absent", code=64)


def test_tokens_keys_council(home: Path) -> None:
    token = xuezheng(
        "token", "create", "--home", home, "--name", "lms", "--scope", "issue,xapi", "--json"
    ).json
    assert set(token) == {"key", "secret"}
    keys = xuezheng("key", "list", "--home", home, "--json").json["keys"]
    assert {key["purpose"] for key in keys} == {"credential", "checkpoint", "receipt", "trust"}
    listed = xuezheng("council", "list", "--home", home, "--json").json
    assert (len(listed["members"]), listed["threshold"]) == (1, 1)
    assert listed["proposals"][0]["state"] == "executed"
    assert xuezheng("council", "approve", "--home", home, "77", "--json", code=4).error == (
        "no-such-proposal"
    )
    unknown = xuezheng("key", "freeze", "--home", home, "ffff", "--json", code=4)
    assert unknown.error == "key-unknown"


def damaged(home: Path, tmp_path: Path, **changes: object) -> Path:
    """A copy of the home with another configuration."""
    copy = tmp_path / "copy"
    shutil.copytree(home, copy)
    config = json.loads((copy / "config.json").read_bytes())
    (copy / "config.json").write_text(json.dumps({**config, **changes}))
    return copy


def test_wrong_chain_id(home: Path, tmp_path: Path) -> None:
    ran = xuezheng("anchor", "--home", damaged(home, tmp_path, chain_id=5), "--json", code=None)
    assert (ran.code, ran.error) in {(1, "wrong-chain"), (3, "wrong-chain")}


def test_contracts_that_are_not_ours(home: Path, tmp_path: Path) -> None:
    ours = json.loads((home / "config.json").read_bytes())["contracts"]
    swapped = {**ours, "council": ours["registry"], "registry": ours["council"]}
    ran = xuezheng(
        "anchor", "--home", damaged(home, tmp_path, contracts=swapped), "--json", code=None
    )
    assert ran.code in (1, 2, 3)
    assert ran.error == "not-our-contracts"


def test_damaged_configuration(home: Path, tmp_path: Path) -> None:
    copy = damaged(home, tmp_path, identity={"name": 1})
    assert xuezheng("anchor", "--home", copy, "--json", code=1).error == "config-damaged"
    (copy / "config.json").write_text("{")
    assert xuezheng("anchor", "--home", copy, "--json", code=1).error == "config-damaged"


def test_node_down(home: Path, tmp_path: Path) -> None:
    copy = damaged(home, tmp_path, chain_url="http://127.0.0.1:9")
    assert xuezheng("anchor", "--home", copy, "--json", code=2).error == "node-unreachable"


def test_a_frozen_key_issues_nothing_more(home: Path, issued: Path, tmp_path: Path) -> None:
    copy = damaged(home, tmp_path)
    keys = xuezheng("key", "list", "--home", copy, "--json").json["keys"]
    key = next(key["public_key"] for key in keys if key["purpose"] == "credential")
    frozen = xuezheng("key", "freeze", "--home", copy, key[:12], "--json").json
    assert frozen["cut_off"] is not None
    fresh = tmp_path / "fresh.csv"
    fresh.write_text(HEADER + "F-1,张三,2026-06-30,数学,理学学士\n", "utf-8")
    arguments = ("issue", "--home", copy, fresh, "--template", "degree", "--no-pdf", "--out")
    assert xuezheng(*arguments, tmp_path / "o", "--json", code=3).error == "key-not-registered"
    added = xuezheng("key", "add", "--home", copy, "--json").json
    assert added["executed"] or added["proposal"].startswith("0x")
    if added["executed"]:
        assert xuezheng(*arguments, tmp_path / "o", "--json").json["issued"] == 1
