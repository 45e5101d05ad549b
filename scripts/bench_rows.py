"""What a benchmark says: rows of figures, each with how it was measured, and the machine."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scripts.setup.system import postgres_folder

Tell = Callable[[str], None]
"""Progress for people, a sentence at a time."""

PACKAGES = (
    "cryptography", "cbor2", "rfc8785", "sqlalchemy", "psycopg", "uvicorn", "uvloop", "httptools",
    "typst", "qrcode", "pymerkle",
)  # fmt: skip


@dataclass(frozen=True)
class Aim:
    """The range that a figure should lie in, both ends included."""

    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.low is not None and self.high is not None:
            return f"{self.low:,.0f} to {self.high:,.0f}"
        return f"≥ {self.low:,.0f}" if self.low is not None else f"≤ {self.high:,.0f}"

    def met(self, value: float) -> bool:
        """Whether the figure lies in the range."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class Row:
    """One figure. `value` counts time on the clock; `cpu` is the same counting only the CPU time of
    this process, which other work on the machine disturbs less. Without a value `method` says why.
    """

    name: str
    value: float | None
    unit: str
    method: str
    aim: Aim | None = None
    cpu: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The row of `bench.json`."""
        met = self.aim.met(self.value) if self.aim and self.value is not None else None
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "cpu": _rounded(self.cpu),
            "unit": self.unit,
            "aim": str(self.aim) if self.aim else None,
            "met": met,
            "method": self.method,
        }


def _rounded(value: float | None) -> float | None:
    if value is None:
        return None
    return round(value) if abs(value) >= 1_000 else round(value, 3)


@dataclass
class Spent:
    """Seconds on the clock and of CPU, run by run."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @contextmanager
    def run(self) -> Iterator[None]:
        """Times the block."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)

    def rate(self, name: str, count: int, method: str, aim: Aim | None = None) -> Row:
        """A row of `count` things a second, by the median run."""
        wall, cpu = (count / statistics.median(times) for times in (self.wall, self.cpu))
        return Row(name, wall, "/s", method, aim, cpu)

    def total_rate(self, name: str, count: int, method: str, aim: Aim | None = None) -> Row:
        """A row of things a second over all runs together, `count` in all."""
        wall, cpu = sum(self.wall), sum(self.cpu)
        return Row(name, count / wall, "/s", method, aim, count / cpu)

    def seconds(self, name: str, method: str, aim: Aim | None = None) -> Row:
        """A row of seconds, the median run."""
        wall, cpu = statistics.median(self.wall), statistics.median(self.cpu)
        return Row(name, wall, "s", method, aim, cpu)


def timed(action: Callable[[], object], repeats: int) -> Spent:
    """The action run `repeats` times."""
    spent = Spent()
    for _ in range(repeats):
        with spent.run():
            action()
    return spent


@dataclass(frozen=True)
class Machine:
    """Where and with what the figures were taken; `load` are the averages before the start."""

    date: str
    system: str
    cpu: str
    cores: int
    memory_gib: float
    load: tuple[float, ...]
    python: str
    sqlite: str
    packages: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """For `bench.json`."""
        return asdict(self)


def this_machine() -> Machine:
    """The machine that runs this."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        system=platform.platform(),
        cpu=_cpu_model(Path("/proc/cpuinfo")),
        cores=os.cpu_count() or 1,
        memory_gib=round(pages / 2**30, 1),
        load=tuple(round(one, 2) for one in os.getloadavg()),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        packages={**{name: version(name) for name in PACKAGES}, **_postgres()},
    )


def _postgres() -> dict[str, str]:
    folder = postgres_folder()
    if folder is None:
        return {}
    told = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return {"PostgreSQL": told.stdout.split()[2]}


def _cpu_model(listed: Path) -> str:
    if listed.exists():
        for line in listed.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
