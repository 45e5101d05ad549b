"""The overview of an evaluation: everybody in one table, the distributions, what to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from api.reports.blocks import period_text, rule_title, warnings
from api.reports.charts import LEAST_OTHERS, histogram
from api.reports.figures import decimal, is_rounded
from api.reports.indicators import spread, value_text
from api.reports.text import Writer, bdi, clean
from api.reports.words import EFFECTS, UNITS

MOST_COLUMNS = 12
MOST_HINTS = 100


@dataclass(frozen=True)
class Row:
    """A line of the overview: whose report, its page, its values, effect, number of findings."""

    name: str
    link: str
    values: Mapping[str, str | bool | None]
    effect: str
    findings: int


def index_page(rows: Sequence[Row], about: Mapping[str, Any], lang: str) -> str:
    """All reports of an evaluation in one table. `about`: `institution` (text), `rules` (JSON),
    `period` (`start`, `end`), `labels`, and perhaps `hints`: (whose, sentence) of what somebody
    should look at."""
    write = Writer(lang)
    rules = about["rules"]
    parts = [
        _head(rows, about, write),
        warnings(about["labels"], write),
        _charts(rows, rules["indicators"], write),
        _table(rows, rules["indicators"], write),
        _hints(rows, about.get("hints", ()), write),
    ]
    return write.document(rules["title"][write.lang], "".join(parts), "broad")


def _head(rows: Sequence[Row], about: Mapping[str, Any], write: Writer) -> str:
    counts = Counter(row.effect for row in rows)
    states = "".join(
        f'<span class="chip {words.colour}">{write(*words.short)} <b>{counts[effect]:,}</b></span>'
        for effect, words in EFFECTS.items()
        if counts[effect]
    )
    number = write(f"{len(rows):,} 份报告", f"{len(rows):,} reports")
    return (
        f'<header><p class="over">{clean(about["institution"])}</p>'
        f"<h1>{rule_title(about['rules'], write)}</h1>"
        f'<p class="of">{period_text(about["period"], write)} · {number}</p>'
        f'<p class="chips">{states}</p></header>'
    )


# ------------------------------------------------------------------- distributions


def _charts(rows: Sequence[Row], figures: Sequence[Mapping[str, Any]], write: Writer) -> str:
    """A small histogram of each figure of which there is one."""
    drawn = [_chart(rows, one, write) for one in figures if one["unit"] != "boolean"]
    body = "".join(drawn)
    heading = write.heading("分布", "Distributions")
    return f'{heading}<div class="grid">{body}</div>' if body else ""


def _chart(rows: Sequence[Row], figure: Mapping[str, Any], write: Writer) -> str:
    known = [row.values.get(figure["id"]) for row in rows]
    values = sorted(Fraction(one) for one in known if isinstance(one, str))
    if len(values) <= LEAST_OTHERS or values[0] == values[-1]:
        return ""
    lacking = sum(one is None for one in known)
    words = ("，", ", ")[write.place].join(map(clean, spread(values, write.place)))
    if lacking:
        words += write(f"，{lacking} 人缺失", f", {lacking} have none")
    unit = UNITS[figure["unit"]][write.place]
    title = rule_title(figure, write)
    if unit:
        title += f' <small class="unit">{clean(unit)}</small>'
    chart = histogram(values, None, words, write("人", "people"))
    return f"<figure><h3>{title}</h3>{chart}<figcaption><span>{words}</span></figcaption></figure>"


# ------------------------------------------------------------------- the table


def _table(rows: Sequence[Row], figures: Sequence[Mapping[str, Any]], write: Writer) -> str:
    main = figures[:MOST_COLUMNS]
    heads = "".join(f'<th class="n" scope="col">{_column(one, write)}</th>' for one in main)
    places = [_places(row.values.get(one["id"]) for row in rows) for one in main]
    body = "".join(_row(row, main, places, write) for row in rows)
    rest, more = len(figures) - len(main), ""
    if rest > 0:
        said = write(
            f"另有 {rest} 项指标，见各人的报告。", f"{rest} more indicators: see the reports."
        )
        more = f'<p class="note">{said}</p>'
    return (
        f"{write.heading('全部报告', 'All reports')}"
        f'<div class="wide"><table><thead><tr><th scope="col">{write("姓名或账户", "account")}</th>'
        f'<th scope="col">{write("状态", "state")}</th>{heads}'
        f'<th class="n" scope="col">{write("待查看", "findings")}</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>{more}"
    )


def _column(figure: Mapping[str, Any], write: Writer) -> str:
    unit = UNITS[figure["unit"]][write.place]
    title = clean(figure["title"][write.lang])
    return f"{title}<br><small>{clean(unit)}</small>" if unit else title


def _places(values: Iterable[str | bool | None]) -> int:
    """With how many decimals a column is written, so that its points stand below one another."""
    numbers = [Fraction(one) for one in values if isinstance(one, str)]
    return max((len(decimal(one).partition(".")[2]) for one in numbers if one.denominator > 1
                and not is_rounded(decimal(one))), default=0)  # fmt: skip


def _row(
    row: Row, figures: Sequence[Mapping[str, Any]], places: Sequence[int], write: Writer
) -> str:
    words = EFFECTS[row.effect]
    cells = "".join(
        _cell(row.values.get(one["id"]), some, write)
        for one, some in zip(figures, places, strict=True)
    )
    return (
        f'<tr><th scope="row"><a href="{_href(row.link)}">{bdi(row.name)}</a></th>'
        f'<td class="{words.colour}">{write(*words.short)}</td>{cells}'
        f'<td class="n">{row.findings or "–"}</td></tr>'
    )


def _cell(value: str | bool | None, places: int, write: Writer) -> str:
    """A number that is not exact has the exact one as its title."""
    if not isinstance(value, str):
        text, colour = clean(value_text(value, write.place)), " amber" if value is None else ""
        return f'<td class="n{colour}">{text}</td>'
    text = decimal(Fraction(value), places)
    exact = f' title="{clean(value)}"' if is_rounded(text) else ""
    return f'<td class="n{" zero" if value == "0" else ""}"{exact}>{text}</td>'


def _href(name: str) -> str:
    """A file beside this page: no scheme, no folder."""
    return "./" + quote(name, safe="@.-_", errors="replace")


# ------------------------------------------------------------------- hints


def _hints(rows: Sequence[Row], hints: Sequence[tuple[str, str]], write: Writer) -> str:
    if not hints:
        return ""
    named = Counter(row.name for row in rows)
    links = {row.name: row.link for row in rows if named[row.name] == 1}
    lines = "".join(
        f"<li>{_who(who, links)}<span>{clean(said)}</span></li>" for who, said in hints[:MOST_HINTS]
    )
    rest = len(hints) - MOST_HINTS
    if rest > 0:
        lines += f"<li>{write(f'……另有 {rest:,} 条', f'… and {rest:,} more')}</li>"
    told = write(
        "这些只是值得看一眼的地方：不是结论，也不改变任何数字。每一处都可能有正当的原因。",
        "These say where to look. They are no verdicts and change no figure; each may have a good "
        "reason.",
    )
    heading = write.heading("值得一看", "Worth a look")
    return f'{heading}<p class="note">{told}</p><ul class="hints">{lines}</ul>'


def _who(name: str, links: Mapping[str, str]) -> str:
    if name in links:
        return f'<a href="{_href(links[name])}">{bdi(name)}</a>'
    return f"<b>{bdi(name)}</b>"
