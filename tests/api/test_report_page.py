"""The page of a report: every code has words, nothing from records is markup, five hide one."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import pytest

from api.reports.charts import bins, place_of, quantile
from api.reports.page import Others, Row, Shown, Step, decimal, index_page, number, page
from api.reports.words import FINDINGS, LABELS, REASONS, ROLES, why_missing
from ledger.core.evaluation import register, standing
from ledger.core.teaching import vocabulary
from ledger.office.rules import shipped

RULES = shipped()["online-workload"]
HOSTILE = "<script>alert(1)</script>&\"'‮"
VOID = {"meta", "rect", "line", "path", "br"}


class Strict(HTMLParser):
    """Every tag is closed in order, and none is a script or loads anything."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "iframe", "link", "img", "object")
        for name, value in attrs:
            assert name not in ("src", "srcset", "style") and not name.startswith("on")
            assert "://" not in (value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def figure(name: str, value: Any, missing: tuple[str, ...] = (), inputs: int = 3) -> dict[str, Any]:
    unit = next((one["unit"] for one in RULES["indicators"] if one["id"] == name), "count")
    return {
        "id": name, "unit": unit, "value": value, "missing": list(missing),
        "inputs": list(range(inputs)),
    }  # fmt: skip


def report(*figures: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "result": {
            "rules": {"id": "online-workload", "version": 1, "hash": "ab" * 32},
            "subject": "https://a.example|t",
            "period": {"name": "x", "start": 1_772_380_800, "end": 1_782_921_600},
            "indicators": list(figures),
        },
        "result_hash": "cd" * 32,
        "labels": [],
        "records": {"count": 3},
        "aside": [],
        "findings": [],
        **changed,
    }


def shown(*figures: dict[str, Any], **changed: Any) -> Shown:
    made = Shown(
        "渭北大学", "Weibei University", report(*figures), RULES, "t-1", {}, {}, (), "computed",
        (frozenset({"registrar"}),),
    )  # fmt: skip
    return dataclasses.replace(made, **changed)


def read(one: Shown, lang: str = "zh") -> str:
    return Strict(page(one, lang)).text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_comes_from_records_is_no_markup(lang: str) -> None:
    rules = {**RULES, "title": {"zh": HOSTILE, "en": HOSTILE}}
    made = shown(
        figure("workload", None, (f"no-field:{HOSTILE}.{HOSTILE}", HOSTILE)),
        figure(HOSTILE, "1"),
        institution=HOSTILE, institution_en=HOSTILE, subject_name=HOSTILE, rules=rules,
        owners={HOSTILE: HOSTILE}, steps=(Step(0, HOSTILE, HOSTILE, True),),
    )  # fmt: skip
    assert HOSTILE in read(made, lang)
    row = Row(HOSTILE, "x.html", {"workload": "1"}, "computed", 1)
    about = {"institution": HOSTILE, "rules": rules, "period": {"start": 0, "end": 86_400},
             "labels": [], "hints": [(HOSTILE, HOSTILE)]}  # fmt: skip
    assert HOSTILE in Strict(index_page([row], about, lang)).text


def test_every_code_of_a_report_has_words() -> None:
    assert set(LABELS) == set(register.LABELS)
    assert set(REASONS) == set(standing.REASONS)
    assert set(FINDINGS) == {*standing.FINDINGS, "value-refused"}
    assert tuple(ROLES) == vocabulary.ROLES


@pytest.mark.parametrize(
    "reason",
    ["no-field:run-opened.enrolled", "no-records:run-opened+slot-scheduled", "indicator:workload",
     "k-anonymity", "division-by-zero", "number-size", "histogram-length", "stated",
     "no-row:mode"],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 1])
def test_every_reason_why_a_figure_is_missing_has_words(reason: str, place: int) -> None:
    assert why_missing(reason, {}, {}, place) != reason


def test_who_can_supply_what_is_missing() -> None:
    made = shown(figure("workload", None, ("no-records:run-opened",)))
    assert "教务处" in read(made)
    assert "系统 jwc" in read(dataclasses.replace(made, owners={"run-opened": "jwc"}))


@pytest.mark.parametrize(("people", "drawn"), [(5, False), (6, True)])
def test_fewer_than_five_others_are_not_shown(people: int, drawn: bool) -> None:
    values = tuple(Fraction(n) for n in range(people))
    made = shown(figure("workload", "2"), others={"workload": Others(values)})
    text = page(made, "zh")
    assert ("<svg" in text) == drawn
    assert ("不足 6 人" in text) != drawn


def test_ones_own_place_is_told_in_words() -> None:
    values = tuple(Fraction(n) for n in (0, 0, 1, 2, 3, 4))
    made = shown(figure("not-held", "0"), others={"not-held": Others(values, 2)})
    assert "其余的人中 0% 低于本人，20% 相同；另有 2 人缺失" in read(made)
    same = shown(figure("not-held", "0"), others={"not-held": Others((Fraction(0),) * 7)})
    assert "7 人都是 0" in read(same)


def test_a_report_without_effect_says_so_first() -> None:
    assert "尚未认定，没有效力" in read(shown())
    assert "还需认定：教务处" in read(shown())
    assert "Recognised: in effect" in read(shown(effect="recognised"), "en")
    text = read(shown(report=report(labels=list(register.LABELS))))
    for zh, _ in LABELS.values():
        assert zh in text


def test_long_lists_are_shortened_and_counted() -> None:
    findings = [{"code": "source-disagrees", "leaves": list(range(1_000))}]
    aside = [{"leaf": leaf, "reason": "not-attested"} for leaf in range(10_000)]
    text = page(shown(report=report(findings=findings, aside=aside)), "zh")
    assert "… (1000)" in text and "… (10000)" in text
    assert len(text) < 20_000


@pytest.mark.parametrize(
    ("value", "told"),
    [("1/3", "≈ 0.333"), ("363/50", "7.26"), ("-1/2", "−0.5"), ("12345", "12,345"), ("0", "0"),
     ("1/1000", "0.001"), ("1/10000", "≈ 0")],
)  # fmt: skip
def test_numbers_are_exact_or_marked(value: str, told: str) -> None:
    assert decimal(Fraction(value)) == told


def test_booleans_and_units() -> None:
    assert number(True, "boolean", 0) == "是"
    assert number("2", "class-hours", 1) == "2 class hours"
    assert number(None, "count", 1) == "missing"


def test_bins_and_quantiles_are_exact() -> None:
    values = tuple(Fraction(n, 3) for n in range(21))
    low, high, counts = bins(values)
    assert (low, high, sum(counts), counts[-1]) == (0, Fraction(20, 3), 21, 2)
    assert quantile(values, Fraction(1, 2)) == Fraction(10, 3)
    assert place_of(values, Fraction(10, 3)) == (Fraction(1, 2), 0)
