"""Every requirement of the Experience API has a test or a reason, and the page says so."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from scripts import xapi_requirements
from scripts.xapi_requirements import PAGE, areas, holders, page


def known() -> Counter[str]:
    return Counter(one for sentences, _ in areas().values() for one in sentences)


def reasons() -> dict[str, str]:
    return {one: why for _, reasons in areas().values() for one, why in reasons.items()}


def test_page_is_made_from_the_source() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m scripts.xapi_requirements"


def test_every_requirement_has_a_test_or_a_reason() -> None:
    assert set(known()) - set(holders()) - set(reasons()) == set()


def test_a_reason_is_given_only_where_there_is_no_test() -> None:
    assert set(reasons()) & set(holders()) == set()
    assert set(reasons()) <= set(known())
    assert all(len(why) > 10 for why in reasons().values())


def test_no_test_names_a_requirement_that_does_not_exist() -> None:
    assert {one: [test.name for test in tests] for one, tests in holders().items()
            if one not in known()} == {}  # fmt: skip


def test_an_id_stands_once() -> None:
    assert [one for one, count in known().items() if count > 1] == []


def test_sentences_are_sentences() -> None:
    for sentences, _ in areas().values():
        assert [one for one, text in sentences.items() if len(text) < 8 or "\n" in text] == []


def test_markers_are_found_wherever_they_stand(tmp_path: Path) -> None:
    source = tmp_path / "test_a.py"
    source.write_text(
        "CASES = [pytest.param(1, marks=pytest.mark.requirement('A'))]\n"
        "@pytest.mark.requirement('B', 'C')\n"
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=[pytest.mark.requirement('D')])])\n"
        "def test_one(x): ...\n"
        "@pytest.mark.requirement('E')\n"
        "class TestTwo:\n"
        "    def test_two(self): self.requirement('F')\n"
    )
    tests = list(xapi_requirements._marked(source, ast.parse(source.read_text())))
    assert [(test.name, test.ids) for test in tests] == [
        ("", ("A",)),
        ("test_one", ("B", "C", "D")),
        ("test_two", ("E",)),
    ]
