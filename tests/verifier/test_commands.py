"""`xuezheng-verify` as people and scripts use it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.core.frame import qr_text
from ledger.core.trust import format_trust
from tests import builders
from tests.verifier.world import CREDENTIAL, Served
from verifier import cli

CORPUS = sorted((Path(__file__).parents[1] / "corpus" / "inputs").iterdir())
ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "import sys; from verifier.cli import main; sys.exit(main())"]
Online = tuple[Served, builders.Paper]
Run = Callable[..., tuple[int, dict[str, Any], str, str]]


@pytest.fixture
def run(online: Online, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process: (exit code, last line's JSON, stdout, stderr)."""

    def go(*arguments: object) -> tuple[int, dict[str, Any], str, str]:
        code = cli.main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        lines = out.strip().splitlines()
        value = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
        assert "Traceback" not in out + err
        return code, value, out, err

    return go


@pytest.fixture
def trust(online: Online) -> Path:
    return online[0].trust


@pytest.fixture
def link(online: Online) -> str:
    return qr_text(builders.VERIFY_URL, online[1].frame)


@pytest.fixture
def document(online: Online) -> Path:
    path = online[0].folder / "document.json"
    path.write_bytes(online[1].document)
    return path


# --------------------------------------------------------------------------- check


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_corpus(run: Run, trust: Path, path: Path) -> None:
    """The name of each file begins with the exit code that it must have."""
    wanted = int(path.name.split("--")[0])
    code, value, _, _ = run("check", path, "--trust", trust, "--json")
    assert code == wanted, value
    if code == 64:
        assert value["error"]["code"] in ("no-credential", "several-credentials")
    else:
        assert value["verdict"] == ("valid" if code == 0 else "invalid")


def test_json_shape(run: Run, trust: Path, document: Path, link: str) -> None:
    for given in (document, link):
        code, value, out, err = run("check", given, "--trust", trust, "--json", "--lang", "en")
        assert code == 0
        assert len(out.strip().splitlines()) == 1
        assert "Valid." in err
        assert value["verdict"] == "valid"
        assert value["level"] == 2
        assert set(value["as_of"]) == {"block", "time"}
        assert {"format", "signature", "issuer", "key", "authority", "inclusion", "status"} <= {
            check["code"] for check in value["checks"]
        }
        for check in value["checks"]:
            assert set(check) == {"code", "state", "detail"}
            assert check["state"] in ("pass", "fail", "unknown", "not_checked", "warn")
        assert value["credential"]["name"] == builders.DEGREE.name
        assert value["lines"][0] == f"Signed name: {builders.DEGREE.name}. Bearer not identified."


def test_options_stand_anywhere(run: Run, trust: Path, link: str, online: Online) -> None:
    node = online[0].node
    ways: list[list[object]] = [
        ["--json", "--lang", "en", "check", link, "--trust", trust],
        ["check", "--json", "--trust", trust, "--lang=en", link],
        ["check", "--trust", trust, link, "--node", node, "--json", "--lang", "en"],
        ["check", "--trust", trust, "--json", "--lang", "en", "--node", node, link],
        ["check", "--trust", trust, "--node", node, node, link, "--json", "--lang", "en"],
        ["check", "--trust", trust, "--node", node, "--node", node, "--json", "--lang=en", link],
    ]
    for way in ways:
        code, value, _, _ = run(*way)
        assert (code, value["lines"][1]) == (0, "Valid."), way


def test_both_languages(run: Run, trust: Path, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "有效。" in run("check", link, "--trust", trust)[2]
    assert "Valid." in run("check", link, "--trust", trust, "--lang", "en")[2]
    monkeypatch.setenv("XUEZHENG_LANG", "en")
    assert "Valid." in run("check", link, "--trust", trust)[2]
    assert run("check", link, "--trust", trust, "--lang", "fr")[0] == 64


def printed(paper: builders.Paper, link: str, document: bytes | None = None) -> bytes:
    """The certificate as its issuer prints it, with another attachment where given."""
    from api.printing.pdf import printer

    issuer = builders.ISSUER
    return printer().render(
        paper.content, issuer.name, issuer.name_en, link, f"{paper.content.number}.json",
        document or paper.document, "verify.xzu.edu.cn",
    )  # fmt: skip


def test_printed_pdf(run: Run, trust: Path, online: Online, link: str, tmp_path: Path) -> None:
    """Attachment, code and text of one certificate; of two, it is not valid."""
    paper, path = online[1], tmp_path / "certificate.pdf"
    path.write_bytes(printed(paper, link))
    code, value, _, _ = run("check", path, "--trust", trust, "--json")
    assert (code, value["verdict"], value["level"]) == (0, "valid", 2), value
    states = {check["code"]: check["state"] for check in value["checks"]}
    assert states["agreement"] == states["host"] == "pass"
    foreign, _ = builders.make_document(builders.COURSE)
    path.write_bytes(printed(paper, link, foreign))
    code, value, _, _ = run("check", path, "--trust", trust, "--json")
    assert (code, value["verdict"]) == (1, "invalid")
    path.write_bytes(printed(paper, "https://elsewhere.example/v#" + link.partition("#")[2]))
    code, value, _, _ = run("check", path, "--trust", trust, "--json")
    states = {check["code"]: check["state"] for check in value["checks"]}
    assert (code, states["host"]) == (0, "warn")


def test_offline(run: Run, trust: Path, link: str) -> None:
    code, value, _, _ = run("check", link, "--trust", trust, "--offline", "--json", "--lang", "en")
    assert (code, value["verdict"], value["level"], value["as_of"]) == (2, "undetermined", 0, None)
    assert "really signed by Xuezheng University" in value["lines"][1]


def test_nodes_that_cannot_be_asked(run: Run, trust: Path, link: str) -> None:
    for node in ("http://127.0.0.1:1/", "http://nowhere.test/"):
        code, value, _, _ = run("check", link, "--trust", trust, "--node", node, "--json")
        assert (code, value["verdict"], value["as_of"]) == (2, "undetermined", None)
    for node in ("nonsense", "ftp://x/", "http://x:port/"):
        code, value, _, _ = run("check", link, "--trust", trust, "--node", node, "--json")
        assert (code, value["error"]["code"]) in ((64, "usage"), (64, "bad-node-url"))


def test_a_node_that_is_no_node(run: Run, trust: Path, link: str, online: Online) -> None:
    host = online[0].ledger.host.public_url
    for path in ("", "/streams/credential/checkpoint"):
        code, value, _, _ = run("check", link, "--trust", trust, "--node", host + path, "--json")
        assert (code, value["verdict"]) == (2, "undetermined")


def test_at(run: Run, trust: Path, link: str) -> None:
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
    assert run("check", link, "--trust", trust, "--at", today)[0] == 0
    code, value, _, _ = run("check", link, "--trust", trust, "--at", "2020-01-01", "--json")
    assert (code, value["verdict"]) == (1, "invalid")
    assert "at" in value
    for wrong in (
        "2020-02-30",
        "2020-1-1",
        "yesterday",
        "",
        "99999-01-01",
        "2999-01-01",
        "20200101",
    ):
        assert run("check", link, "--trust", trust, "--at", wrong, "--json")[0] == 64, wrong


def test_unusable_trust_files(run: Run, link: str, tmp_path: Path, trust: Path) -> None:
    good = trust.read_bytes()
    bad = (b"", b"{}", b"[]", b"\xff", good[:-3], good + b" {}", b"[" * 9999,
           good.replace(b'"threshold"', b'"treshold"'),
           good.replace(b"XuezhengTrustBundle", b"Other"))  # fmt: skip
    for number, data in enumerate(bad):
        path = tmp_path / f"{number}.json"
        path.write_bytes(data)
        for command in (["check", link], ["audit"]):
            assert data != good
            code, value, _, _ = run(*command, "--trust", path, "--json")
            assert (code, value["error"]["code"]) == (64, "trust-unusable"), data[:40]
    for path in (tmp_path / "absent", tmp_path, Path("\0")):
        assert run("check", link, "--trust", path, "--json")[0] == 64


def test_bundles_that_make_everything_undetermined(
    run: Run, link: str, online: Online, tmp_path: Path
) -> None:
    made = online[0].ledger
    unsigned = tmp_path / "unsigned.json"
    unsigned.write_bytes(format_trust(builders.sign_trust(made.trust, builders.COUNCIL[:1])))
    expired = online[0].write_trust("expired.json", expires=int(time.time()) - 1)
    for path in (unsigned, expired):
        code, value, _, _ = run("check", link, "--trust", path, "--json")
        assert (code, value["verdict"]) == (2, "undetermined")
        code, value, _, _ = run("audit", "--trust", path, "--json")
        assert (code, value["verdict"]) == (2, "undetermined")


def test_wrong_usage(run: Run, trust: Path, link: str) -> None:
    ways: list[list[object]] = [
        [], ["nothing"], ["check"], ["check", link], ["check", "--trust", trust],
        ["check", "--trust", trust, "--node", "http://127.0.0.1:1/"],
        ["check", "--trust", trust, "/does/not/exist"], ["check", "--trust", trust, "x" * 5000],
        ["check", "--trust", trust, link, "extra"], ["audit"], ["serve"],
        ["check", "--trust", trust, "https://verify.xzu.edu.cn/v#"],
    ]  # fmt: skip
    for way in ways:
        code, value, out, _ = run(*way, "--json")
        assert code == 64, way
        assert set(value["error"]) == {"code", "detail"}
        assert len(out.strip().splitlines()) == 1


def test_terminal_text_has_every_check(run: Run, trust: Path, link: str) -> None:
    _, value, _, _ = run("check", link, "--trust", trust, "--json")
    _, _, out, _ = run("check", link, "--trust", trust)
    for check in value["checks"]:
        assert check["code"] in out
        assert check["detail"] in out


def test_markup_in_a_name_is_text(run: Run, trust: Path, tmp_path: Path) -> None:
    """Rich must not take brackets of a certificate for its own."""
    from dataclasses import replace

    content = replace(builders.DEGREE, name="[red]王[/red]", number="XZ-MARK")
    path = tmp_path / "mark.json"
    path.write_bytes(builders.make_document(content)[0])
    assert "[red]王[/red]" in run("check", path, "--trust", trust)[2]


# --------------------------------------------------------------------------- audit


def test_audit(run: Run, trust: Path, tmp_path: Path) -> None:
    state, report = tmp_path / "state.json", tmp_path / "report"
    for _ in range(2):
        code, value, out, _ = run(
            "audit", "--trust", trust, "--state", state, "--report", report, "--json"
        )
        assert (code, value["verdict"]) == (0, "clean")
        assert (value["entries"], value["anchors"], value["findings"]) == (12, 3, [])
        assert {one["origin"] for one in value["streams"]} >= {CREDENTIAL}
        assert set(value["as_of"]) == {"block", "time"}
        assert len(out.strip().splitlines()) == 1
    assert json.loads((report / "report.json").read_text("utf-8"))["verdict"] == "clean"
    assert CREDENTIAL in (report / "report.html").read_text("utf-8")


def test_audit_damaged_state(run: Run, trust: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    run("audit", "--trust", trust, "--state", state)
    good = state.read_bytes()
    for data in (b"", b"{}", good[:-2], good.replace(b"0", b"1", 1), bytes(100)):
        state.write_bytes(data)
        code, value, _, _ = run("audit", "--trust", trust, "--state", state, "--json")
        assert (code, value["error"]["code"]) == (64, "state-damaged")
        assert state.read_bytes() == data


def test_audit_findings(run: Run, trust: Path, online: Online, tmp_path: Path) -> None:
    host = online[0].ledger.host
    host.files["streams/credential/checkpoint"] = host.checkpoint("credential", None, bytes(32))
    try:
        code, value, _, _ = run(
            "audit", "--trust", trust, "--json", "--lang", "en", "--report", tmp_path
        )
        _, _, out, _ = run("audit", "--trust", trust, "--lang", "en")
    finally:
        host.files.clear()
    assert (code, value["verdict"]) == (1, "findings")
    (found,) = value["findings"]
    assert set(found) == {"code", "where", "detail"}
    assert (found["code"], found["where"]) == ("audit-contradiction", f"{CREDENTIAL}/checkpoint")
    assert "contradicts the chain" in out
    assert "contradicts the chain" in (tmp_path / "report.html").read_text("utf-8")


def test_audit_could_not_look(run: Run, trust: Path, online: Online, tmp_path: Path) -> None:
    online[0].ledger.host.down = True
    try:
        code, value, _, _ = run("audit", "--trust", trust, "--json", "--report", tmp_path)
    finally:
        online[0].ledger.host.down = False
    assert (code, value["verdict"]) == (2, "undetermined")
    assert {found["code"] for found in value["findings"]} == {"audit-unreadable"}
    dead = ("audit", "--trust", trust, "--node", "http://127.0.0.1:1/")
    code, value, _, _ = run(*dead, "--json", "--report", tmp_path)
    assert (code, value["verdict"], value["as_of"]) == (2, "undetermined", None)
    assert value["findings"][0]["where"] == "chain"
    assert "未能查看" in run(*dead)[2]
    assert "未能查看" in (tmp_path / "report.html").read_text("utf-8")


def test_audit_report_that_cannot_be_written(run: Run, trust: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for option in ("--report", "--state"):
        path = tmp_path / "file" / "below"
        assert run("audit", "--trust", trust, option, path, "--json")[0] == 64


# --------------------------------------------------------------------------- as processes


def _process(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    given = [*COMMAND, *(str(one) for one in arguments)]
    environment = {**os.environ, **more}
    return subprocess.run(
        given, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=60, check=False
    )


def test_processes(trust: Path, link: str) -> None:
    done = _process("check", link, "--trust", trust, "--json", XUEZHENG_LANG="en")
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "valid")
    assert "Valid." in done.stderr
    done = _process("audit", "--trust", trust, "--json")
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "clean")
    done = _process("check", CORPUS[-1], "--trust", trust)
    assert done.returncode == 64
    assert "Traceback" not in done.stderr
    help_ = _process("--help")
    assert help_.returncode == 0
    assert "audit" in help_.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve(trust: Path, online: Online, number: signal.Signals) -> None:
    given = [*COMMAND, "serve", "--trust", str(trust), "--port", "0", "--json"]
    with subprocess.Popen(
        given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        try:
            url = json.loads(process.stdout.readline())["url"]
            with urllib.request.urlopen(f"{url}/v", timeout=10) as page:
                assert page.status == 200
            request = urllib.request.Request(
                f"{url}/verify?lang=en",
                data=online[1].document,
                headers={"Content-Type": "application/vc+json"},
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert json.load(answer)["verdict"] == "valid"
            port = url.rpartition(":")[2]
            taken = _process("serve", "--trust", trust, "--port", port, "--json")
            assert taken.returncode == 2
            assert json.loads(taken.stdout)["error"]["code"] == "port-in-use"
        finally:
            process.send_signal(number)
            out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")
