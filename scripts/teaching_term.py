"""A school's term of teaching, made: `python -m scripts.teaching_term --out DIR`.

  statements.jsonl    xAPI 2.0 statements that claim the teaching profile, one a line, in the order
                      in which their sources would send them
  irregularities.json every irregularity planted in them: kind, teacher, ids of its statements
  term.svg            the term in one drawing

200 teachers, 600 course runs, 16 weeks unless told otherwise. The same options give the same
files, to the byte; there is no clock and no network in it. No person in it exists.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path

from scripts.teaching_calendar import (
    FIRST,
    HOLIDAYS,
    NAME,
    PERIODS,
    ZONE,
    first_without,
    teaching_days,
    unix,
    week_of,
)
from scripts.teaching_facts import SOURCES, Fact, facts_of_run
from scripts.teaching_irregular import KINDS, Key, Label, Planter, Rates
from scripts.teaching_people import facts_of_school
from scripts.teaching_picture import Summary, svg
from scripts.teaching_school import BadSize, Run, School, Size, school
from scripts.teaching_sessions import Session, sessions
from scripts.teaching_statements import account, statement, statement_id, teacher_name

STATEMENTS, LABELS, PICTURE = "statements.jsonl", "irregularities.json", "term.svg"
EVERY = 10_000
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Term:
    """`facts`: in the order in which they are sent."""

    school: School
    facts: tuple[Fact, ...]
    labels: tuple[Label, ...]

    @property
    def seed(self) -> int:
        return self.school.size.seed

    def lines(self) -> Iterator[bytes]:
        """Each statement as a line of JSON."""
        for fact in self.facts:
            made = statement(fact, self.seed)
            yield json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def term(size: Size, rates: Rates) -> Term:
    """The whole term with what is planted in it."""
    made = school(size)
    of_runs = _sessions(made)
    found: dict[Key, Fact] = {}
    for run in made.runs:
        for fact in facts_of_run(run, of_runs[run.number], size):
            found[fact.type, fact.key] = fact
    held: dict[int, list[Session]] = defaultdict(list)
    for run in made.runs:
        held[run.teacher.number] += [one for one in of_runs[run.number] if one.took_place]
    for fact in facts_of_school(made, held):
        found[fact.type, fact.key] = fact
    labels = Planter(made, found).plant(rates)
    order = {source: place for place, source in enumerate(SOURCES)}
    sent = sorted(found.values(), key=lambda one: (one.sent, order[one.source], one.type, one.key))
    return Term(made, tuple(sent), tuple(labels))


def _sessions(made: School) -> dict[int, list[Session]]:
    """Those of every run, by its number."""
    days = list(teaching_days(made.size.weeks))
    runs: dict[int, list[Run]] = defaultdict(list)
    for run in made.runs:
        runs[run.teacher.number].append(run)
    found: dict[int, list[Session]] = {}
    for mine in runs.values():
        found |= sessions(mine, days, made.size)
    return found


# ------------------------------------------------------------------- what is written


def write(made: Term, rates: Rates, out: Path, tell: Tell) -> None:
    """All three files. `tell` hears how far it is."""
    out.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with (out / STATEMENTS).open("wb") as file:
        for number, line in enumerate(made.lines(), 1):
            file.write(line)
            digest.update(line)
            if number % EVERY == 0:
                tell(f"{number:,} / {len(made.facts):,}")
    labels = labels_json(made, rates, digest.hexdigest())
    (out / LABELS).write_text(json.dumps(labels, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (out / PICTURE).write_text(svg(summary(made)), "utf-8")


def labels_json(made: Term, rates: Rates, digest: str) -> dict[str, object]:
    """The list of what is planted, with everything that made the term. `digest`: SHA-256 of the
    file of statements, so that a list is not held against another term."""
    return {
        "term": NAME,
        **asdict(made.school.size),
        "rates": asdict(rates),
        "statements": len(made.facts),
        "sha256": digest,
        "kinds": {kind: {"name": name, "means": means} for kind, (name, means) in KINDS.items()},
        "irregularities": [
            {
                "kind": label.kind,
                "subject": account(teacher_name(label.teacher)),
                "week": label.week,
                "statements": [statement_id(*key, made.seed) for key in label.facts],
            }
            for label in made.labels
        ],
    }


def summary(made: Term) -> Summary:
    """What the drawing shows."""
    size = made.school.size
    held = [fact for fact in made.facts if fact.type == "session-delivered"]
    weeks = [[one for one in held if week_of(one.at) == week + 1] for week in range(size.weeks)]
    planted: dict[str, list[int]] = defaultdict(list)
    for label in made.labels:
        planted[label.kind].append(label.week)
    last = FIRST + timedelta(days=7 * size.weeks - 1)
    return Summary(
        f"一个学期的教学 A term of teaching {NAME}",
        f"教师 teachers {size.teachers}　教学班 course runs {size.runs}　"
        f"周 weeks {size.weeks}　记录 records {len(made.facts):,}　种子 seed {size.seed}",
        [Counter(str(one.fields["mode"]) for one in week) for week in weeks],
        [_attendance(week) for week in weeks],
        [
            (week_of(unix(first_without(begin, end), PERIODS[0])), name)
            for name, (begin, end) in HOLIDAYS.items()
            if begin <= last
        ],
        _rhythm(made.facts),
        [clock.strftime("%H:%M") for clock in PERIODS],
        [run.enrolled for run in made.school.runs],
        [(name, planted[kind]) for kind, (name, _) in KINDS.items()],
    )


def _attendance(week: Sequence[Fact]) -> float | None:
    """Those who came for each hundred enrolled."""
    came = sum(one.fields["attended"] for one in week if type(one.fields["attended"]) is int)
    enrolled = sum(one.run.enrolled for one in week if one.run is not None)
    return 100 * came / enrolled if enrolled else None


def _rhythm(facts: Sequence[Fact]) -> list[list[int]]:
    """How many sessions the timetable has on each weekday in each double period."""
    rhythm = [[0] * len(PERIODS) for _ in range(5)]
    for one in facts:
        starts = one.fields.get("starts")
        if one.type == "slot-scheduled" and isinstance(starts, int):
            moment = datetime.fromtimestamp(starts, ZONE)
            if moment.weekday() < len(rhythm):
                rhythm[moment.weekday()][PERIODS.index(moment.time())] += 1
    return rhythm


# ------------------------------------------------------------------- the command


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes a term; 2 where the options are wrong."""
    chosen = _parser().parse_args(arguments)
    rates = Rates(**{field.name: getattr(chosen, field.name) for field in fields(Rates)})
    try:
        size = Size(chosen.teachers, chosen.runs, chosen.weeks, chosen.seed)
    except BadSize as error:
        print(error, file=sys.stderr)
        return 2
    made = term(size, rates)
    records, found = f"{len(made.facts):,}", len(made.labels)
    print(
        f"{records} 条记录，{found} 处异常 / {records} records, {found} irregularities", flush=True
    )
    write(made, rates, chosen.out, lambda text: print(text, flush=True))
    for name in (STATEMENTS, LABELS, PICTURE):
        print(f"{chosen.out / name}  {(chosen.out / name).stat().st_size:,} B")
    return 0


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m scripts.teaching_term", description=__doc__, formatter_class=raw
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    for field in fields(Size):
        parser.add_argument(f"--{field.name}", type=int, default=field.default, metavar="N",
                            help=f"({field.default})")  # fmt: skip
    for field in fields(Rates):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=_rate, default=field.default,
                            metavar="RATE", help=f"0 … 1 ({field.default})")  # fmt: skip
    return parser


def _rate(text: str) -> float:
    """0 to 1, both included."""
    rate = float(text)
    if not 0 <= rate <= 1:
        raise argparse.ArgumentTypeError("0 … 1")
    return rate


if __name__ == "__main__":
    sys.exit(main())
