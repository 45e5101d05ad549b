"""Writes `docs/spec/xapi-requirements.md`: `python -m scripts.xapi_requirements`.

Every requirement of the standard that concerns a Learning Record Store, in a sentence, with the
tests that hold it. The sentences are the dictionaries of `tests/xapi/requirements/`, the tests say
by a marker what they hold; both are read from the source, nothing runs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
AREAS = TESTS / "xapi" / "requirements"
PAGE = ROOT / "docs" / "spec" / "xapi-requirements.md"
HEADINGS = {
    "data": "数据 / Data: what a statement may be",
    "semantics": "意义 / Semantics: signatures, attachments as sent, comparison, languages",
    "communication": "通信 / Communication: requests, statements, attachments, versions",
    "resources": "资源 / Resources: documents, activities, agents, about",
}


@dataclass(frozen=True)
class Test:
    """A test (or, with an empty name, a table of cases at the top of a file) and what it holds."""

    __test__ = False

    path: Path
    name: str
    ids: tuple[str, ...]


@cache
def areas() -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """Area → (id → sentence, id → why no test of ours can hold it)."""
    found = {}
    for path in sorted(AREAS.glob("*.py")):
        if path.name != "__init__.py":
            tables = _tables(path)
            found[path.stem] = (tables.get("REQUIREMENTS", {}), tables.get("UNTESTED", {}))
    return found


def _tables(path: Path) -> dict[str, dict[str, str]]:
    """Upper-case names of a module and the literal dictionaries that they are given."""
    found = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if isinstance(target, ast.Name) and target.id in ("REQUIREMENTS", "UNTESTED"):
            assert isinstance(node.value, ast.Dict), f"{path}: {target.id} is no plain dictionary"
            keys = [ast.literal_eval(key) for key in node.value.keys if key is not None]
            assert len(set(keys)) == len(keys), f"{path}: an id stands twice in {target.id}"
            found[target.id] = ast.literal_eval(node.value)
    return found


@cache
def marked() -> tuple[Test, ...]:
    """Every test with a requirement marker, by file and place."""
    return tuple(
        test
        for path in sorted(TESTS.rglob("test_*.py"))
        if "requirement" in (text := path.read_text("utf-8"))
        for test in _marked(path, ast.parse(text))
    )


def _marked(path: Path, tree: ast.Module) -> Iterator[Test]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield from _one(path, inner.name, [*node.decorator_list, *inner.decorator_list])
        elif isinstance(node, ast.FunctionDef):
            yield from _one(path, node.name, node.decorator_list)
        else:
            yield from _one(path, "", [node])


def _one(path: Path, name: str, places: list[ast.expr] | list[ast.stmt]) -> Iterator[Test]:
    ids = tuple(dict.fromkeys(one for place in places for one in _ids(place)))
    if ids:
        yield Test(path, name, ids)


def _ids(place: ast.AST) -> Iterator[str]:
    """Ids in the calls of `….mark.requirement(…)` anywhere below."""
    for node in ast.walk(place):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            holder = node.func.value
            of_pytest = isinstance(holder, ast.Attribute) and holder.attr == "mark"
            if of_pytest and node.func.attr == "requirement":
                yield from (
                    one.value
                    for one in node.args
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )


def holders() -> dict[str, list[Test]]:
    """Id → the tests that hold it."""
    found: dict[str, list[Test]] = {}
    for test in marked():
        for one in test.ids:
            found.setdefault(one, []).append(test)
    return found


def page() -> str:
    """The whole page."""
    tests = holders()
    parts = [INTRODUCTION.format(summary=_summary(tests))]
    for area, (sentences, reasons) in areas().items():
        rows = ["| id | requirement | held by |", "|---|---|---|"]
        for one in sorted(sentences, key=_order):
            held = _links(tests.get(one, [])) or f"*{reasons.get(one, 'nothing')}*"
            rows.append(f"| {one} | {_cell(sentences[one])} | {_cell(held)} |")
        parts.append(f"## {HEADINGS.get(area, area.capitalize())}\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _summary(tests: dict[str, list[Test]]) -> str:
    rows = ["| area | requirements | held by a test | not testable here |", "|---|---:|---:|---:|"]
    for area, (sentences, reasons) in areas().items():
        held = sum(one in tests for one in sentences)
        rows.append(f"| {area} | {len(sentences)} | {held} | {len(reasons)} |")
    return "\n".join(rows)


def _order(one: str) -> tuple[bool, list[tuple[int, str]]]:
    """Numbers inside an id count as numbers; the ids of 1.0.3 come first."""
    words = re.findall(r"\d+|\D+", one)
    parts = [(int(word), "") if word.isdigit() else (-1, word) for word in words]
    return not one.startswith("XAPI-"), parts


def _links(tests: list[Test]) -> str:
    """One link for each file, with the names of its tests."""
    return "; ".join(
        f"[{path.stem}](../../{path.relative_to(ROOT)})"
        + "".join(f" `{name}`" for test in group if (name := test.name.removeprefix("test_")))
        for path, group in groupby(tests, key=lambda test: test.path)
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


INTRODUCTION = """# Requirements of the Experience API, and what holds each

Version 1. Made by `python -m scripts.xapi_requirements` from `tests/xapi/requirements/` and the
markers of the tests; a test holds the page to both, and every requirement to a test or a reason.

`XAPI-…` are the requirements of xAPI 1.0.3 by the numbers that its test suite gives them. Those
that only version 2.0 (IEEE 9274.1.1) knows stand under `2.0` and the number of its clause. The
sentences are ours; the standard's own words decide.

How the store answers each of them stands in [xapi.md](xapi.md).

{summary}

## Example
A test says by a marker what it holds; the page then leads to it:
```python
@pytest.mark.requirement("XAPI-00001")
def test_a_name() -> None: ...
```
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
