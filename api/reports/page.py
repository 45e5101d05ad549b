"""The page of a report: whose, of when, by which rules, in which state, and how to check it.

Everything stands in the page itself: it opens from a stick in a closed network, and prints. What
comes from records is escaped; what is long is shortened here and whole in the JSON beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.reports.blocks import period_text, rule_title, warnings
from api.reports.figures import leaf_list
from api.reports.indicators import Others as Others
from api.reports.indicators import indicator
from api.reports.overview import Row as Row
from api.reports.overview import index_page as index_page
from api.reports.text import Writer, bdi, clean, moment
from api.reports.words import EFFECTS, FINDINGS, REASONS, places_text
from ledger.core.evaluation.standing import INCOMPLETE

MOST_LEAVES = 30
_FILE = re.compile(r"[\w@][\w.@-]{0,119}")
"""Names that can stand in a command as they are."""


@dataclass(frozen=True)
class Step:
    """One step in the life of a report. `time`: Unix seconds by the ledger, None before it is
    anchored; `good`: it counts."""

    time: int | None
    zh: str
    en: str
    good: bool


@dataclass(frozen=True)
class Shown:
    """What the page of a report tells. `report` and `rules` are their JSON data; `others` by
    indicator; `owners` by record type, or TYPE.FIELD; `file`: name of the report's JSON."""

    institution: str
    institution_en: str
    report: Mapping[str, Any]
    rules: Mapping[str, Any]
    subject_name: str
    others: Mapping[str, Others]
    owners: Mapping[str, str]
    steps: tuple[Step, ...]
    effect: str
    open_places: tuple[frozenset[str], ...] = ()
    file: str = ""


def page(shown: Shown, lang: str) -> str:
    """The whole page. `lang`: zh or en."""
    write = Writer(lang)
    report = shown.report
    known = {one["id"]: one for one in shown.rules["indicators"]}
    figures = report["result"]["indicators"]
    places = {one["id"]: number for number, one in enumerate(figures, 1)}
    parts = [
        _head(shown, write),
        _state(shown, write),
        warnings(report["labels"], write),
        write.heading("指标", "Indicators"),
        _note(shown, write),
        *(
            indicator(one, known, places, shown.others.get(one["id"]), shown.owners, write)
            for one in figures
        ),
        _aside(report, write),
        _findings(report, write),
        _timeline(shown.steps, write),
        _check(shown, write),
    ]
    title = f"{shown.subject_name} · {shown.rules['title'][write.lang]}"
    return write.document(title, "".join(parts))


# ------------------------------------------------------------------- head


def institution_name(zh: str, en: str, write: Writer) -> str:
    """The name in both languages, where it has both."""
    return write.both(zh, en) if en and en != zh else clean(zh)


def _head(shown: Shown, write: Writer) -> str:
    name = institution_name(shown.institution, shown.institution_en, write)
    period = write.both("时段", "Period"), period_text(shown.report["result"]["period"], write)
    rows = (period, _rules(shown, write), _records(shown, write))
    facts = "".join(f"<div><dt>{term}</dt><dd>{said}</dd></div>" for term, said in rows)
    return (
        f'<header><p class="over">{name}</p><h1>{bdi(shown.subject_name)}</h1>'
        f'<p class="of">{rule_title(shown.rules, write)}</p><dl class="facts">{facts}</dl></header>'
    )


def _rules(shown: Shown, write: Writer) -> tuple[str, str]:
    rules, stand = shown.report["result"]["rules"], shown.report["rules"]
    number = len(stand["approvals"])
    approved = write(f"{number} 人批准", f"approved by {number}") if number else ""
    said = [
        f"{clean(rules['id'])}@{rules['version']}",
        f'<code title="{clean(rules["hash"])}">{clean(rules["hash"][:12])}…</code>',
        approved,
    ]
    return write.both("规则", "Rules"), " · ".join(filter(None, said))


def _records(shown: Shown, write: Writer) -> tuple[str, str]:
    records = shown.report["records"]
    size, count = records["size"], records["count"]
    stream = ("学习流", "the learning stream") if records["stream"] == "learning" else (
        "教学流", "the teaching stream",
    )  # fmt: skip
    of_all = write(
        f"取自{stream[0]}的前 {size:,} 条", f"among the first {size:,} entries of {stream[1]}"
    )
    if count is None:
        return write.both("记录", "Records"), of_all
    own = write(f"本人名下 {count:,} 条", f"{count:,} of the subject")
    return write.both("记录", "Records"), f"{own}{write('，', ', ')}{of_all}"


def _state(shown: Shown, write: Writer) -> str:
    words = EFFECTS[shown.effect]
    wanted = tuple(one for one in shown.open_places if one)
    more = ""
    if shown.effect == "computed" and wanted:
        zh, en = places_text(wanted, 0), places_text(wanted, 1)
        more = write(f"还需认定：{zh}。", f" Still needed: {en}.")
    return (
        f'<div class="state {words.colour}"><strong>{write.both(*words.state)}</strong>'
        f"<p>{write(*words.means)}{more}</p></div>"
    )


def _note(shown: Shown, write: Writer) -> str:
    if "note" not in shown.rules:
        return ""
    return f'<p class="note">{clean(shown.rules["note"][write.lang])}</p>'


# ------------------------------------------------------------------- records aside, findings


def _aside(report: Mapping[str, Any], write: Writer) -> str:
    if not report["aside"]:
        return ""
    leaves: dict[str, list[int]] = {}
    for one in report["aside"]:
        leaves.setdefault(one["reason"], []).append(one["leaf"])
    lines = "".join(
        _listed(REASONS.get(reason, (reason, reason)), len(some), leaf_list(some, write.place),
                write)
        for reason, some in leaves.items()
    )  # fmt: skip
    return f"{write.heading('没有计入的记录', 'Records set aside')}<ul class=listed>{lines}</ul>"


def _findings(report: Mapping[str, Any], write: Writer) -> str:
    if not report["findings"]:
        return ""
    by_code: dict[str, list[Sequence[int]]] = {}
    for one in report["findings"]:
        by_code.setdefault(one["code"], []).append(one["leaves"])
    lines = "".join(
        _listed(FINDINGS.get(code, (code, code)), len(some), _places(code, some, write), write,
                grave=code in INCOMPLETE)
        for code, some in by_code.items()
    )  # fmt: skip
    return f"{write.heading('需要有人查看', 'Findings')}<ul class=listed>{lines}</ul>"


def _listed(names: tuple[str, str], count: int, where: str, write: Writer, grave: bool = False,
            ) -> str:  # fmt: skip
    return (
        f"<li{' class=grave' if grave else ''}><span class=said>{write.both(*names)}</span>"
        f"<span class=count>{count:,}</span><span class=leaves>{clean(where)}</span></li>"
    )


def _places(code: str, found: Sequence[Sequence[int]], write: Writer) -> str:
    """The leaves of each finding, together those that belong together."""
    parts, told = [], 0
    for told, leaves in enumerate(found, 1):
        parts.append(_gap(leaves, write) if code == "chain-gap" else _one(leaves, write))
        if sum(map(len, found[:told])) >= MOST_LEAVES:
            break
    rest = len(found) - told
    if rest:
        zh, en = f"……另有 {rest:,} 处，见 JSON", f"… and {rest:,} more, see the JSON"
        parts.append((zh, en)[write.place])
    return ("；", "; ")[write.place].join(parts)


def _one(leaves: Sequence[int], write: Writer) -> str:
    if len(leaves) == 2:
        return f"#{leaves[0]} ↔ #{leaves[1]}"
    return leaf_list(leaves, write.place)


def _gap(numbers: Sequence[int], write: Writer) -> str:
    """Of a gap the report names the number that should follow, and the one that does."""
    if len(numbers) != 2:
        return leaf_list(numbers, write.place)
    expected, found = numbers
    zh, en = (
        f"应为第 {expected} 号，实为第 {found} 号",
        f"number {found} where {expected} should be",
    )
    return (zh, en)[write.place]


# ------------------------------------------------------------------- history, checking


def _timeline(steps: Sequence[Step], write: Writer) -> str:
    waiting = write("尚未锚定到链上", "not anchored yet")
    lines = "".join(
        f'<li class="{"good" if one.good else "bad"}">'
        f"<time>{waiting if one.time is None else f'{moment(one.time)} UTC+8'}</time>"
        f"<div>{write(one.zh, one.en)}</div></li>"
        for one in steps
    )
    heading = write.heading("经过", "History")
    return f"{heading}<ol class=timeline>{lines}</ol>" if steps else ""


def _check(shown: Shown, write: Writer) -> str:
    name = shown.file if _FILE.fullmatch(shown.file) else f"{shown.subject_name}.json"
    name = name if _FILE.fullmatch(name) else "REPORT.json"
    why = write(
        "这份报告不必相信任何人：用记录文件和信任包，谁都能把它重新算一遍，应当一字不差。",
        "Nobody has to be believed: with the records file and the trust bundle anyone can compute "
        "this report again, and it has to come out the same, to the byte.",
    )
    return (
        f"{write.heading('自己核对', 'Check it yourself')}<p>{why}</p>"
        f"<pre>xuezheng-verify recompute {clean(name)} --records records.jsonl "
        f"--trust trust.json</pre><p>{_complete(shown.report, write)}</p>"
        f'<p class="hash">{write.both("结果散列", "result hash")} '
        f"<code>{clean(shown.report['result_hash'])}</code></p>"
        f'<p class="hash">{_whole(name, write)}</p>'
    )


def _whole(name: str, write: Writer) -> str:
    said = write(
        "本页供人阅读；完整内容以此文件为准：", "This page is for reading; the whole is in "
    )
    return f"{said}<code>{clean(name)}</code>"


def _complete(report: Mapping[str, Any], write: Writer) -> str:
    """What can be said of whether records were left out."""
    count = report["records"]["count"]
    if count is None:
        return write(
            "学习记录没有个人编号链：有没有遗漏，无法证明。",
            "Learning records have no chain of numbers: that none is left out cannot be proved.",
        )
    if any(one["code"] in INCOMPLETE for one in report["findings"]):
        return write(
            "本人的记录没有全部交代清楚（见“需要有人查看”）：有没有遗漏，无法证明。",
            "Not all records of the subject are accounted for (see Findings): that none is left "
            "out cannot be proved.",
        )
    return write(
        f"本人名下的 {count:,} 条记录从 0 号起逐一连号，中间少一条都会被发现；"
        "末尾是否还有更多，提交者手中的回执可以证明。",
        f"The subject's {count:,} records are numbered from 0 without a gap: one left out would "
        "show. Whether more came at the end, the receipts of the senders prove.",
    )
