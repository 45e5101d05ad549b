"""`xuezheng revoke|suspend|reinstate|supersede|reaffirm`: one status entry for a certificate."""

from __future__ import annotations

import argparse

from api.commands import Subcommands, with_home
from api.wiring import opened
from ledger.core.entry import Action
from ledger.office.status import REASONS, change_status
from ledger.terminal import Terminal

ACTIONS = {
    "revoke": (Action.REVOKE, "撤销"),
    "suspend": (Action.SUSPEND, "暂停"),
    "reinstate": (Action.REINSTATE, "恢复"),
    "supersede": (Action.SUPERSEDE, "被取代"),
    "reaffirm": (Action.REAFFIRM, "重新确认"),
}


def add(subcommands: Subcommands) -> None:
    for name, (_, zh) in ACTIONS.items():
        parser = with_home(subcommands.add_parser(name, help=f"{zh}证书 / {name} a certificate"))
        parser.add_argument("number", metavar="NUMBER")
        parser.add_argument("--reason", required=True, metavar="CODE", help=" | ".join(REASONS))
        parser.set_defaults(handler=run, action=name)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    action, zh = ACTIONS[options.action]
    with opened(options.home) as institution:
        changed = change_status(institution.office, options.number, action, options.reason)
    terminal.say(
        f"✓ {options.number} 已{zh}；下次上链后对外生效。",
        f"✓ {options.number}: {options.action} recorded; it counts with the next anchor.",
    )
    terminal.result({"number": changed.number, "action": changed.action, "index": changed.index})
    return 0
