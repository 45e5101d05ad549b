"""The page of a report: real reports, hostile ones, every code in words, nobody given away."""

from __future__ import annotations

import dataclasses
import json
import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

import ledger.core.evaluation as room
from api.reports import lacking, words
from api.reports.charts import bins, place_of, quantile
from api.reports.figures import about, decimal, leaf_list, percent
from api.reports.indicators import value_text
from api.reports.page import Others, Row, Shown, Step, index_page, page
from ledger.core.evaluation import labels, recognition, standing
from ledger.core.evaluation.evaluate import Period
from ledger.core.evaluation.numbers import MODES, NUMBERS
from ledger.core.evaluation.register import Register
from ledger.core.evaluation.reporting import Basis, Reporter, Subject
from ledger.core.evaluation.rules import check_rules
from ledger.core.evaluation.standing import Item
from ledger.core.learning.vocabulary import LEARNING_TYPES
from ledger.core.teaching import vocabulary
from ledger.core.teaching.records import record_of
from ledger.office.rules import shipped
from scripts.teaching_irregular import Rates
from scripts.teaching_school import Size
from scripts.teaching_term import term

LANGS = ("zh", "en")
WORKLOAD = shipped()["online-workload"]
TERM = Period("2026-03-02/2026-07-01", 1_772_380_800, 1_782_835_200)
TITLES = {"workload": "工作量"}
HOSTILE = "<script>alert(1)</script>'\"&--><b onclick=x>\u202egnp.\u2066\u200b\x00\ud800"
SHOWN_SAFE = "<script>alert(1)</script>'\"&--><b onclick=x>[U+202E]gnp.[U+2066][U+200B][U+0000]"
VOID = {"meta", "br"}
DRAWN = {"path", "rect"}
KNOWN = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "section", "div", "p", "h1",
    "h2", "h3", "dl", "dt", "dd", "ul", "ol", "li", "span", "small", "strong", "b", "i", "bdi", "a",
    "code", "pre", "data", "time", "details", "summary", "figure", "figcaption", "svg", "path",
    "rect", "text", "table", "thead", "tbody", "tr", "th", "td", "br",
}  # fmt: skip


class Strict(HTMLParser):
    """Reads a page in which every tag is known and closed in order, no id stands twice, every
    inner link leads somewhere, and nothing is loaded or run."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.exact: list[str] = []
        page.encode()
        assert page.startswith("<!doctype html>\n<html lang=")
        self.feed(page)
        self.close()
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))
        assert {one[1:] for one in self.links if one.startswith("#")} <= set(self.ids)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KNOWN
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        for name, value in attrs:
            assert name not in ("src", "srcset", "style", "action") and not name.startswith("on")
            self.note(tag, name, value or "")
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in DRAWN
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def note(self, tag: str, name: str, value: str) -> None:
        if name == "id":
            self.ids.append(value)
        if name == "href":
            assert value.startswith(("#", "./")) and ":" not in value and "/" not in value[2:]
            self.links.append(value)
        if tag == "data":
            self.exact.append(value)

    def handle_endtag(self, tag: str) -> None:
        assert tag not in VOID
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def figure(name: str, value: Any, missing: tuple[str, ...] = (), inputs: int = 3) -> dict[str, Any]:
    unit = next((one["unit"] for one in WORKLOAD["indicators"] if one["id"] == name), "count")
    return {
        "id": name, "unit": unit, "value": value, "missing": list(missing),
        "inputs": list(range(inputs)),
    }  # fmt: skip


def report(*figures: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "result": {
            "rules": {"id": "online-workload", "version": 1, "hash": "ab" * 32},
            "subject": "https://a.example|t",
            "period": {"name": TERM.name, "start": TERM.start, "end": TERM.end},
            "indicators": list(figures),
        },
        "result_hash": "cd" * 32,
        "labels": [],
        "rules": {"leaf": None, "approvals": []},
        "records": {"stream": "teaching", "size": 900, "root": "ef" * 32, "count": 3, "last": 8},
        "aside": [],
        "findings": [],
        **changed,
    }


def shown(*figures: dict[str, Any], **changed: Any) -> Shown:
    made = Shown(
        "渭北大学", "Weibei University", report(*figures), WORKLOAD, "t-1", {}, {}, (), "computed",
        (frozenset({"registrar"}), frozenset({"department", "registrar"})),
    )  # fmt: skip
    return dataclasses.replace(made, **changed)


def read(one: Shown, lang: str = "zh") -> str:
    return Strict(page(one, lang)).text


def drawn(one: Shown, lang: str = "zh") -> bool:
    return "svg" in Strict(page(one, lang)).tags


# ------------------------------------------------------------------- real reports


@pytest.fixture(scope="module")
def reports() -> dict[str, list[dict[str, Any]]]:
    """Reports of a small term, by rule set."""
    made = term(Size(teachers=7, runs=14, weeks=4), Rates())
    records = [record_of(json.loads(line), leaf) for leaf, line in enumerate(made.lines())]
    chains: dict[str, list[Any]] = {}
    for record in records:
        assert record is not None
        chains.setdefault(str(record["subject"]), []).append(record)
    found = {}
    for name in ("online-workload", "open-course-quality", "teaching-integrity"):
        rules = check_rules(shipped()[name])
        basis = Basis(
            rules, TERM, Register("a.example", []), 0, "teaching", len(records), b"\x11" * 32,
            lambda leaf: 1,
        )  # fmt: skip
        reporter = Reporter(basis)
        found[name] = [
            reporter.report(
                Subject(who, [Item(n, one["leaf"], one) for n, one in enumerate(mine)], len(mine))
            )
            for who, mine in chains.items()
        ]
    return found


def of_all(made: list[dict[str, Any]]) -> dict[str, Others]:
    """Everybody's values, as the caller of the page counts them."""
    found: dict[str, list[Fraction]] = {}
    for one in made:
        for told in one["result"]["indicators"]:
            values = found.setdefault(told["id"], [])
            if isinstance(told["value"], str):
                values.append(Fraction(told["value"]))
    return {name: Others(tuple(sorted(values))) for name, values in found.items()}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["online-workload", "open-course-quality", "teaching-integrity"])
def test_a_real_report_is_whole(
    reports: dict[str, list[dict[str, Any]]], name: str, lang: str
) -> None:
    rules, others, drawings = shipped()[name], of_all(reports[name]), 0
    for one in reports[name]:
        who = one["result"]["subject"].partition("|")[2]
        made = Shown("渭北大学", "Weibei University", one, rules, who, others, {}, (), "computed")
        strict = Strict(page(made, lang))
        for titled in rules["indicators"]:
            assert titled["title"][lang] in strict.text
        values = [told["value"] for told in one["result"]["indicators"]]
        assert strict.exact == [value for value in values if isinstance(value, str)]
        assert one["result_hash"] in strict.text and f"{who}.json" in strict.text
        assert "None" not in strict.text and "{" not in strict.text
        drawings += strict.tags.count("svg")
    assert drawings


@pytest.mark.parametrize("lang", LANGS)
def test_the_overview_has_everybody(reports: dict[str, list[dict[str, Any]]], lang: str) -> None:
    made = reports["online-workload"]
    rows = [
        Row(
            one["result"]["subject"].partition("|")[2],
            f"p{number}.html",
            {told["id"]: told["value"] for told in one["result"]["indicators"]},
            "computed",
            number,
        )
        for number, one in enumerate(made)
    ]
    strict = Strict(index_page(rows, about_of(labels=["unapproved"]), lang))
    assert strict.links == [f"./p{number}.html" for number in range(len(made))]
    for one in made:
        value = next(t for t in one["result"]["indicators"] if t["id"] == "workload")["value"]
        assert decimal(Fraction(value)) in strict.text
    assert words.LABELS["unapproved"][LANGS.index(lang)] in strict.text


def about_of(**changed: Any) -> dict[str, Any]:
    period = {"start": TERM.start, "end": TERM.end}
    about = {"institution": "渭北大学", "rules": WORKLOAD, "period": period, "labels": []}
    return {**about, **changed}


# ------------------------------------------------------------------- hostile ones


@pytest.mark.parametrize("lang", LANGS)
def test_what_comes_from_records_is_no_markup(lang: str) -> None:
    titles = {"zh": HOSTILE, "en": HOSTILE}
    rules = {**WORKLOAD, "title": titles, "note": titles}
    reasons = (HOSTILE, *(f"{code}:{HOSTILE}.{HOSTILE}" for code in lacking._OF))
    made = shown(
        institution=HOSTILE, institution_en=HOSTILE, subject_name=HOSTILE, rules=rules,
        owners={HOSTILE: HOSTILE}, steps=(Step(0, HOSTILE, HOSTILE, True),), file=HOSTILE,
        report=report(
            figure("workload", None, reasons), figure(HOSTILE, "1", reasons),
            aside=[{"leaf": 1, "reason": HOSTILE}], findings=[{"code": HOSTILE, "leaves": [1]}],
        ),
    )  # fmt: skip
    text = page(made, lang)
    assert SHOWN_SAFE in Strict(text).text
    assert not set("\u202e\u2066\u200b\x00\ud800") & set(text)
    assert "recompute REPORT.json --records" in Strict(text).text
    row = Row(HOSTILE, "javascript:alert(1)//../x", {"workload": "1"}, "computed", 1)
    overview = index_page([row], about_of(institution=HOSTILE, rules=rules,
                                          hints=[(HOSTILE, HOSTILE), ("", "")]), lang)  # fmt: skip
    strict = Strict(overview)
    assert SHOWN_SAFE in strict.text
    assert strict.links == ["./javascript%3Aalert%281%29%2F%2F..%2Fx"] * 2


@given(st.text(max_size=60), st.sampled_from(LANGS))
def test_any_name_makes_a_page(name: str, lang: str) -> None:
    made = shown(figure(name, None, (name, f"no-field:{name}", f"no-records:{name}")),
                 subject_name=name, institution_en=name, file=name)  # fmt: skip
    Strict(page(made, lang))
    Strict(index_page([Row(name, name, {name: None}, "computed", 0)], about_of(), lang))


@pytest.mark.parametrize("name", ["a b", "$(x)", "-rf", "a;b", "甲\n乙", "a" * 130, ""])
def test_the_command_never_has_a_name_that_a_shell_would_read(name: str) -> None:
    text = read(shown(subject_name=name, file=name))
    assert "recompute REPORT.json --records" in text


def test_dates_that_no_calendar_has_are_told_in_seconds() -> None:
    data = report()
    data["result"]["period"] = {"name": "x", "start": -(2**53) + 1, "end": 2**53 - 1}
    assert f"Unix {2**53 - 2}" in read(shown(report=data))


# ------------------------------------------------------------------- every code has words


def test_every_code_of_a_report_has_words_in_both_languages() -> None:
    assert set(words.LABELS) == set(labels.LABELS)
    assert set(words.REASONS) == set(standing.REASONS)
    assert set(words.FINDINGS) == {*standing.FINDINGS, "value-refused"}
    assert set(words.EFFECTS) == {effect.value for effect in recognition.Effect}
    assert set(words.UNITS) == {*NUMBERS, "boolean"}
    assert set(words.MODES) == set(MODES)
    assert tuple(words.ROLES) == vocabulary.ROLES
    assert set(lacking.TYPES) == {*vocabulary.TEMPLATES, *LEARNING_TYPES}
    for names in (*words.LABELS.values(), *words.REASONS.values(), *words.FINDINGS.values()):
        assert re.search("[一-鿿]", names[0]) and names[1].isascii() and names[1]


@pytest.mark.parametrize("lang", LANGS)
def test_every_code_is_said_on_the_page(lang: str) -> None:
    place = LANGS.index(lang)
    data = report(
        labels=list(labels.LABELS),
        aside=[{"leaf": n, "reason": one} for n, one in enumerate(standing.REASONS)],
        findings=[{"code": one, "leaves": [7, 9]} for one in words.FINDINGS],
    )
    for effect, said in words.EFFECTS.items():
        text = read(shown(report=data, effect=effect), lang)
        assert said.state[place] in text
        told = (words.LABELS, words.REASONS, words.FINDINGS)
        for names in (names for table in told for names in table.values()):
            assert names[place] in text
        assert not [code for code in (*standing.REASONS, *words.FINDINGS) if "-" in code
                    and code in text]  # fmt: skip


def given_reasons() -> set[str]:
    """Every code that the evaluator's own source gives as a reason."""
    sources = "".join(one.read_text("utf-8") for one in Path(room.__path__[0]).glob("*.py"))
    found = re.findall(r'issing\((?:frozenset\(\{)?f?"([a-z-]+)[":]', sources)
    return set(found)


REASONS = {
    "no-field": "no-field:run-opened.enrolled",
    "no-records": "no-records:run-opened+slot-scheduled",
    "no-row": "no-row:mode",
    "indicator": "indicator:workload",
    "k-anonymity": "k-anonymity",
    "division-by-zero": "division-by-zero",
    "number-size": "number-size",
    "histogram-length": "histogram-length",
    "stated": "stated",
}


def test_every_reason_that_the_evaluator_can_give_is_looked_at() -> None:
    assert given_reasons() == set(REASONS)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("code", REASONS)
def test_why_a_figure_is_missing_is_told_in_words(code: str, place: int) -> None:
    why = lacking.why_missing(REASONS[code], {}, TITLES, place)
    assert code not in why.text and REASONS[code] not in why.text
    assert bool(re.search("[一-鿿]", why.text.replace("工作量", ""))) == (place == 0)
    assert bool(why.whom) == (code not in ("k-anonymity", "indicator", "division-by-zero"))


def test_reasons_of_the_shipped_rule_sets_name_types_and_fields_in_words() -> None:
    for rules in shipped().values():
        for kind, fields in rules["reads"].items():
            for name in fields:
                why = lacking.why_missing(f"no-field:{kind}.{name}", {}, {}, 0)
                assert kind not in why.text
                assert f"“{name}”" not in why.text, name


def test_who_can_supply_what_is_missing() -> None:
    made = shown(figure("workload", None, ("no-records:run-opened",)))
    assert "可补充者：教务处" in read(made)
    assert "supplied by the registrar" in read(made, "en")
    owned = dataclasses.replace(made, owners={"run-opened": "jwc"})
    assert "可补充者：归口系统 jwc" in read(owned)
    owners = {"session-delivered": "live", "session-delivered.attended": "door"}
    lacks = figure("workload", None, ("no-field:session-delivered.attended",))
    field = shown(lacks, owners=owners)
    assert "归口系统 door" in read(field) and "归口系统 live" not in read(field)
    zero = shown(figure("workload", None, ("division-by-zero",)))
    assert "教务处（开课记录、课表记录）；教学平台（上课记录）" in read(zero)


def test_a_missing_figure_leads_to_the_one_that_it_rests_on() -> None:
    made = shown(figure("held", "1"), figure("workload", None, ("indicator:held",)))
    assert Strict(page(made, "zh")).links == ["#i1"]


def test_a_substituted_value_is_said_to_be_one() -> None:
    text = read(shown(figure("workload", "3", ("k-anonymity",))))
    assert "真实数值缺失，规则规定按 3 计" in text


# ------------------------------------------------------------------- five others


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("own", "others", "may"), [("2", 4, False), ("2", 5, True),
                                                    (None, 4, False), (None, 5, True)])  # fmt: skip
def test_fewer_than_five_others_are_not_shown(
    own: str | None, others: int, may: bool, lang: str
) -> None:
    values = [Fraction(7 * n + 100, 3) for n in range(others)]
    mine = [] if own is None else [Fraction(own)]
    made = shown(figure("workload", own), others={"workload": Others((*mine, *values))})
    assert drawn(made, lang) == may
    text = read(made, lang)
    assert ("不足 5 人" in text or "Fewer than 5 others" in text) != may
    if not may:
        assert not any(decimal(one) in page(made, lang) for one in values)
        assert "中位数" not in text and "median" not in text


@pytest.mark.parametrize("others", [3, 4])
def test_few_who_all_have_the_same_are_not_told_either(others: int) -> None:
    same = Others((Fraction(77),) * (others + 1))
    assert "都是" not in read(shown(figure("workload", "77"), others={"workload": same}))


def test_ones_own_place_is_told_in_words() -> None:
    def told(own: str, *values: int, missing: int = 0) -> str:
        others = Others(tuple(map(Fraction, sorted(values))), missing)
        return read(shown(figure("not-held", own), others={"not-held": others}))

    assert "本人：没有人更低，与 20% 相同共 6 人，另有 2 人缺失" in told(
        "0", 0, 0, 1, 2, 3, 4, missing=2
    )
    assert "本人：高于 60% 的人，与 20% 相同共 6 人" in told("3", 0, 1, 2, 3, 3, 4)
    assert "本人：没有人更高共 6 人" in told("9", 0, 1, 2, 3, 4, 9)
    assert "中位数 2.5中间一半约 1.25 至 3.75" not in told("9", 0, 1, 2, 3, 4, 9)
    assert "中位数 2.5中间一半 1.25 至 3.75" in told("9", 0, 1, 2, 3, 4, 9)
    assert "7 人都是 0" in told("0", *[0] * 7)


@given(st.lists(st.fractions(), min_size=6, max_size=40).filter(lambda v: len(set(v)) > 1))
def test_bins_hold_everybody_once(values: list[Fraction]) -> None:
    ascending = sorted(values)
    told = bins(ascending)
    assert sum(told.counts) == len(values)
    assert 1 <= len(told.counts) <= 25
    assert told.start <= ascending[0] and ascending[-1] <= told.end
    for part, count in enumerate(told.counts):
        low, high = told.edges(part)
        last = part == len(told.counts) - 1
        assert count == sum(low <= one < high or (last and one == high) for one in values)
        assert all(told.part_of(one) == part for one in values if low < one < high)
    assert told.step.numerator in (1, 2, 5) or str(told.step.numerator).rstrip("0") in "125"


@given(st.lists(st.fractions(), min_size=6, max_size=9), st.sampled_from(LANGS))
def test_any_values_make_a_chart(values: list[Fraction], lang: str) -> None:
    others = {"workload": Others(tuple(sorted(values)))}
    Strict(page(shown(figure("workload", str(values[0])), others=others), lang))


def test_whole_numbers_have_a_bar_each() -> None:
    told = bins([Fraction(n) for n in (0, 0, 1, 3, 3, 4)])
    assert (told.whole, told.counts) == (True, (2, 1, 0, 2, 1))
    assert [told.part_of(Fraction(n)) for n in (0, 1, 4)] == [0, 1, 4]


def test_quantiles_and_places_are_exact() -> None:
    values = [Fraction(n, 3) for n in range(21)]
    assert quantile(values, Fraction(1, 2)) == Fraction(10, 3)
    assert quantile(values, Fraction(1, 3)) == Fraction(20, 9)
    assert place_of(values, Fraction(10, 3)) == (Fraction(10, 21), Fraction(1, 21))


# ------------------------------------------------------------------- numbers, lists


@pytest.mark.parametrize(
    ("value", "told"),
    [("1/3", "≈ 0.333"), ("2/3", "≈ 0.667"), ("363/50", "7.26"), ("-1/2", "−0.5"),
     ("12345", "12,345"), ("0", "0"), ("1/1000", "0.001"), ("1/64", "0.015625"),
     ("1/10000000", "≈ 1 × 10⁻⁷"), ("-1/3000", "≈ −3.333 × 10⁻⁴"), ("99999/100000", "0.99999"),
     ("10000000/9999999", "≈ 1"), (str(10**15 - 1), "999,999,999,999,999"),
     (str(10**15), "≈ 1 × 10¹⁵"), (str(10**40 - 1), "≈ 1 × 10⁴⁰")],
)  # fmt: skip
def test_numbers_are_exact_or_marked(value: str, told: str) -> None:
    assert decimal(Fraction(value)) == told


@given(st.fractions())
def test_a_number_without_mark_is_the_number(value: Fraction) -> None:
    told = decimal(value)
    if not told.startswith("≈"):
        assert Fraction(told.replace(",", "").replace("−", "-")) == value
    else:
        assert str(value) in read(shown(figure("workload", str(value)))) or len(str(value)) > 41


def test_very_long_fractions_stay_in_the_json() -> None:
    value = str(Fraction(2**900 + 1, 3**500))
    strict = Strict(page(shown(figure("workload", value)), "zh"))
    assert strict.exact == [value]
    assert value not in strict.text and f"精确值共 {len(value)} 个字符" in strict.text


@pytest.mark.parametrize(
    ("value", "told"),
    [("1055575/10000", "106"), ("1/3", "0.333"), ("1234", "1,230"), ("-7/2", "−3.5"), ("0", "0")],
)
def test_what_describes_many_has_three_digits(value: str, told: str) -> None:
    assert about(Fraction(value)) == told


@pytest.mark.parametrize(
    ("part", "told"),
    [("0", "0%"), ("1", "100%"), ("1/1000", "<1%"), ("999/1000", ">99%"), ("1/2", "50%")],
)
def test_nobody_and_everybody_are_never_rounded_to(part: str, told: str) -> None:
    assert percent(Fraction(part)) == told


def test_values_in_words() -> None:
    assert [value_text(True, 0), value_text(False, 1), value_text(None, 1)] == [
        "是",
        "no",
        "missing",
    ]
    text = read(shown(figure("workload", "2")), "en")
    assert "2 class hours" in text


def test_leaves_are_told_in_runs() -> None:
    assert leaf_list([1, 2, 3, 7, 9, 10], 0) == "#1–3、#7、#9–10"
    told = leaf_list(range(0, 200, 2), 1)
    assert told.endswith("#58, … and 70 more, see the JSON")


@pytest.mark.parametrize("lang", LANGS)
def test_a_million_inputs_make_no_large_page(lang: str) -> None:
    one = figure("workload", "1", inputs=0)
    one["inputs"] = list(range(0, 2_000_000, 2))
    many = [f"no-field:x.y{n}" for n in range(10_000)]
    data = report(
        one, figure("held", None, tuple(many)),
        aside=[{"leaf": 2 * n, "reason": "not-attested"} for n in range(100_000)],
        findings=[{"code": "source-disagrees", "leaves": [n, n + 9]} for n in range(100_000)]
        + [{"code": "chain-gap", "leaves": list(range(0, 100_000, 2))}],
    )  # fmt: skip
    text = page(shown(report=data), lang)
    assert len(text) < 40_000
    read_back = Strict(text).text
    for number in ("1,000,000", "999,970", "100,000", "99,985", "9988", "49,970"):
        assert number in read_back, number


# ------------------------------------------------------------------- what is said first, and last


@pytest.mark.parametrize("lang", LANGS)
def test_a_report_without_effect_says_so_first(lang: str) -> None:
    text = read(shown(figure("workload", "1"), report=report(figure("workload", "1"),
                labels=["retroactive"])), lang)  # fmt: skip
    place = LANGS.index(lang)
    state, label = words.EFFECTS["computed"].state[place], words.LABELS["retroactive"][place]
    assert -1 < text.find("t-1") < text.find(state) < text.find(label)
    assert text.find(label) < text.find(("课时", "class hours")[place])
    assert ("还需认定：教务处一人、教务处或院系一人" if place == 0 else
            "Still needed: one registrar, one registrar or department") in text  # fmt: skip


def test_colours_of_the_states() -> None:
    colours = {effect: said.colour for effect, said in words.EFFECTS.items()}
    assert colours == {
        "computed": "amber", "recognised": "green", "appealed": "amber", "superseded": "grey",
    }  # fmt: skip
    for effect, colour in colours.items():
        assert f'<div class="state {colour}">' in page(shown(effect=effect), "zh")
    assert "还需认定" not in read(shown(effect="recognised"))


@pytest.mark.parametrize(
    ("changed", "zh", "en"),
    [
        ({}, "从 0 号起逐一连号", "numbered from 0 without a gap"),
        ({"findings": [{"code": "chain-gap", "leaves": [2, 3]}]}, "有没有遗漏，无法证明",
         "cannot be proved"),
        ({"findings": [{"code": "record-erased", "leaves": [2]}]}, "有没有遗漏，无法证明",
         "cannot be proved"),
        ({"records": {"stream": "learning", "size": 9, "root": "", "count": None, "last": None}},
         "学习记录没有个人编号链", "cannot be proved"),
    ],
)  # fmt: skip
def test_how_far_it_can_be_checked(changed: dict[str, Any], zh: str, en: str) -> None:
    made = shown(report=report(**changed))
    assert zh in read(made) and en in read(made, "en")
    assert ("逐一连号" in read(made)) == (not changed)


def test_gaps_are_told_as_numbers_and_not_as_leaves() -> None:
    text = read(shown(report=report(findings=[{"code": "chain-gap", "leaves": [12, 15]}])))
    assert "应为第 12 号，实为第 15 号" in text and "#12" not in text


def test_the_life_of_a_report_is_told_in_order() -> None:
    steps = (
        Step(1_783_000_000, "算出报告", "the report was computed", True),
        Step(1_783_086_400, "甲 认定", "A recognised it", True),
        Step(None, "乙 申诉", "B appealed", False),
    )
    made = shown(steps=steps)
    text = read(made)
    assert (
        "2026-07-02 21:46 UTC+8算出报告2026-07-03 21:46 UTC+8甲 认定尚未锚定到链上乙 申诉" in text
    )
    assert page(made, "en").count('<li class="good">') == 2
    assert page(made, "en").count('<li class="bad">') == 1


def test_the_head_says_whose_when_and_by_what() -> None:
    data = report(rules={"leaf": 4, "approvals": [5, 6]})
    text = read(shown(report=data, file="t-1.json"))
    for told in ("渭北大学 Weibei University", "线上教学工作量", "2026-03-02 至 2026-06-30 UTC+8",
                 "online-workload@1", "abababababab…", "2 人批准", "本人名下 3 条",
                 "recompute t-1.json --records records.jsonl --trust trust.json"):  # fmt: skip
        assert told in text
    assert TERM.name not in text
    data["result"]["period"]["name"] = "2025-2026-2"
    assert "2025-2026-2 · 2026-03-02" in read(shown(report=data))


def test_an_english_page_is_english() -> None:
    made = shown(figure("workload", "1"), report=report(figure("workload", "1"),
                 labels=list(labels.LABELS)), institution="", institution_en="W")  # fmt: skip
    assert not re.search("[一-鿿，。：；]", read(made, "en"))
    chinese = Strict(page(made, "zh"))
    assert "Workload" in chinese.text and "Indicators" in chinese.text


# ------------------------------------------------------------------- the overview


def test_the_overview_counts_links_and_aligns() -> None:
    rows = [
        Row("甲", "a.html", {"workload": "5/2", "held": "1/3"}, "recognised", 0),
        Row("乙", "b.html", {"workload": "2", "held": None}, "computed", 3),
        Row("乙", "c.html", {"workload": "0", "held": "1"}, "computed", 0),
    ]
    hints = [("甲", "同一视频用于 3 次课。"), ("乙", "看一看。"), *[("丙", "…")] * 200]
    text = index_page(rows, about_of(hints=hints), "zh")
    strict = Strict(text)
    assert "已认定 1" in strict.text and "未认定 2" in strict.text and "3 份报告" in strict.text
    assert strict.links == ["./a.html", "./b.html", "./c.html", "./a.html"]
    assert ">2.5</td>" in text and ">2.0</td>" in text
    assert '<td class="n" title="1/3">≈ 0.333</td>' in text
    assert "同一视频用于 3 次课。" in strict.text and "另有 102 条" in strict.text
    assert "不是结论" in strict.text


def test_columns_beyond_a_dozen_are_counted() -> None:
    many = [{**WORKLOAD["indicators"][0], "id": f"one-{n}"} for n in range(20)]
    rows = [Row("甲", "a.html", {f"one-{n}": "1" for n in range(20)}, "computed", 0)]
    strict = Strict(index_page(rows, about_of(rules={**WORKLOAD, "indicators": many}), "zh"))
    assert strict.tags.count("th") == 12 + 3 + 1
    assert "另有 8 项指标" in strict.text


# ------------------------------------------------------------------- in a browser


def listen(tab: Page, asked: list[str], complaints: list[str]) -> None:
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda said: complaints.append(said.text))


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("lang", LANGS)
def test_a_browser_shows_it_without_asking_anybody(
    browser: Browser, reports: dict[str, list[dict[str, Any]]], tmp_path: Path, width: int,
    lang: str,
) -> None:  # fmt: skip
    """No script, no request, no complaint, nothing wider than the screen; and it prints."""
    one = reports["teaching-integrity"][0]
    made = Shown("渭北大学", "Weibei University", one, shipped()["teaching-integrity"], "t-0000",
                 of_all(reports["teaching-integrity"]), {}, (), "computed")  # fmt: skip
    rows = [Row("t-0000", "t-0000.html", {}, "computed", 0)] * 3
    for name, text in (("a", page(made, lang)), ("b", index_page(rows, about_of(), lang))):
        file = tmp_path / f"{name}.html"
        file.write_text(text, "utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=False
        )
        tab = context.new_page()
        asked: list[str] = []
        complaints: list[str] = []
        listen(tab, asked, complaints)
        tab.goto(file.as_uri())
        boxes = tab.locator("h1, section, figure, .state, pre, .timeline, .wide")
        for place in range(boxes.count()):
            box = boxes.nth(place).bounding_box()
            assert box is None or box["x"] + box["width"] <= width + 0.5
        assert asked == [file.as_uri()] and complaints == []
        if width == 1280:
            assert tab.pdf(prefer_css_page_size=True).startswith(b"%PDF")
        context.close()
