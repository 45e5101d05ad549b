"""What both commands share at the terminal: language, `--json`, progress, exit codes.

Text for people goes to standard output; with `--json` it goes to standard error and the last line
of standard output is one JSON object. Whatever a user does ends in a sentence and an exit code,
never in a traceback.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from ledger.errors import Refusal, WrongUse, register
from ledger.ports import Progress

register(
    {
        "usage": ("用法不对：{why}", "Wrong usage: {why}"),
        "interrupted": (
            "已中断；已确认的内容都已保存。",
            "Interrupted; what was acknowledged is kept.",
        ),
        "file-unreadable": ("无法读取 {path}:{why}", "Cannot read {path}: {why}"),
        "file-unwritable": ("无法写入 {path}:{why}", "Cannot write {path}: {why}"),
        "internal": (
            "内部错误（{why}）；未确认的内容没有写入。设 XUEZHENG_DEBUG=1 可看到细节。",
            "Internal error ({why}); nothing unacknowledged was written. "
            "Set XUEZHENG_DEBUG=1 to see details.",
        ),
    }
)

Handler = Callable[["Terminal", argparse.Namespace], int]


@dataclass(frozen=True)
class Terminal:
    """Where to speak and in which language (`zh` or `en`)."""

    lang: str
    json: bool

    def say(self, zh: str, en: str) -> None:
        """One line for people."""
        stream = sys.stderr if self.json else sys.stdout
        print(zh if self.lang == "zh" else en, file=stream, flush=True)

    def warn(self, zh: str, en: str) -> None:
        """One line on standard error."""
        print(zh if self.lang == "zh" else en, file=sys.stderr, flush=True)

    def refuse(self, refusal: Refusal) -> None:
        """The refusal's sentence and code on standard error."""
        self.warn(f"✗ {refusal.zh} [{refusal.code}]", f"✗ {refusal.en} [{refusal.code}]")

    def result(self, value: Mapping[str, Any]) -> None:
        """The JSON object of `--json`; call it once, last."""
        if self.json:
            print(_json_line(value, sys.stdout.encoding or "utf-8"), flush=True)

    @contextmanager
    def progress(self, zh: str, en: str) -> Iterator[Progress]:
        """A progress bar on standard error while the block runs; silent where nobody watches."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Bar(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task(zh if self.lang == "zh" else en, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total or None)

    @contextmanager
    def counting(self, zh: str, en: str, size: int) -> Iterator[Progress]:
        """The same for a file of `size` bytes: how much of it is done, how many a second, how much
        time is left. Called with (items done, bytes read)."""
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[items]:,}  {task.fields[rate]:,.0f}/s"),
            TimeRemainingColumn(),
        )
        with Bar(*columns, console=console, disable=not console.is_terminal) as bar:
            name = zh if self.lang == "zh" else en
            task = bar.add_task(name, total=size or None, items=0, rate=0.0)

            def count(items: int, read: int) -> None:
                elapsed = bar.tasks[0].elapsed or 0.0
                rate = items / elapsed if elapsed else 0.0
                bar.update(task, completed=read, items=items, rate=rate)

            yield count


def _json_line(value: Mapping[str, Any], encoding: str) -> str:
    """One line by anybody's idea of a line, and writable: a locale may not have the character."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(value)
    return text if len(text.splitlines()) == 1 else json.dumps(value)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are refusals."""

    def error(self, message: str) -> NoReturn:
        raise WrongUse("usage", why=f"{message} ({self.format_usage().strip()})")


def port_number(given: str) -> int:
    """An argparse type: a TCP port, 0 for any free one."""
    if not (given.isascii() and given.isdecimal()) or int(given) > 65_535:
        raise argparse.ArgumentTypeError(f"0…65535, not {given!r}")
    return int(given)


class Subcommand(Protocol):
    """A module of one subcommand (or a few that belong together)."""

    def add(self, subcommands: Any, /) -> None:
        """Declares it to argparse; its handler is the parser default `handler`."""


def command_parser(prog: str, description: str, commands: Iterable[Subcommand]) -> Parser:
    """The parser of a whole command; each subcommand's module adds its own."""
    top = Parser(prog=prog, description=f"{description} (--json, --lang zh|en anywhere)")
    subcommands = top.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for command in commands:
        command.add(subcommands)
    return top


def run(parser: Parser, arguments: Sequence[str] | None = None, broken: int = 1) -> int:
    """Parses, runs the handler that the parser set as `handler`, and returns the exit code.

    `broken` is the code of what ended without an answer: 1, except where 1 is itself an answer.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    terminal = Terminal("zh", "--json" in given)
    _write_anything()
    try:
        terminal, given = common_options(given)
        options = parser.parse_args(given)
        handler: Handler = options.handler
        return handler(terminal, options)
    except Refusal as refusal:
        return _ended(terminal, refusal, broken)
    except KeyboardInterrupt:
        return _ended(terminal, Refusal("interrupted"), broken)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return broken
    except Exception as error:
        if os.environ.get("XUEZHENG_DEBUG"):
            raise
        why = f"{type(error).__name__}: {error}"
        return _ended(terminal, Refusal("internal", why=why), broken)


def _write_anything() -> None:
    """A name that the locale's encoding lacks is written as its code, not an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _ended(terminal: Terminal, refusal: Refusal, broken: int) -> int:
    code = broken if refusal.exit_code == 1 else refusal.exit_code
    terminal.refuse(refusal)
    with suppress(OSError):  # the reason may be that nothing can be written there
        terminal.result({"error": {"code": refusal.code, "detail": refusal.message(terminal.lang)}})
    return code


def common_options(arguments: Sequence[str]) -> tuple[Terminal, list[str]]:
    """Takes `--json` and `--lang L` out, wherever they stand before a lone `--`."""
    lang = "en" if os.environ.get("XUEZHENG_LANG", "zh").startswith("en") else "zh"
    wants_json, rest = False, []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == "--json":
            wants_json = True
        elif argument == "--lang":
            lang = _language(next(waiting, ""))
        elif argument.startswith("--lang="):
            lang = _language(argument.removeprefix("--lang="))
        else:
            rest.append(argument)
    return Terminal(lang, wants_json), rest


def _language(given: str) -> str:
    if given not in ("zh", "en"):
        raise WrongUse("usage", why=f"--lang zh|en, not {given!r}")
    return given
