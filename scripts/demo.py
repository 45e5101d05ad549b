"""`make demo`: the main job on real input, by the commands that people use, checking itself.

An education authority and two universities found one council of three (two must agree) on one
shared embedded chain; class lists become certificates, a learning log becomes a stream; a stranger
checks, an auditor replays; things go wrong on purpose. Everything runs as commands and servers of
their own, over loopback.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scripts import demo_data, demo_learning, demo_teaching
from scripts.demo_forgery import forged_frame_text, tampered
from scripts.demo_stage import (
    BIN,
    PASSPHRASE,
    Demo,
    Party,
    environment,
    fetch,
    free_ports,
    step,
)

ROOT = Path(__file__).resolve().parents[1]


def parties(ports: list[int]) -> tuple[Party, Party, Party]:
    """The authority and the two universities."""
    return (
        Party("authority", "秦省教育厅（演示）", "Qin Education Department (demo)",
              "edu.qin.example", "QIN-EDU", ports[1]),
        Party("north", "渭北大学（演示）", "Weibei University (demo)",
              "weibei.example", "WEIBEI", ports[2]),
        Party("south", "终南理工大学（演示）", "Zhongnan Institute of Technology (demo)",
              "zhongnan.example", "ZHONGNAN", ports[3]),
    )  # fmt: skip


# ---------------------------------------------------------------------- the main job, in order


def found(demo: Demo, authority: Party, universities: tuple[Party, ...]) -> None:
    """Chain, contracts, three institutions, a council of three of which two must agree."""
    demo.start("chain", "xuezheng", "chain", "serve", "--dir", demo.root / "chain",
               "--port", demo.ports[0])  # fmt: skip
    _, first = init(demo, authority)
    members = [authority]
    for university in universities:
        init(demo, university, "--council", first["council"])
        council(demo, members, "admit", demo.home(university) / "application.json")
        members.append(university)
    for university in universities:
        council(demo, members, "accredit", university.code, "--kinds", "all",
                "--types", "degree,course,workload")  # fmt: skip
    _, seen = demo.run("xuezheng", "council", "list", "--home", demo.home(authority))
    demo.expect(
        "理事会三位成员，两位同意方可更改 / a council of three, two must agree",
        len(seen["members"]) == 3 and seen["threshold"] == 2,
        seen,
    )


def init(demo: Demo, party: Party, *more: object) -> tuple[int, dict[str, Any]]:
    return demo.run(
        "xuezheng", "init", "--home", demo.home(party), "--institution", party.name,
        "--name-en", party.name_en, "--domain", party.domain, "--code", party.code,
        "--public-url", f"http://127.0.0.1:{party.port}", "--verify-url", demo.verify_url,
        "--chain", demo.chain_url, *more,
    )  # fmt: skip


def council(demo: Demo, members: list[Party], *change: object) -> None:
    """The first member proposes, others approve until it is executed."""
    _, done = demo.run("xuezheng", "council", "propose", "--home", demo.home(members[0]), *change)
    for member in members[1:]:
        if done["executed"]:
            break
        _, done = demo.run(
            "xuezheng", "council", "approve", "--home", demo.home(member), done["proposal"]
        )
    demo.expect(f"理事会通过 / council: {change[0]} {Path(str(change[1])).name}", done["executed"])


def serve(demo: Demo, party: Party) -> None:
    demo.start(party.label, "xuezheng", "serve", "--home", demo.home(party))


def issue(demo: Demo, party: Party, roster: bytes, name: str, template: str) -> dict[str, Any]:
    file = demo.root / name
    file.write_bytes(roster)
    _, seen = demo.run(
        "xuezheng", "issue", "--home", demo.home(party), file,
        "--template", template, "--out", out(demo, party),
    )  # fmt: skip
    return seen


def out(demo: Demo, party: Party) -> Path:
    return demo.root / f"{party.label}-certificates"


def anchor(demo: Demo, party: Party) -> list[dict[str, Any]]:
    _, seen = demo.run("xuezheng", "anchor", "--home", demo.home(party))
    anchored: list[dict[str, Any]] = seen["anchored"]
    return anchored


def kill_in_the_middle(demo: Demo, party: Party, statements: Path) -> None:
    """kill -9 of an ingest half-way and of the issuer's server; then the same again, to the end."""
    words = ["xuezheng", "ingest", "--home", str(demo.home(party)), "--stream", "learning"]
    half = subprocess.Popen(
        [str(BIN / words[0]), *words[1:], str(statements)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(),
    )  # fmt: skip
    tail = demo.home(party) / "store.db-wal"
    deadline, size = time.monotonic() + 20, -1
    while time.monotonic() < deadline and half.poll() is None:
        now = tail.stat().st_size if tail.exists() else 0
        if size >= 0 and now != size:
            break  # it has begun to write
        size = now
        time.sleep(0.002)
    half.kill()
    half.wait()
    demo.kill(party.label)
    demo.kill("chain")
    demo.start("chain", "xuezheng", "chain", "serve", "--dir", demo.root / "chain",
               "--port", demo.ports[0])  # fmt: skip
    serve(demo, party)
    _, seen = demo.run(*words, statements)
    again = demo.run(*words, statements)[1]
    demo.expect(
        "kill -9 后重来：5000 条各一次 / after kill -9: each of the 5,000 statements once",
        seen["accepted"] + seen["duplicate"] == 5_000
        and again == {"accepted": 0, "duplicate": 5_000, "refused": []},
        [seen, again],
    )


def trust(demo: Demo, members: tuple[Party, ...]) -> None:
    """The authority makes the bundle, one more member signs it."""
    demo.run("xuezheng", "trust", "--home", demo.home(members[0]), "--out", demo.trust)
    code, seen = demo.run("xuezheng", "trust", "verify", demo.trust, expect=None)
    demo.expect("一个签名不够 / one signature is not enough", code != 0, seen)
    demo.run("xuezheng", "trust", "sign", demo.trust, "--home", demo.home(members[1]))
    _, seen = demo.run("xuezheng", "trust", "verify", demo.trust)
    demo.expect(
        "信任包有两位成员签名 / the trust bundle has two signatures",
        seen["signatures"] >= seen["needed"] == 2,
        seen,
    )
    demo.figures["trust_fingerprint"] = seen["fingerprint"]


def strangers(demo: Demo, north: Party, south: Party) -> None:
    """A stranger checks certificates in every form."""
    folder = out(demo, north)
    for suffix in ("json", "pdf", "png"):
        demo.check(f"学位证书 / degree ({suffix})", folder / f"D2026-0003.{suffix}", "valid")
    demo.check("学位证书 / degree (QR)", qr_texts(folder)["D2026-0005"], "valid")
    first = next(iter(qr_texts(out(demo, south))))
    demo.check("课程证书 / course (pdf)", out(demo, south) / f"{first}.pdf", "valid")
    demo.check("离线：真签名，未看账本 / offline: really signed, ledger not looked at",
               folder / "D2026-0003.json", "undetermined", "--offline")  # fmt: skip


def qr_texts(folder: Path) -> dict[str, str]:
    """Number → QR text, from index.csv."""
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        return {row["number"]: row["qr_text"] for row in csv.DictReader(file)}


def status_changes(demo: Demo, north: Party) -> None:
    """One revoked, one suspended and reinstated."""
    home, folder = demo.home(north), out(demo, north)
    change = ("xuezheng", "revoke", "--home", home, "D2026-0001", "--reason")
    demo.run(*change, "academic-misconduct")
    demo.run("xuezheng", "suspend", "--home", home, "D2026-0002", "--reason", "under-review")
    anchor(demo, north)
    demo.check("已撤销 / revoked", folder / "D2026-0001.json", "invalid")
    demo.check("已暂停 / suspended", folder / "D2026-0002.png", "invalid")
    demo.run("xuezheng", "reinstate", "--home", home, "D2026-0002", "--reason", "review-closed")
    anchor(demo, north)
    demo.check("已恢复 / reinstated", folder / "D2026-0002.png", "valid")
    code, seen = demo.run(*change, "other", expect=None)
    demo.expect("撤销不可再撤 / a revocation is final", code == 3, seen)


def attacks(demo: Demo, north: Party) -> None:
    """A tampered copy, and a frame signed with a stolen key that was never logged."""
    copy = demo.root / "tampered.json"
    copy.write_bytes(tampered((out(demo, north) / "D2026-0003.json").read_bytes()))
    demo.check("被改动的副本 / a tampered copy", copy, "invalid")
    text = forged_frame_text(demo.home(north), PASSPHRASE, demo.verify_url)
    demo.check("盗用密钥、从未登记 / signed with a stolen key, never logged", text, "undetermined")


def audit(demo: Demo) -> None:
    """The auditor replays everything, twice: the second run resumes."""
    more = ("--trust", demo.trust, "--state", demo.root / "audit-state.json",
            "--report", demo.root / "audit-report")  # fmt: skip
    for again in ("", "（续审 / resumed）"):
        code, seen = demo.run("xuezheng-verify", "audit", *more, expect=None)
        demo.expect(f"审计无误 / audit clean {again}", code == 0, seen)
    demo.figures["audit"] = {key: seen[key] for key in ("entries", "anchors")}


def main_job(demo: Demo) -> None:
    authority, north, south = parties(demo.ports)
    with step("链、合约、三家机构", "chain, contracts, three institutions"):
        found(demo, authority, (north, south))
        for party in (authority, north, south):
            serve(demo, party)
    with step("学习记录", "learning records"):
        data, source = demo_data.statements()
        statements = demo.root / "statements.jsonl.gz"
        statements.write_bytes(data)
        print(f"  {source}")
        kill_in_the_middle(demo, north, statements)
        demo_learning.learns(demo, north)
    with step("颁发证书", "certificates"):
        degrees = issue(demo, north, demo_data.degree_roster(), "degrees.csv", "degree")
        demo.expect(
            "学位证书（生僻字、间隔号、25 字姓名） / degrees with rare characters",
            degrees["issued"] == len(demo_data.DEGREES), degrees,
        )  # fmt: skip
        roster, source = demo_data.course_roster()
        print(f"  {source}")
        courses = issue(demo, south, roster, "courses.csv", "course")
        demo.expect("课程证书 / course certificates", courses["issued"] > 100, courses)
        demo.figures["certificates"] = degrees["issued"] + courses["issued"]
        again = issue(demo, south, roster, "courses.csv", "course")
        none_twice = again["issued"] == 0 and again["already"] == courses["issued"]
        demo.expect("再跑一次，一张不重发 / run again: none issued twice", none_twice, again)
    with step("上链与信任包", "anchors and the trust bundle"):
        for party in (authority, north, south):
            anchor(demo, party)
        trust(demo, (authority, north, south))
    with step("陌生人核验", "a stranger checks"):
        strangers(demo, north, south)
        demo_learning.own_copy(demo, north)
    with step("撤销、暂停、恢复", "revoked, suspended, reinstated"):
        status_changes(demo, north)
    with step("攻击", "attacks"):
        attacks(demo, north)
    with step("按人删除", "erasure by person"):
        demo_learning.erased(demo, north)
    with step("教学评价与认定", "teaching: evaluated, recognised, recomputed"):
        number = next(iter(qr_texts(out(demo, south))))
        demo_teaching.teaches(demo, north, out(demo, south) / f"{number}.json")
    with step("审计", "audit"):
        audit(demo)
    with step("核验网页", "the verifier page"):
        url = demo.start("verifier", "xuezheng-verify", "serve", "--trust", demo.trust,
                         "--port", demo.ports[4])  # fmt: skip
        page = fetch(f"{url}/v")
        demo.expect("核验网页可打开 / the page opens", b"<html" in page.lower(), page[:80])


def where_to_look(demo: Demo) -> None:
    """What to open and try."""
    authority, north, south = parties(demo.ports)
    example = qr_texts(out(demo, north))["D2026-0003"]
    docs = " ".join(f"http://127.0.0.1:{one.port}/docs" for one in (authority, north, south))
    print(
        f"""
══════════════════════════════════════════════════════════════════════
 核验网页 verifier     {demo.verify_url}/v
 有效证书 a valid one  {example}
 已撤销 a revoked one  {qr_texts(out(demo, north))["D2026-0001"]}
 证书 PDF              {out(demo, north) / "D2026-0003.pdf"}
 教学评价 teaching     {demo.root / "workload" / "index.html"}
 审计报告 audit        {demo.root / "audit-report" / "report.html"}
 机构接口 issuers      {docs}
 命令 try              .venv/bin/xuezheng-verify check {out(demo, north) / "D2026-0003.pdf"} \\
                         --trust {demo.trust}
 停止 stop             Ctrl-C
══════════════════════════════════════════════════════════════════════""",
        flush=True,
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--once", action="store_true", help="free ports, check, stop")
    once = arguments.parse_args().once
    if once:
        root, ports = Path(tempfile.mkdtemp(prefix="xuezheng-demo-")), free_ports(5)
    else:
        root, ports = ROOT / ".demo", [8545, 8080, 8082, 8083, 8081]
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
    demo, begin = Demo(root, ports), time.monotonic()
    try:
        main_job(demo)
        if not once:
            where_to_look(demo)
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
    finally:
        clean = demo.stop()
    demo.expect("全部服务干净停止 / every server stopped cleanly", clean)
    held = all(one["held"] for one in demo.expectations)
    if once:
        shutil.rmtree(root, ignore_errors=True)
    summary = {
        "ok": held,
        "seconds": round(time.monotonic() - begin, 1),
        **demo.figures,
        "expectations": demo.expectations,
    }
    print(json.dumps(summary, ensure_ascii=False), flush=True)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
