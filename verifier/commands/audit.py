"""`xuezheng-verify audit`: replays the ledger's history.

Exit 0 clean, 1 findings, 2 could not look, 64 unusable trust or state file.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from ledger.core.dates import utc_text
from ledger.core.trust import TrustBundle, fingerprint, verify_signatures
from ledger.errors import CouldNotLook
from ledger.ports import Block
from ledger.terminal import Terminal
from verifier.audit_state import StateFile, load_state, pin
from verifier.checking import connect
from verifier.commands import nodes_of, trust_of, with_trust
from verifier.fetch import Fetcher
from verifier.nodes import agree
from verifier.replay import AuditResult, Replay
from verifier.report import SELF_DECLARED, write_report

EXIT = {"clean": 0, "findings": 1, "undetermined": 2}
SHOWN = 50
COLOUR = {"clean": "green", "findings": "red", "undetermined": "yellow"}
WORDS = {
    "clean": ("✓ 账本无误", "✓ Clean"),
    "findings": ("✗ 发现问题", "✗ Findings"),
    "undetermined": ("? 有未能查看之处", "? Some of it could not be looked at"),
}


def add(subcommands: Any) -> None:
    parser = with_trust(subcommands.add_parser("audit", help="审计账本 / replay the ledger"))
    parser.add_argument("--state", metavar="FILE", type=Path, help="续审 / resume from here")
    parser.add_argument("--report", metavar="DIR", type=Path, help="报告 / write a report")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    trust = trust_of(options)
    nodes = nodes_of(options)
    state = load_state(options.state, pin(trust.chain))
    file = StateFile(options.state, pin(trust.chain)) if options.state else None
    result, block = AuditResult(), None
    try:
        _usable(trust, int(time.time()))
        agreement = agree(trust, connect, nodes)
    except CouldNotLook as refusal:
        result.could_not("chain", refusal)
    else:
        block = agreement.block
        with Fetcher() as get, terminal.progress("审计", "auditing") as progress:
            keep = file.now_and_then if file else lambda _: None
            replay = Replay(agreement, get, state, keep)
            result = replay.run(progress)
        if file:
            file.save(replay.saved)
    value = to_json(result, trust, block, terminal.lang)
    if options.report:
        write_report(options.report, value, terminal.lang)
    show(terminal, result, block, trust)
    terminal.result(value)
    return EXIT[result.verdict]


def to_json(
    result: AuditResult, trust: TrustBundle, block: Block | None, lang: str
) -> dict[str, Any]:
    """The result of `--json` and of the report."""
    value = result.to_json(lang)
    value["as_of"] = (
        {"block": block.number, "time": utc_text(block.time)} if block is not None else None
    )
    value["trust"] = {
        "fingerprint": fingerprint(trust),
        "version": trust.version,
        "self_declared": trust.self_declared,
    }
    return value


def _usable(trust: TrustBundle, now: int) -> None:
    """What makes every verdict undetermined makes an audit so."""
    count = verify_signatures(trust)
    if count < trust.threshold:
        raise CouldNotLook("trust-unsigned", count=count, needed=trust.threshold)
    if now >= trust.expires:
        raise CouldNotLook("trust-expired", expires=utc_text(trust.expires))


def show(terminal: Terminal, result: AuditResult, block: Block | None, trust: TrustBundle) -> None:
    """The result for people: one line, by which bundle, every stream, every finding."""
    from rich.console import Console
    from rich.text import Text

    zh = terminal.lang == "zh"
    console = Console(stderr=terminal.json, highlight=False, soft_wrap=True)
    colour = COLOUR[result.verdict]
    word = WORDS[result.verdict][0 if zh else 1]
    at = (
        "" if block is None else f"（至区块 {block.number}）" if zh else f" to block {block.number}"
    )
    counts = (
        f"：{len(result.streams)} 条流，{result.anchors} 次锚定，{result.entries} 条记录"
        if zh
        else f": {len(result.streams)} streams, {result.anchors} anchors, {result.entries} entries"
    )
    console.print(Text.assemble((word, f"bold {colour}"), at + counts))
    name = "信任包指纹 " if zh else "trust bundle "
    console.print(Text(f"  {name}{fingerprint(trust)}", style="dim"))
    if trust.self_declared:
        console.print(Text(f"  {SELF_DECLARED[0 if zh else 1]}", style="yellow"))
    for one in result.streams:
        state = ("✗", "red") if one["findings"] else ("·", "dim")
        console.print(Text.assemble("  ", state, f" {one['origin']:<40} {one['size']:>9}"))
    shown = [*result.findings, *result.unlooked]
    for finding in shown[:SHOWN]:
        sentence = finding.refusal.message(terminal.lang)
        where = f"  {finding.where}{'：' if zh else ': '}"
        console.print(Text.assemble(where, (sentence, colour), (f" [{finding.code}]", "dim")))
    if len(shown) > SHOWN:
        more = len(shown) - SHOWN
        console.print(f"  … {f'还有 {more} 项' if zh else f'{more} more'}", markup=False)
