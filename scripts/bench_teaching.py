"""Evaluation of teaching: how well irregularities are found, and how long a school takes.

``python -m scripts.bench_teaching [--seeds N …] [--teachers N] [--runs N] [--out FILE]`` prints
precision and recall by kind and writes them with the machine as JSON. The rows of `scripts.bench`
are these and the timings.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ledger.core.evaluation.evaluate import Evaluator, Period, result_hash
from ledger.core.evaluation.hints import hints
from scripts.bench_rows import Aim, Row, Spent, Tell, this_machine
from scripts.bench_teaching_command import command_rows
from scripts.bench_teaching_scores import (
    RULE_SET,
    Made,
    Record,
    Score,
    added,
    by_subject,
    extra_scores,
    hint_scores,
    made,
    rule_scores,
    shipped,
)
from scripts.teaching_calendar import DAY, NAME, week_begins
from scripts.teaching_irregular import Rates
from scripts.teaching_school import SEED, Size

OUT = Path("build/bench-teaching.json")
RULE_SETS = ("online-workload", "open-course-quality", RULE_SET)
EVALUATED_AIM = Aim(high=20)
HINTED_AIM = Aim(high=5)
FOUND_AIM = Aim(low=95)
_TERM = 30 * 7 * DAY
"""Seconds from one copy of a term to the next, so that they do not meet."""
_IDS = ("run", "course", "session", "object", "sha2", "statement")
_TIMES = ("at", "starts", "ends", "asked", "answered")


@dataclass(frozen=True)
class Load:
    """`seeds`: the terms that are scored, of `size` each. `records`: as many are evaluated, by
    taking the first term again and again under other names and later, for the same teachers."""

    seeds: tuple[int, ...] = (SEED, 1, 2, 3, 4)
    size: Size = field(default_factory=Size)
    records: int = 1_000_000


FULL = Load()
SMALL = Load(seeds=(SEED,), size=Size(40, 120, 16), records=50_000)


def teaching_rows(tell: Tell, load: Load) -> list[Row]:
    """All figures: what is found, then how long it takes."""
    scored = scores(tell, load)
    rows = [_row(one, len(load.seeds)) for one in scored if one.planted]
    first = made(replace(load.size, seed=load.seeds[0]), Rates())
    timed = timing_rows(tell, first, load.records)
    return [*rows, *timed, *command_rows(tell, load.size, load.records)]


def scores(tell: Tell, load: Load) -> list[Score]:
    """Of all seeds together: hints, rule set, and what is planted besides."""
    found = []
    for seed in load.seeds:
        size = replace(load.size, seed=seed)
        tell(f"teaching: a term of {size.teachers} teachers, seed {seed}")
        one = made(size, Rates())
        found += [*hint_scores(one), *rule_scores(one), *extra_scores(size)]
    return added(found)


def _row(one: Score, terms: int) -> Row:
    precision = "nothing told" if one.precision is None else f"precision {one.precision:.1f} %"
    method = (
        f"{terms} generated term(s): {one.found} of {one.planted} planted found, "
        f"{one.right} of {one.told} told right; {precision}"
    )
    value = round(one.recall or 0.0, 1)
    return Row(f"Found by {one.look}, {one.kind}", value, "%", method, FOUND_AIM)


# ------------------------------------------------------------------- how long


def timing_rows(tell: Tell, first: Made, wanted: int) -> list[Row]:
    """One pass each, on one core; making the records is not counted."""
    records = list(_copies(first.records, wanted))
    subjects = by_subject(records)
    whole = Period(NAME, week_begins(-20), week_begins(20) + _TERM * (wanted // 1_000 + 2))
    count = f"{len(records):,} records"
    rows = []
    for name in RULE_SETS:
        tell(f"teaching: {name}, {count}")
        rules = shipped(name)
        read = sum(record["type"] in rules.reads for record in records)
        ready, spent = Evaluator(rules), Spent()
        with spent.run():
            for subject, mine in subjects.items():
                result_hash(ready.evaluate(mine, subject, whole))
        method = (
            f"{len(subjects)} teachers, {len(rules.indicators)} figures each, {read:,} of the "
            "records are read and hashed; input roots and result hashes included"
        )
        rows.append(spent.seconds(f"Evaluate {name}, {count}", method, EVALUATED_AIM))
    tell(f"teaching: hints, {count}")
    spent = Spent()
    with spent.run():
        found = hints(records)
    rows.append(spent.seconds(f"Hints, {count}", f"{len(found):,} hints", HINTED_AIM))
    return rows


def _copies(records: Sequence[Record], wanted: int) -> Iterator[Record]:
    """As many records or a few more: whole terms, one after the other."""
    for copy in range(-(-wanted // len(records))):
        for record in records:
            changed = {name: f"{record[name]}-{copy}" for name in _IDS if name in record}
            moved = {name: record[name] + copy * _TERM for name in _TIMES if name in record}
            yield {**record, **changed, **moved, "leaf": record["leaf"] + copy * len(records)}


# ------------------------------------------------------------------- the command


def table(scored: Sequence[Score]) -> Table:
    """The scores for people."""
    shown = Table(title="What is found / 识别效果")
    shown.add_column("look")
    shown.add_column("kind")
    for heading in ("planted", "found", "told", "right", "precision %", "recall %"):
        shown.add_column(heading, justify="right")
    for one in scored:
        parts = (one.precision, one.recall)
        figures = ["" if part is None else f"{part:.1f}" for part in parts]
        shown.add_row(
            one.look, one.kind, *map(str, (one.planted, one.found, one.told, one.right)), *figures
        )
    return shown


def report(scored: Sequence[Score], load: Load) -> dict[str, Any]:
    """The content of `bench-teaching.json`."""
    return {
        "machine": this_machine().to_json(),
        "seeds": list(load.seeds),
        "size": {name: value for name, value in asdict(load.size).items() if name != "seed"},
        "rates": asdict(Rates()),
        "scores": [one.to_json() for one in scored],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts.bench_teaching", description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=FULL.seeds, metavar="N")
    parser.add_argument("--teachers", type=int, default=FULL.size.teachers, metavar="N")
    parser.add_argument("--runs", type=int, default=FULL.size.runs, metavar="N")
    parser.add_argument("--out", type=Path, default=OUT)
    chosen = parser.parse_args(arguments)
    load = replace(
        FULL, seeds=tuple(chosen.seeds), size=Size(chosen.teachers, chosen.runs, FULL.size.weeks)
    )
    scored = scores(lambda text: print(text, file=sys.stderr, flush=True), load)
    Console(width=120).print(table(scored))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report(scored, load), ensure_ascii=False, indent=2)
    chosen.out.write_text(text + "\n", encoding="utf-8")
    print(chosen.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
