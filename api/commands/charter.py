"""`xuezheng charter`, `appoint`, `profile`: what the institution decides for itself, on record."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from api.commands import Subcommands, with_home
from api.documents import read_document
from api.home import read_file
from api.wiring import opened
from ledger.core.canonical import parse_json
from ledger.core.evaluation.charter import charter_data
from ledger.core.people import read_person_key
from ledger.core.shape import Shape
from ledger.core.teaching.vocabulary import ROLES
from ledger.errors import NotAllowed
from ledger.office.acts import Written, anchored_register, whole_register
from ledger.office.charter import add_profile, appoint, set_charter
from ledger.terminal import Parser, Terminal


def add(subcommands: Subcommands) -> None:
    charter = subcommands.add_parser("charter", help="评价章程 / the charter of evaluation")
    actions = charter.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)
    setting = with_home(actions.add_parser("set", help="写入章程 / put a charter in"))
    setting.add_argument("file", metavar="FILE", type=Path)
    setting.set_defaults(handler=run_set)
    with_home(actions.add_parser("show", help="现行章程 / the charter in force")).set_defaults(
        handler=run_show
    )
    person = with_home(subcommands.add_parser("appoint", help="任命 / give roles and keys"))
    person.add_argument("account", metavar="ACCOUNT", help="<home page>|<name>")
    person.add_argument("--role", action="append", default=[], metavar="|".join(ROLES))
    person.add_argument(
        "--public-key", action="append", default=[], metavar="FILE", type=Path,
        help="公钥 JSON / the person's public key as JSON",
    )  # fmt: skip
    person.set_defaults(handler=run_appoint)
    profile = subcommands.add_parser("profile", help="扩展教学规范 / further record types")
    actions = profile.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)
    adding = with_home(actions.add_parser("add", help="加入记录类型 / add record types"))
    adding.add_argument("file", metavar="FILE", type=Path)
    adding.set_defaults(handler=run_profile)


def run_set(terminal: Terminal, options: argparse.Namespace) -> int:
    data = read_document(options.file)
    with opened(options.home) as institution:
        written = set_charter(institution.office, data)
    return _told(terminal, written, f"章程第 {data['version']} 版", f"charter {data['version']}")


def run_show(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        found = whole_register(institution.office).charter()
        counts, _ = anchored_register(institution.office)
    if found is None:
        raise NotAllowed("no-charter")
    in_force = counts.act(found.act.leaf) is not None
    charter = found.charter
    terminal.say(
        f"章程第 {charter.version} 版（第 {found.act.leaf} 条{'' if in_force else '，尚未上链'}）："
        f"{len(charter.approvers)} 人中 {charter.needed} 人批准规则；"
        f"{len(charter.recognition)} 人认定；申诉期 {charter.appeal_days} 天。",
        f"charter {charter.version} (leaf {found.act.leaf}{'' if in_force else ', not anchored'}): "
        f"{charter.needed} of {len(charter.approvers)} approve rules; {len(charter.recognition)} "
        f"people recognise; {charter.appeal_days} days for an appeal.",
    )
    terminal.result(
        {"leaf": found.act.leaf, "anchored": in_force, "charter": charter_data(charter)}
    )
    return 0


def run_appoint(terminal: Terminal, options: argparse.Namespace) -> int:
    keys = [read_person_key(_shape(path)) for path in options.public_key]
    with opened(options.home) as institution:
        written = appoint(institution.office, options.account, options.role, keys)
    roles = "、".join(options.role) or "—"
    return _told(terminal, written, f"{options.account}：{roles}", f"{options.account}: {roles}")


def _shape(path: Path) -> Shape:
    """The key itself, or what `xuezheng person create --json` printed, which holds it."""
    value = parse_json(read_file(path))
    if isinstance(value, dict) and isinstance(value.get("public"), dict):
        value = value["public"]
    return Shape(value, "person-key")


def run_profile(terminal: Terminal, options: argparse.Namespace) -> int:
    data = read_file(options.file)
    with opened(options.home) as institution:
        written = add_profile(institution.office, data)
    return _told(terminal, written, "扩展规范已写入", "the further profile is in")


def _told(terminal: Terminal, written: Written, zh: str, en: str) -> int:
    again = "" if written.fresh else "（此前已写入）"
    terminal.say(
        f"✓ {zh}{again}：评价流第 {written.leaf} 条，上链后生效。",
        f"✓ {en}{'' if written.fresh else ' (was in before)'}: leaf {written.leaf} of the "
        "evaluation stream; it counts once anchored.",
    )
    value: dict[str, Any] = {"leaf": written.leaf, "fresh": written.fresh}
    terminal.result(value)
    return 0
