"""Tables in the guides say what the source says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.metrics import Metrics
from api.tokens import SCOPES
from api.xapi.description import paths
from ledger.core import messages_audit
from ledger.core.verdict import CODES, DECIDING
from ledger.errors import BadEvidence, CouldNotLook, NotAllowed, UnknownNumber, WrongUse
from ledger.office.council import PROPOSAL_DAYS
from ledger.office.roster_columns import HEADINGS, TEMPLATES
from ledger.office.status import REASONS
from ledger.office.trust import DEFAULT_STATUS_AGE
from scripts.error_codes import registered, sources
from scripts.setup.system import FONT_FILES
from tests.docs.reading import DOCS, GUIDES, README, ROOT, guide, name_of, read

VARIABLE = re.compile(r"\bXUEZHENG_[A-Z_]+\b")


def cells(text: str, heading: str) -> list[str]:
    """First cells of the table under the given heading row, without back quotes."""
    _, _, below = text.partition(heading)
    rows = []
    for line in below.splitlines()[2:]:
        if not line.startswith("|"):
            break
        rows.append(line.split("|")[1].strip(" `"))
    return rows


def test_environment_variables() -> None:
    used = {name for path in sources() for name in VARIABLE.findall(path.read_text("utf-8"))}
    operator = guide("operator")
    assert set(cells(operator, "| 变量 | |")) == used
    assert {name for page in GUIDES for name in VARIABLE.findall(read(page))} == used


def test_audit_findings() -> None:
    codes = set(re.findall(r'"(audit-[a-z-]+)": \(', read_source(messages_audit.__file__)))
    assert codes <= set(registered())
    assert set(cells(guide("auditor"), "| 代码 | 意思 | 通常是 |")) | {"audit-state"} == codes


def read_source(path: str | None) -> str:
    assert path
    with open(path, encoding="utf-8") as file:
        return file.read()


def test_reasons() -> None:
    assert cells(guide("registrar"), "| 理由 | 用于 |") == list(REASONS)


def test_roster_columns() -> None:
    registrar = guide("registrar")
    assert set(cells(registrar, "| 列 | 列名 | `degree` | `course`、`micro` |")) == set(HEADINGS)
    for column, heading in HEADINGS.items():
        assert f"| `{column}` | {heading} |" in registrar
    assert all(f"`{name}`" in registrar for name in TEMPLATES)


def test_codes_named_in_the_guides_exist() -> None:
    known = set(registered()) | set(REASONS) | set(FONT_FILES)
    for page in (README, *GUIDES):
        for code in re.findall(r"（`([a-z]+(?:-[a-z]+)+)`）", read(page)):
            assert code in known, f"{name_of(page)}: {code}"


def test_scopes() -> None:
    operator = guide("operator")
    for scope in re.findall(r"\| `([a-z/]+)` \|", operator):
        assert scope in SCOPES
    for scope in re.findall(r"--scope ([a-z/,]+)", operator):
        assert set(scope.split(",")) <= SCOPES


def test_figures() -> None:
    metrics = Metrics()
    metrics.anchored(1)
    metrics.anchor_failed("node-unreachable")
    names = set(re.findall(r"`(xuezheng_[a-z_]+)`", guide("operator")))
    families = list(metrics._registry.collect())
    known = {sample.name for family in families for sample in family.samples}
    known |= {family.name for family in families}
    assert names and names <= known


def test_public_addresses() -> None:
    """Every address in the operator's table is one of the app's, and the other way round."""
    routes = set()
    for path in (ROOT / "api" / "http").glob("*.py"):
        routes |= set(re.findall(r'@(?:routes|app)\.\w+\(\s*"(/[^"]*)"', path.read_text("utf-8")))
    routes |= set(paths())
    assert len(routes) > 20
    table = guide("operator").partition("| 地址 | 令牌 |")[2].partition("\n\n")[0]
    named = {one.rstrip("…") for one in re.findall(r"`(?:GET |POST )?(/[^`]*)`", table)}
    named -= {"/openapi.json"}  # FastAPI's own
    for route in routes:
        assert any(route == one or (one.endswith("/") and route.startswith(one)) for one in named)
    for one in named:
        assert any(route == one or route.startswith(one) for route in routes), one


def test_numbers() -> None:
    assert f"{PROPOSAL_DAYS} 天过期" in guide("operator")
    assert f"超过 {DEFAULT_STATUS_AGE // 86_400} 天" in guide("employer")
    assert all(package in guide("operator") for package in FONT_FILES)


def test_exit_codes() -> None:
    causes = (BadEvidence, CouldNotLook, NotAllowed, UnknownNumber, WrongUse)
    assert [cause.exit_code for cause in causes] == [1, 2, 3, 4, 64]
    line = next(line for line in guide("operator").splitlines() if line.startswith("0 完成"))
    assert re.findall(r"(?:^|；)(\d+) ", line) == ["0", "1", "2", "3", "4", "64"]


def test_checks_of_a_verdict() -> None:
    page = read(DOCS / "spec" / "verdict.md")
    assert cells(page, "| check | passes when | otherwise |") and all(
        f"| `{code}` |" in page for code in CODES
    )
    row = next(line for line in read(README).splitlines() if line.startswith("| 有效 valid"))
    assert all(re.search(rf"\b{code}\b", row) for code in DECIDING)


@pytest.mark.parametrize("page", GUIDES, ids=name_of)
def test_chinese_first_then_english(page: Path) -> None:
    text = read(page)
    chinese, rule, english = text.partition("\n---\n\n# English\n")
    assert rule and re.search(r"[\u4e00-\u9fff]", chinese) and len(english) > 800
