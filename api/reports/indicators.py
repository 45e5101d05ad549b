"""One indicator on the page: value, place among all, what it lacks, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from api.reports.charts import LEAST_OTHERS, histogram, place_of, quantile
from api.reports.figures import MOST_EXACT, about, decimal, is_rounded, leaf_list, percent
from api.reports.lacking import Owners, Why, record_types, why_missing
from api.reports.text import Writer, clean
from api.reports.words import MODES, UNITS
from ledger.core.evaluation.sentences import formula

Json = Mapping[str, Any]
MOST_REASONS = 12


@dataclass(frozen=True)
class Others:
    """The values of a figure of everybody who has one, ascending, one's own among them; and how
    many have none."""

    values: tuple[Fraction, ...]
    missing: int = 0


def indicator(
    figure: Json, known: Mapping[str, Json], places: Mapping[str, int], others: Others | None,
    owners: Owners, write: Writer,
) -> str:  # fmt: skip
    """A section. `known`: the indicators of the rule set by id; `places`: on which place each
    stands, for links."""
    rule = known.get(figure["id"])
    title = write.both(rule["title"]["zh"], rule["title"]["en"]) if rule else clean(figure["id"])
    titles = {name: one["title"][write.lang] for name, one in known.items()}
    reads = record_types(rule["value"]) if rule else ()
    whys = [why_missing(one, owners, titles, write.place, reads) for one in figure["missing"]]
    return (
        f'<section id="i{places[figure["id"]]}"><div class="what"><h3>{title}</h3>'
        f"{_value(figure, write)}{_lacking(figure, whys, places, write)}{_note(rule, write)}</div>"
        f"{_distribution(figure, others, write)}{_basis(figure, rule, write)}</section>"
    )


# ------------------------------------------------------------------- the value


def value_text(value: str | bool | None, place: int) -> str:
    """A value without its unit, as text."""
    if value is None:
        return ("缺失", "missing")[place]
    if isinstance(value, bool):
        return (("否", "no"), ("是", "yes"))[value][place]
    return decimal(Fraction(value))


def _value(figure: Json, write: Writer) -> str:
    value, unit = figure["value"], UNITS.get(figure["unit"], (figure["unit"],) * 2)
    text = value_text(value, write.place)
    if value is None:
        return f'<p class="value missing">{clean(text)}</p>'
    if isinstance(value, bool):
        return f'<p class="value word">{clean(text)}</p>'
    behind = f' <span class="unit">{clean(unit[write.place])}</span>' if unit[write.place] else ""
    exact = f'<p class="exact">{_exact(value, write)}</p>' if is_rounded(text) else ""
    return f'<p class="value"><data value="{clean(value)}">{clean(text)}</data>{behind}</p>{exact}'


def _exact(value: str, write: Writer) -> str:
    if len(value) <= MOST_EXACT:
        return f"= {clean(value)}"
    zh = f"精确值共 {len(value)} 个字符，见 JSON"
    return write(zh, f"exact value of {len(value)} characters: see the JSON")


# ------------------------------------------------------------------- among all


def _distribution(figure: Json, others: Others | None, write: Writer) -> str:
    if others is None or figure["unit"] == "boolean":
        return ""
    own = Fraction(figure["value"]) if isinstance(figure["value"], str) else None
    rest = list(others.values)
    if own is not None and own in rest:
        rest.remove(own)
    if len(rest) < LEAST_OTHERS:
        few = write(
            f"另外有数值的不足 {LEAST_OTHERS} 人，不显示分布",
            f"Fewer than {LEAST_OTHERS} others have a value: no distribution is shown",
        )
        return f'<p class="few">{few}</p>'
    values = tuple(sorted(rest if own is None else [*rest, own]))
    if values[0] == values[-1]:
        same = decimal(values[0])
        words = write(f"{len(values)} 人都是 {same}", f"All {len(values)} have {same}")
        return f'<p class="few">{words}</p>'
    label = "；".join(_told(values, own, rest, others.missing, 0)) if write.place == 0 else (
        "; ".join(_told(values, own, rest, others.missing, 1))
    )  # fmt: skip
    chart = histogram(values, own, label, ("人", "people")[write.place])
    return f"<figure>{chart}{_caption(values, own, rest, others.missing, write)}</figure>"


def _caption(
    values: Sequence[Fraction], own: Fraction | None, rest: Sequence[Fraction], missing: int,
    write: Writer,
) -> str:  # fmt: skip
    """The chart in words, each with the mark that it has in the chart."""
    told = _told(values, own, rest, missing, write.place)
    marks = ["median", "half", *(["own"] if own is not None else []), ""]
    lines = "".join(
        f"<span>{f'<i class={mark}></i>' if mark else ''}{clean(one)}</span>"
        for mark, one in zip(marks, told, strict=False)
    )
    return f"<figcaption>{lines}</figcaption>"


def _told(
    values: Sequence[Fraction], own: Fraction | None, rest: Sequence[Fraction], missing: int,
    place: int,
) -> list[str]:  # fmt: skip
    told = [*spread(values, place)]
    if own is not None:
        told.append(_rank(rest, own, place))
    lacking = (f"，另有 {missing} 人缺失", f", {missing} more have none")[place] if missing else ""
    return [*told, (f"共 {len(values)} 人", f"{len(values)} people")[place] + lacking]


def spread(values: Sequence[Fraction], place: int) -> tuple[str, str]:
    """Median, and the middle half, in words and three digits; `values` ascend."""
    first, middle, third = (quantile(values, Fraction(n, 4)) for n in (1, 2, 3))
    said = _roughly(place, middle)
    median = (f"中位数{said}", f"median {said.lstrip()}")[place]
    if first == third:
        said = _roughly(place, first)
        return median, (f"中间一半都是{said}", f"middle half all {said.lstrip()}")[place]
    ends = _roughly(place, first, third)
    return median, (f"中间一半{ends}", f"middle half {ends.lstrip()}")[place]


def _roughly(place: int, *exact: Fraction) -> str:
    """Numbers in three digits; "about" where that is not all of them."""
    short = [about(one) for one in exact]
    word = "" if [decimal(one) for one in exact] == short else ("约", "about")[place]
    return f"{word} {(' 至 ', ' to ')[place].join(short)}"


def _rank(rest: Sequence[Fraction], own: Fraction, place: int) -> str:
    """Whom one's own value is above, and whom it equals, as shares of the others."""
    below, same = place_of(rest, own)
    equal = (f"，与 {percent(same)} 相同", f", equal to {percent(same)}")[place] if same else ""
    if below + same == 1:
        whom = ("与其他人都相同", "equal to all others") if same == 1 else (
            f"没有人更高{equal}", f"nobody is higher{equal}",
        )  # fmt: skip
    elif not below:
        whom = f"没有人更低{equal}", f"nobody is lower{equal}"
    else:
        whom = f"高于 {percent(below)} 的人{equal}", f"above {percent(below)} of the others{equal}"
    return f"本人：{whom[0]}" if place == 0 else whom[1]


# ------------------------------------------------------------------- what it lacks


def _lacking(figure: Json, whys: Sequence[Why], places: Mapping[str, int], write: Writer) -> str:
    if not whys:
        return ""
    lines = "".join(_why(one, places, write) for one in whys[:MOST_REASONS])
    rest = len(whys) - MOST_REASONS
    if rest > 0:
        lines += (
            f"<li>{write(f'……另有 {rest} 项，见 JSON', f'… and {rest} more, see the JSON')}</li>"
        )
    instead = ""
    if figure["value"] is not None:
        text = value_text(figure["value"], write.place)
        said = write(
            f"真实数值缺失，规则规定按 {text} 计。",
            f"The true value is missing; the rules count it as {text}.",
        )
        instead = f"<p>{said}</p>"
    return f'<div class="why">{instead}<ul>{lines}</ul></div>'


def _why(one: Why, places: Mapping[str, int], write: Writer) -> str:
    text = clean(one.text)
    if one.indicator is not None and one.indicator in places:
        text = f'<a href="#i{places[one.indicator]}">{text}</a>'
    whom = ""
    if one.whom:
        said = write("可补充者：", "can be supplied by ")
        whom = f'<br><span class="whom">{said}<b>{clean(one.whom)}</b></span>'
    return f"<li>{text}{whom}</li>"


# ------------------------------------------------------------------- what it rests on


def _note(rule: Json | None, write: Writer) -> str:
    if rule is None or "note" not in rule:
        return ""
    return f'<p class="note">{clean(rule["note"][write.lang])}</p>'


def _basis(figure: Json, rule: Json | None, write: Writer) -> str:
    """Which records, and by which formula: folded, because few look at it every time."""
    leaves = figure["inputs"]
    count = write(f"依据 {len(leaves):,} 条记录", f"from {len(leaves):,} records")
    listed = f'<p class="leaves">{clean(leaf_list(leaves, write.place))}</p>' if leaves else ""
    how = ""
    if rule is not None:
        how = f"<pre>{clean(formula(rule['value'], write.place))}</pre>{_rounding(rule, write)}"
        count += f'<span class="fold">{write(" · 算法", " · formula")}</span>'
    return f"<details><summary>{count}</summary>{listed}{how}</details>"


def _rounding(rule: Json, write: Writer) -> str:
    step = rule["round"]
    if step == "exact":
        return f'<p class="note">{write("不取整。", "Not rounded.")}</p>'
    zh, en = MODES[step["mode"]]
    to = decimal(Fraction(step["to"]))
    return (
        f'<p class="note">{write(f"取到 {to} 的倍数，{zh}。", f"To a multiple of {to}, {en}.")}</p>'
    )
