"""The page of a report, and the overview of an evaluation.

Everything stands in the page itself: it opens from a stick in a closed network, and prints. What
comes from records is escaped; what is long is shortened here and whole in the JSON beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from html import escape
from typing import Any

from api.reports.charts import LEAST, histogram, place_of, quantile
from api.reports.style import STYLE
from api.reports.words import EFFECTS, FINDINGS, LABELS, REASONS, UNITS, role_words, why_missing
from ledger.core.dates import CHINA, china_text

MOST_LEAVES = 30
MOST_ROWS = 100


@dataclass(frozen=True)
class Others:
    """Everybody's values of a figure, ascending, one's own among them; and how many have none."""

    values: tuple[Fraction, ...]
    missing: int = 0


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
    """What the page of a report tells. `report` and `rules` are their JSON data."""

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


@dataclass(frozen=True)
class Row:
    """A line of the overview: whose report, its page, its values, effect, number of findings."""

    name: str
    link: str
    values: Mapping[str, str | bool | None]
    effect: str
    findings: int


class _Writer:
    """Words in one language; the other one stays out of the way."""

    def __init__(self, lang: str) -> None:
        self.place = 0 if lang == "zh" else 1
        self.lang = lang

    def __call__(self, zh: str, en: str) -> str:
        return escape((zh, en)[self.place])

    def title(self, one: Mapping[str, Any]) -> str:
        return escape(str(one["title"][self.lang]))

    def document(self, title: str, body: str) -> str:
        code = "zh-CN" if self.place == 0 else "en"
        return (
            f'<!doctype html><html lang="{code}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
            f"<body><main>{body}</main></body></html>\n"
        )


# ------------------------------------------------------------------- numbers


def number(value: str | bool | None, unit: str, place: int) -> str:
    """A value as people read it: a finite decimal as it is, another to three places, "≈" before."""
    if value is None:
        return ("缺失", "missing")[place]
    if isinstance(value, bool):
        return (("否", "no"), ("是", "yes"))[value][place]
    word = UNITS[unit][place]
    shown = decimal(Fraction(value))
    return f"{shown} {word}".strip()


def decimal(value: Fraction) -> str:
    """At most three places; what they do not hold exactly is marked."""
    thousandths = round(value * 1000)
    sign = "−" if thousandths < 0 else ""
    whole, rest = divmod(abs(thousandths), 1000)
    text = f"{sign}{whole:,}" + (f".{rest:03d}".rstrip("0") if rest else "")
    return text if Fraction(thousandths, 1000) == value else f"≈ {text}"


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, CHINA).date().isoformat()


def _leaves(leaves: Sequence[int]) -> str:
    shown = ", ".join(f"#{leaf}" for leaf in leaves[:MOST_LEAVES])
    return shown if len(leaves) <= MOST_LEAVES else f"{shown} … ({len(leaves)})"


# ------------------------------------------------------------------- the page of a report


def page(shown: Shown, lang: str) -> str:
    """The whole page. `lang`: zh or en."""
    write = _Writer(lang)
    report, result = shown.report, shown.report["result"]
    parts = [
        _head(shown, write),
        _state(shown, write),
        _warnings(report["labels"], write),
        f"<h2>{write('指标', 'Indicators')}</h2>",
        *(_indicator(shown, one, write) for one in result["indicators"]),
        _aside(report, write),
        _findings(report, write),
        _timeline(shown.steps, write),
        _check(shown, write),
    ]
    return write.document(f"{shown.subject_name} · {shown.rules['title'][lang]}", "".join(parts))


def _head(shown: Shown, write: _Writer) -> str:
    result = shown.report["result"]
    period, rules = result["period"], result["rules"]
    name = shown.institution if write.place == 0 else shown.institution_en or shown.institution
    return (
        f'<header><p class="over">{escape(name)} · {write.title(shown.rules)}</p>'
        f"<h1>{escape(shown.subject_name)}</h1>"
        f'<p class="under">{_day(period["start"])} — {_day(period["end"] - 1)} · '
        f"{escape(rules['id'])}@{rules['version']} "
        f"<code>{escape(rules['hash'][:12])}</code></p></header>"
    )


def _state(shown: Shown, write: _Writer) -> str:
    colour, words = EFFECTS[shown.effect]
    more = ""
    if shown.effect == "computed" and any(shown.open_places):
        places = ["、".join(role_words(one, write.place)) for one in shown.open_places]
        told = write("还需认定：", "Still needed: ")
        more = f"<br><small>{told}{escape('；'.join(places))}</small>"
    return f'<p class="state {colour}"><strong>{write(*words)}</strong>{more}</p>'


def _warnings(labels: Sequence[str], write: _Writer) -> str:
    if not labels:
        return ""
    lines = "".join(f"<li>{write(*LABELS[label])}</li>" for label in labels)
    return f'<ul class="warn">{lines}</ul>'


def _indicator(shown: Shown, figure: Mapping[str, Any], write: _Writer) -> str:
    known = {one["id"]: one for one in shown.rules["indicators"]}
    one = known.get(figure["id"])
    title = write.title(one) if one else escape(figure["id"])
    note = f'<p class="note">{escape(one["note"][write.lang])}</p>' if one and "note" in one else ""
    value = figure["value"]
    text = escape(number(value, figure["unit"], write.place))
    exact = ""
    if isinstance(value, str) and "≈" in text:
        exact = f' <small class="exact">{escape(value)}</small>'
    state = " class='value missing'" if value is None else " class='value'"
    count = len(figure["inputs"])
    inputs = write(f"依据 {count} 条记录", f"from {count} records")
    return (
        f"<section><div class=row><div><h3>{title}</h3><p{state}>{text}{exact}</p>"
        f"<p class=inputs>{inputs}</p></div>{_distribution(shown, figure, write)}</div>"
        f"{_missing(shown, figure, write)}{note}</section>"
    )


def _missing(shown: Shown, figure: Mapping[str, Any], write: _Writer) -> str:
    if not figure["missing"]:
        return ""
    titles = {one["id"]: one["title"][write.lang] for one in shown.rules["indicators"]}
    lines = "".join(
        f"<li>{escape(why_missing(reason, shown.owners, titles, write.place))}</li>"
        for reason in figure["missing"][:MOST_LEAVES]
    )
    return f'<ul class="why">{lines}</ul>'


def _distribution(shown: Shown, figure: Mapping[str, Any], write: _Writer) -> str:
    others = shown.others.get(figure["id"])
    if others is None or figure["unit"] == "boolean":
        return ""
    values = others.values
    if len(values) < LEAST:
        few = write(
            "有数值者不足 6 人，不显示分布", "fewer than six have a value: no distribution is shown"
        )
        return f'<p class="few">{few}</p>'
    if values[0] == values[-1]:
        same = decimal(values[0])
        words = write(f"{len(values)} 人都是 {same}", f"all {len(values)} have {same}")
        return f'<p class="few">{words}</p>'
    own = Fraction(figure["value"]) if isinstance(figure["value"], str) else None
    words = _told(values, own, others.missing, write)
    low, high = decimal(values[0]), decimal(values[-1])
    return (
        f"<figure>{histogram(values, own, words)}"
        f"<div class=ends><span>{escape(low)}</span><span>{escape(high)}</span></div>"
        f"<figcaption>{words}</figcaption></figure>"
    )


def _told(values: Sequence[Fraction], own: Fraction | None, missing: int, write: _Writer) -> str:
    """The chart in words, for whoever cannot see it, and for everybody else."""
    first, middle, third = (decimal(quantile(values, Fraction(n, 4))) for n in (1, 2, 3))
    zh = f"{len(values)} 人：中位数 {middle}，中间一半在 {first} 至 {third}"
    en = f"{len(values)} people: median {middle}, the middle half from {first} to {third}"
    if own is not None:
        below, equal = (round(100 * part) for part in place_of(values, own))
        zh = f"{zh}；其余的人中 {below}% 低于本人"
        en = f"{en}; {below} % of the others are below"
        if equal:
            zh, en = f"{zh}，{equal}% 相同", f"{en}, {equal} % are equal"
    if missing:
        zh, en = f"{zh}；另有 {missing} 人缺失", f"{en}; {missing} more have none"
    return write(f"{zh}。", f"{en}.")


def _aside(report: Mapping[str, Any], write: _Writer) -> str:
    if not report["aside"]:
        return ""
    leaves: dict[str, list[int]] = {}
    for one in report["aside"]:
        leaves.setdefault(one["reason"], []).append(one["leaf"])
    lines = "".join(
        f"<li>{write(*REASONS.get(reason, (reason, reason)))}"
        f"{write('：', ': ')}<span class=leaves>{_leaves(some)}</span></li>"
        for reason, some in leaves.items()
    )
    return f"<h2>{write('没有计入的记录', 'Records that do not count')}</h2><ul>{lines}</ul>"


def _findings(report: Mapping[str, Any], write: _Writer) -> str:
    if not report["findings"]:
        return ""
    lines = "".join(
        f"<li>{write(*FINDINGS.get(one['code'], (one['code'], one['code'])))}"
        f"{write('：', ': ')}<span class=leaves>{_leaves(one['leaves'])}</span></li>"
        for one in report["findings"][:MOST_ROWS]
    )
    more = len(report["findings"]) - MOST_ROWS
    if more > 0:
        lines += f"<li>… {more}</li>"
    return f"<h2>{write('需要有人看的地方', 'Findings')}</h2><ul>{lines}</ul>"


def _timeline(steps: Sequence[Step], write: _Writer) -> str:
    waiting = write("尚未上链", "not anchored")
    lines = "".join(
        f'<li class="{"good" if one.good else "bad"}">'
        f"<time>{waiting if one.time is None else escape(china_text(one.time))}</time>"
        f"{write(one.zh, one.en)}</li>"
        for one in steps
    )
    return f"<h2>{write('经过', 'History')}</h2><ol class=timeline>{lines}</ol>"


def _check(shown: Shown, write: _Writer) -> str:
    records = shown.report["records"]
    count = records["count"]
    chain = (
        write("学习记录没有个人编号链，无法证明没有遗漏。",
              "Learning records have no chain of numbers: that none is left out cannot be proved.")
        if count is None
        else write(f"本人记录共 {count} 条，逐号交代。",
                   f"All {count} records of the subject are accounted for, number by number.")
    )  # fmt: skip
    return (
        f"<h2>{write('自己核对', 'Check it yourself')}</h2><p>{chain}</p>"
        "<pre>xuezheng-verify recompute REPORT.json --records records.jsonl --trust trust.json"
        f"</pre><p class=hash>{write('结果散列', 'result hash')} "
        f"<code>{escape(shown.report['result_hash'])}</code></p>"
    )


# ------------------------------------------------------------------- the overview


def index_page(rows: Sequence[Row], about: Mapping[str, Any], lang: str) -> str:
    """All reports of an evaluation in one table. `about`: institution, rules, period, labels, and
    `hints`: (whose, sentence) of what somebody should look at."""
    write = _Writer(lang)
    figures = about["rules"]["indicators"]
    heads = "".join(f"<th class=n>{write.title(one)}</th>" for one in figures)
    body = "".join(_row(row, figures, write) for row in rows)
    period = about["period"]
    head = (
        f'<header><p class="over">{escape(about["institution"])}</p>'
        f"<h1>{write.title(about['rules'])}</h1><p class=under>{_day(period['start'])} — "
        f"{_day(period['end'] - 1)} · {write(f'{len(rows)} 份报告', f'{len(rows)} reports')}</p>"
        "</header>"
    )
    table = (
        f"<div class=wide><table><thead><tr><th>{write('姓名或账户', 'account')}</th>"
        f"<th>{write('认定', 'state')}</th>{heads}<th class=n>{write('发现', 'findings')}</th>"
        f"</tr></thead><tbody>{body}</tbody></table></div>"
    )
    parts = [head, _warnings(about["labels"], write), table, _hints(about.get("hints", ()), write)]
    return write.document(about["rules"]["title"][lang], "".join(parts))


def _row(row: Row, figures: Sequence[Mapping[str, Any]], write: _Writer) -> str:
    colour, words = EFFECTS[row.effect]
    cells = "".join(
        f"<td class=n>{escape(number(row.values.get(one['id']), one['unit'], write.place))}</td>"
        for one in figures
    )
    return (
        f'<tr><td><a href="{escape(row.link)}">{escape(row.name)}</a></td>'
        f'<td class="{colour}">{write(*words)}</td>{cells}'
        f"<td class=n>{row.findings or ''}</td></tr>"
    )


def _hints(hints: Sequence[tuple[str, str]], write: _Writer) -> str:
    if not hints:
        return ""
    lines = "".join(
        f"<li><strong>{escape(who)}</strong> {escape(sentence)}</li>"
        for who, sentence in hints[:MOST_ROWS]
    )
    more = f"<li>… {len(hints) - MOST_ROWS}</li>" if len(hints) > MOST_ROWS else ""
    told = write(
        "这些只是该看的地方，不是结论，也不改变任何数字。",
        "These say where to look. They are no verdicts and change no figure.",
    )
    return f"<h2>{write('值得一看', 'Worth a look')}</h2><p>{told}</p><ul>{lines}{more}</ul>"
