"""`xuezheng-verify audit`: replays the ledger's history.

Exit 0 clean, 1 findings, 2 could not look.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ledger.core.dates import utc_text
from ledger.core.trust import fingerprint, verify_signatures
from ledger.errors import WrongUse
from ledger.terminal import Terminal
from verifier.checking import connect
from verifier.commands import nodes_of, trust_of, with_trust
from verifier.fetch import get
from verifier.nodes import agree
from verifier.replay import AuditResult, Replay, load_state, save_state
from verifier.report import write_report

EXIT = {"clean": 0, "findings": 1, "undetermined": 2}
SHOWN = 50


def add(subcommands: Any) -> None:
    parser = with_trust(subcommands.add_parser("audit", help="审计账本 / replay the ledger"))
    parser.add_argument("--state", metavar="FILE", type=Path, help="续审 / resume from here")
    parser.add_argument("--report", metavar="DIR", type=Path, help="报告 / write a report")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    trust = trust_of(options)
    if verify_signatures(trust) < trust.threshold:
        raise WrongUse("trust-unusable", why=f"fewer than {trust.threshold} signatures")
    chain = trust.chain
    pin = f"{chain.chain_id}/{chain.genesis_hash}/{chain.record_log.address}"
    state = load_state(options.state, pin)
    agreement = agree(trust, connect, nodes_of(options))
    replay = Replay(agreement, get, state)
    with terminal.progress("审计", "auditing") as progress:
        result = replay.run(progress)
    if options.state:
        save_state(options.state, pin, replay.saved)
    value = result.to_json(terminal.lang)
    value["as_of"] = {"block": agreement.block.number, "time": utc_text(agreement.block.time)}
    value["trust"] = {"fingerprint": fingerprint(trust), "version": trust.version}
    if options.report:
        write_report(options.report, value, terminal.lang)
    _show(terminal, result, agreement.block.number)
    terminal.result(value)
    return EXIT[result.verdict]


def _show(terminal: Terminal, result: AuditResult, block: int) -> None:
    word = {
        "clean": ("✓ 账本无误", "✓ clean"),
        "findings": ("✗ 发现问题", "✗ findings"),
        "undetermined": ("? 有未能查看之处", "? some of it could not be looked at"),
    }[result.verdict]
    terminal.say(
        f"{word[0]}(至区块 {block}):{len(result.streams)} 条流,{result.anchors} 次锚定,"
        f"{result.entries} 条记录",
        f"{word[1]} (up to block {block}): {len(result.streams)} streams, "
        f"{result.anchors} anchors, {result.entries} entries",
    )
    for finding in [*result.findings, *result.unlooked][:SHOWN]:
        terminal.say(
            f"  {finding.where}:{finding.refusal.zh} [{finding.code}]",
            f"  {finding.where}: {finding.refusal.en} [{finding.code}]",
        )
