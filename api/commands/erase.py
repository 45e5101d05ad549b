"""`xuezheng erase`: a person's records, names and documents; answers with a signed receipt."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands import Subcommands, with_home
from api.home import write_json
from api.wiring import opened
from ledger.office.erase import erase
from ledger.office.person import find_person
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    parser = with_home(
        subcommands.add_parser("erase", help="删除一个人的记录 / erase a person's records")
    )
    parser.add_argument("--person", required=True, metavar="ACCOUNT")
    parser.add_argument(
        "--mentioned",
        action="store_true",
        help="他人的记录提到此人的也删除 / also what others did that names the person",
    )
    parser.add_argument("--out", metavar="FILE", type=Path, help="收据写入文件 / receipt to a file")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        office = institution.office
        person = find_person(office, options.person)
        with terminal.progress("删除", "erasing") as progress:
            done = erase(office, person, options.mentioned, progress)
    receipt = done.receipt.to_json()
    if options.out is not None:
        write_json(options.out, receipt)
    if done.erased or done.others:
        terminal.say(
            f"✓ 已删除 {done.erased} 条记录的内容与盐，另有姓名与文档 {done.others} 项。",
            f"✓ erased payload and salt of {done.erased} records, and {done.others} names and "
            "documents.",
        )
    else:
        terminal.say(
            "没有找到此人的记录（或此前已删除）。",
            "Nothing of that person is here (or it was erased before).",
        )
    if done.mentioned:
        terminal.warn(
            f"! 还有 {done.mentioned} 条他人的记录提到此人；--mentioned 一并删除。",
            f"! {done.mentioned} records of others still name the person; --mentioned erases them.",
        )
    terminal.result(
        {
            "erased": done.erased,
            "mentioned": done.mentioned,
            "others": done.others,
            "receipt": receipt,
        }
    )
    return 0
