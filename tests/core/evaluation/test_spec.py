"""`docs/spec/rules.md` is true: its example, its vocabulary, its kinds, its codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ledger.core.canonical import canonical_json
from ledger.core.evaluation import messages, rules
from ledger.core.evaluation.evaluate import Period, evaluate, result_bytes, result_hash
from ledger.core.evaluation.nodes import MAX_DEPTH
from ledger.core.evaluation.numbers import MODES, NUMBERS
from ledger.core.evaluation.rules import check_rules
from ledger.core.evaluation.vocabulary import OPERATORS
from ledger.errors import registered
from tests.reference_rules import result_of

PAGE = (Path(__file__).parents[3] / "docs" / "spec" / "rules.md").read_text("utf-8")


def _example(name: str) -> Any:
    found = re.search(rf"^```json {name}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found, name
    return json.loads(found[1])


def test_worked_example() -> None:
    data, records, wanted = _example("rules"), _example("records"), _example("result")
    subject, period = wanted["subject"], Period(**wanted["period"])
    result = evaluate(check_rules(data), records, subject, period)
    assert result_bytes(result) == canonical_json(wanted)
    assert f"```text hash\n{result_hash(result).hex()}\n```" in PAGE
    again = result_of(data, records, subject, period.name, period.start, period.end)
    assert again == canonical_json(wanted)


def test_every_operator_stands_in_a_table_and_no_other() -> None:
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith('| `["')]
    written = [name for row in rows for name in re.findall(r'\["([a-z-]+)"', row)]
    assert sorted(written) == sorted(OPERATORS)


def test_kinds_modes_periods_and_bounds() -> None:
    (units,) = re.findall(r"^\| units (.*?) \|", PAGE, re.MULTILINE)
    assert sorted(re.findall(r"`([a-z-]+)`", units)) == sorted(NUMBERS)
    assert all(f"`{mode}`" in PAGE for mode in MODES)
    assert "what periods it is for: " + ", ".join(f"`{one}`" for one in rules.PERIODS) in PAGE
    assert f"nested at most {MAX_DEPTH} deep" in PAGE
    assert f"at most {rules.MAX_VALUES:,} values, nested at most {rules.MAX_NESTING} deep" in PAGE
    assert f"at most\n{rules.MAX_COST:,}" in PAGE


def test_every_code_is_named() -> None:
    codes = {code for code in registered() if code.startswith(("rules-", "result-"))}
    source = Path(messages.__file__).read_text("utf-8")
    ours = {code for code in codes if f'"{code}"' in source}
    assert len(ours) > 20
    assert ours <= set(re.findall(r"`(r(?:ules|esult)-[a-z-]+)`", PAGE))
