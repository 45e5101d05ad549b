"""Ports that fail on purpose: each call in one of four worlds, or as a crash between steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ledger.errors import CouldNotLook

WORLDS = ("lost", "applied-lost", "crash", "applied-crash")
"""Not applied or applied, each reported as a failure or not at all (the process died)."""


class Crash(BaseException):
    """The process dies here: nothing catches it."""


class Faulty:
    """A port around another; `plan[method]` holds what happens to the next calls of a method.

    "ok", "lost" (not applied, refused), "applied-lost" (applied, then refused), "crash" (dies
    before), "applied-crash" (dies after). A store's `writer` hands out a Faulty writer that
    shares the plan.
    """

    def __init__(self, inner: Any, plan: dict[str, list[str]] | None = None) -> None:
        self._inner = inner
        self.plan: dict[str, list[str]] = {} if plan is None else plan
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name == "writer":
            return lambda *given, **named: self._writer(found(*given, **named))
        if not callable(found):
            return found
        return lambda *given, **named: self._call(name, found, given, named)

    def _call(self, name: str, method: Any, given: Any, named: Any) -> Any:
        self.calls.append(name)
        steps = self.plan.get(name)
        step = steps.pop(0) if steps else "ok"
        if step == "ok":
            return method(*given, **named)
        if step.startswith("applied"):
            method(*given, **named)
        if step.endswith("crash"):
            raise Crash(name)
        raise CouldNotLook("node-unreachable", url="fault", why=name)

    @contextmanager
    def _writer(self, entered: Any) -> Iterator[Faulty]:
        with entered as writer:
            yield Faulty(writer, self.plan)
