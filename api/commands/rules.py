"""`xuezheng rules check|show|diff|preview|approve|list`: the rule sets of an evaluation."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from api.commands import Subcommands, with_home
from api.documents import read_document
from api.signing import Requested, signing, with_signing, write_request
from api.wiring import opened
from ledger.core.dates import parse_day
from ledger.core.evaluation.difference import Change, changes, differences
from ledger.core.evaluation.reading import unknown_fields
from ledger.core.evaluation.rules import RuleSet, check_rules, problems_of
from ledger.core.evaluation.sentences import formula
from ledger.errors import UnknownNumber, WrongUse
from ledger.office.acts import whole_register
from ledger.office.context import Office
from ledger.office.evaluate import parse_period, preview
from ledger.office.rules import ChosenRules, approval_content, approve, choose, shipped
from ledger.terminal import Parser, Terminal

SHOWN = 15
WIDTH = 24


def add(subcommands: Subcommands) -> None:
    rules = subcommands.add_parser("rules", help="评价规则 / rule sets")
    actions = rules.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)
    for name, words, handler in (
        ("check", "检查规则文件 / check a file", run_check),
        ("show", "以公式显示 / show as formulas", run_show),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("file", metavar="FILE|ID")
        action.set_defaults(handler=handler)
    diff = actions.add_parser("diff", help="比较两份规则 / compare two")
    diff.add_argument("old", metavar="OLD")
    diff.add_argument("new", metavar="NEW")
    diff.set_defaults(handler=run_diff)
    seen = with_home(actions.add_parser("preview", help="谁多谁少 / who would gain and lose"))
    seen.add_argument("file", metavar="FILE|ID")
    seen.add_argument("--period", required=True, metavar="FROM/UNTIL")
    seen.add_argument("--against", metavar="FILE|ID[@VERSION]")
    seen.set_defaults(handler=run_preview)
    yes = with_signing(with_home(actions.add_parser("approve", help="批准 / approve")))
    yes.add_argument("file", metavar="FILE|ID")
    yes.add_argument("--effective", "--from", metavar="DATE", help="生效日 / from this day (UTC+8)")
    yes.set_defaults(handler=run_approve)
    with_home(actions.add_parser("list", help="规则一览 / what there is")).set_defaults(
        handler=run_list
    )


def rules_data(given: str) -> Any:
    """The data of a file, or of a shipped rule set by its id."""
    path = Path(given)
    if path.suffix or path.exists():
        return read_document(path)
    found = shipped().get(given)
    if found is None:
        raise UnknownNumber("no-such-rules", name=given, known=", ".join(shipped()))
    return found


def checked(given: str) -> ChosenRules:
    """The same, checked; raises the first problem."""
    data = rules_data(given)
    return ChosenRules(data, check_rules(data), None)


# ------------------------------------------------------------------- check, show, diff


def run_check(terminal: Terminal, options: argparse.Namespace) -> int:
    data = rules_data(options.file)
    problems = problems_of(data)
    for one in problems:
        terminal.warn(f"✗ {one.zh} [{one.code}]", f"✗ {one.en} [{one.code}]")
    value: dict[str, Any] = {
        "ok": not problems,
        "problems": [
            {
                "code": one.code,
                "pointer": one.detail.get("pointer", ""),
                "detail": one.message(terminal.lang),
            }
            for one in problems
        ],
    }
    if not problems:
        value |= _good(terminal, check_rules(data))
    terminal.result(value)
    return 3 if problems else 0


def _good(terminal: Terminal, rules: RuleSet) -> dict[str, Any]:
    unknown = unknown_fields(rules)
    for name in unknown:
        terminal.warn(
            f"! 没有已知的记录类型或字段 {name}：其指标会一直缺失。",
            f"! no known record type or field {name}: its indicators would always be missing.",
        )
    terminal.say(
        f"✓ {rules.title[0]} {rules.id}@{rules.version}：{len(rules.indicators)} 项指标，"
        f"最多 {rules.cost:,} 步，散列 {rules.hash.hex()[:16]}…",
        f"✓ {rules.title[1]} {rules.id}@{rules.version}: {len(rules.indicators)} indicators, at "
        f"most {rules.cost:,} steps, hash {rules.hash.hex()[:16]}…",
    )
    return {
        "id": rules.id,
        "version": rules.version,
        "hash": rules.hash.hex(),
        "cost": rules.cost,
        "unknown": unknown,
    }


def run_show(terminal: Terminal, options: argparse.Namespace) -> int:
    chosen = checked(options.file)
    place = 0 if terminal.lang == "zh" else 1
    terminal.say(
        f"{chosen.rules.title[0]}（{chosen.rules.id}@{chosen.rules.version}）",
        f"{chosen.rules.title[1]} ({chosen.rules.id}@{chosen.rules.version})",
    )
    shown = []
    for one in chosen.data["indicators"]:
        title = one["title"][terminal.lang]
        text = formula(one["value"], place)
        terminal.say(f"\n{title} [{one['unit']}]\n{text}", f"\n{title} [{one['unit']}]\n{text}")
        shown.append({"id": one["id"], "title": title, "unit": one["unit"], "formula": text})
    terminal.result({"id": chosen.rules.id, "version": chosen.rules.version, "indicators": shown})
    return 0


def run_diff(terminal: Terminal, options: argparse.Namespace) -> int:
    old, new = checked(options.old), checked(options.new)
    found = differences(old.data, new.data)
    for one in found:
        terminal.say(f"{one.place}", f"{one.place}")
        for mark, value in (("-", one.old), ("+", one.new)):
            if value is not None:
                text = json.dumps(value, ensure_ascii=False)
                terminal.say(f"  {mark} {text[:400]}", f"  {mark} {text[:400]}")
    if not found:
        terminal.say("没有不同。", "They are the same.")
    terminal.result(
        {
            "same": not found,
            "differences": [{"place": d.place, "old": d.old, "new": d.new} for d in found],
        }
    )
    return 0


# ------------------------------------------------------------------- preview


def run_preview(terminal: Terminal, options: argparse.Namespace) -> int:
    period, new = parse_period(options.period), checked(options.file)
    with opened(options.home) as institution:
        office = institution.office
        old = _against(office, options, new)
        with terminal.progress("预览", "previewing") as progress:
            after = [one.claim for one in preview(office, new, period, progress)]
            before = [one.claim for one in preview(office, old, period, progress)] if old else []
    found = changes(before, after)
    counts = _counts(found, len(after))
    if old is not None:
        terminal.say(
            f"{old.rules.id}@{old.rules.version} → {new.rules.id}@{new.rules.version}，"
            f"{len(after)} 人：",
            f"{old.rules.id}@{old.rules.version} → {new.rules.id}@{new.rules.version}, "
            f"{len(after)} people:",
        )
    _show_changes(terminal, new, counts, found)
    terminal.result(
        {
            "against": f"{old.rules.id}@{old.rules.version}" if old else None,
            "subjects": len(after),
            "indicators": counts,
            "changes": [
                {
                    "subject": one.subject,
                    "indicator": one.indicator,
                    "old": one.old,
                    "new": one.new,
                    "gain": None if one.gain is None else str(one.gain),
                }
                for one in found
            ],
        }
    )
    return 0


def _against(office: Office, options: argparse.Namespace, new: ChosenRules) -> ChosenRules | None:
    """What it is compared with: as said, else the version in effect, else nothing."""
    period, register = parse_period(options.period), whole_register(office)
    if options.against is not None and Path(options.against).suffix:
        return checked(options.against)
    try:
        return choose(register, options.against or new.rules.id, period)
    except UnknownNumber:
        if options.against is not None:
            raise
        return None


def _counts(found: list[Change], people: int) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for one in found:
        gain = one.gain
        word = "other" if gain is None else "gain" if gain > 0 else "lose"
        counts.setdefault(one.indicator, Counter())[word] += 1
    return {
        name: {
            **{word: count[word] for word in ("gain", "lose", "other")},
            "same": people - sum(count.values()),
        }
        for name, count in counts.items()
    }


def _show_changes(
    terminal: Terminal, new: ChosenRules, counts: dict[str, dict[str, int]], found: list[Change]
) -> None:
    if not counts:
        terminal.say("  没有人的数字会变。", "  nobody's figures would change.")
    titles = {one["id"]: one["title"][terminal.lang] for one in new.data["indicators"]}
    for name, count in counts.items():
        terminal.say(
            f"  {titles[name]}：增 {count['gain']}，减 {count['lose']}，其他 {count['other']}，"
            f"不变 {count['same']}",
            f"  {titles[name]}: {count['gain']} gain, {count['lose']} lose, "
            f"{count['other']} other, {count['same']} same",
        )
        own = [one for one in found if one.indicator == name and one.gain is not None]
        largest = max((abs(one.gain) for one in own if one.gain is not None), default=None)
        ordered = sorted(own, key=lambda one: (one.gain or 0, one.subject))
        for one in ordered if len(ordered) <= SHOWN else [*ordered[:5], *ordered[-5:]]:
            assert one.gain is not None and largest is not None
            bar = ("▲" if one.gain > 0 else "▼") * max(1, round(WIDTH * abs(one.gain) / largest))
            line = f"    {one.subject.rpartition('|')[2]:<16} {one.old} → {one.new}  {bar}"
            terminal.say(line, line)


# ------------------------------------------------------------------- approve, list


def run_approve(terminal: Terminal, options: argparse.Namespace) -> int:
    chosen = checked(options.file)
    with opened(options.home) as institution:
        office = institution.office
        effective = _effective(office, options, chosen.rules)
        who = signing(options)
        try:
            signature = who.sign("approval", approval_content(office, chosen.rules, effective))
        except Requested as asked:
            return write_request(terminal, office, options, asked)
        written, standing = approve(office, chosen.data, effective, signature)
    name = f"{chosen.rules.id}@{chosen.rules.version}"
    done, needed = len(standing.approvals), standing.needed
    terminal.say(
        f"✓ {signature.account} 批准了 {name}（{done}/{needed}），"
        f"自 {effective} 生效，上链后起算。",
        f"✓ {signature.account} approved {name} ({done}/{needed}), effective from {effective}; it "
        "counts once anchored.",
    )
    terminal.result(
        {
            "leaf": written.leaf,
            "rules": name,
            "hash": chosen.rules.hash.hex(),
            "approvals": done,
            "needed": needed,
            "approved": standing.approved,
            "effective": effective.isoformat(),
        }
    )
    return 0


def _effective(office: Office, options: argparse.Namespace, rules: RuleSet) -> date:
    """As said; else as the first approval said."""
    if options.effective is not None:
        try:
            return parse_day(options.effective)
        except ValueError as error:
            raise WrongUse("usage", why="--effective YYYY-MM-DD") from error
    for act in whole_register(office).rule_sets(rules.id):
        if act.rules_hash == rules.hash:
            return parse_day(act.body["effective"])
    raise WrongUse("usage", why="--effective YYYY-MM-DD")


def run_list(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        register = whole_register(institution.office)
    rows = []
    for act in register.rule_sets():
        rules = act.body["rules"]
        standing = register.rules(act.rules_hash or b"")
        rows.append(
            {
                "rules": f"{rules['id']}@{rules['version']}",
                "title": rules["title"][terminal.lang],
                "leaf": act.leaf,
                "effective": act.body["effective"],
                "approvals": len(standing.approvals),
                "needed": standing.needed,
                "approved": standing.approved,
                "anchored": act.block is not None,
            }
        )
    known = {row["rules"].partition("@")[0] for row in rows}
    for name, data in shipped().items():
        if name not in known:
            title = data["title"][terminal.lang]
            rows.append({"rules": f"{name}@{data['version']}", "title": title, "leaf": None})
    for row in rows:
        state = (
            ("内置，未批准", "shipped, not approved")
            if row["leaf"] is None
            else (
                f"{row['approvals']}/{row['needed']} 批准，自 {row['effective']}",
                f"{row['approvals']}/{row['needed']} approved, from {row['effective']}",
            )
        )
        terminal.say(
            f"{row['rules']:<28} {row['title']}：{state[0]}",
            f"{row['rules']:<28} {row['title']}: {state[1]}",
        )
    terminal.result({"rules": rows})
    return 0
