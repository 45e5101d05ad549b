"""Every command in README and guides can be typed; every command and option is written of."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import api.cli
import verifier.cli
from ledger.terminal import common_options
from tests.docs.reading import READERS, ROOT, command_lines, name_of, prose, read

PARSERS = {"xuezheng": api.cli.parser, "xuezheng-verify": verifier.cli.parser}
COMMON = {"--json", "--lang", "--help"}
ABSENT = re.compile(r"还没有|[Nn]ot in this version")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
OTHERS = re.compile(r"`make [^`]*`")
TARGETS = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
COMMANDS = [(page, words) for page in READERS for words in command_lines(page)]


def leaves(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """(command with its subcommands, parser) for whatever can be typed."""
    nested = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not nested or parser.get_default("handler"):
        yield parser.prog, parser
    for action in nested:
        for child in action.choices.values():
            yield from leaves(child)


LEAVES = [leaf for make in PARSERS.values() for leaf in leaves(make())]
OPTIONS = {
    option
    for _, leaf in LEAVES
    for action in leaf._actions
    if action.help != argparse.SUPPRESS
    for option in action.option_strings
    if option.startswith("--")
}


@pytest.mark.parametrize(
    ("page", "words"), COMMANDS, ids=[f"{name_of(p)}: {' '.join(w)[:60]}" for p, w in COMMANDS]
)
def test_command_can_be_typed(page: Path, words: list[str]) -> None:
    program, *rest = words
    if program == "make":
        assert [word for word in rest if "=" not in word and word not in TARGETS] == []
    else:
        _, given = common_options(rest)
        assert callable(PARSERS[program]().parse_args(given).handler)


def test_there_are_commands_to_test() -> None:
    programs = {words[0] for _, words in COMMANDS}
    assert programs == {"make", *PARSERS}


@pytest.mark.parametrize("page", READERS, ids=name_of)
def test_options_in_the_text_exist(page: Path) -> None:
    for line in prose(page).splitlines():
        for option in OPTION.findall(OTHERS.sub("", line)):
            exists = option in OPTIONS | COMMON
            assert exists != bool(ABSENT.search(line)), f"{option}: {line}"


@pytest.mark.parametrize("page", READERS, ids=name_of)
def test_make_targets_and_scripts_in_the_text_exist(page: Path) -> None:
    for target in re.findall(r"`make ([a-z]+)", read(page)):
        assert target in TARGETS
    for script in re.findall(r"python -m (scripts\.\w+)", read(page)):
        assert (ROOT / f"{script.replace('.', '/')}.py").is_file()


def test_every_command_is_written_of() -> None:
    """In a block as it is typed, or in the text: `council veto`, `remove CODE`."""
    typed = [words for _, words in COMMANDS]
    spans = [span for page in READERS for span in re.findall(r"`([^`\n]+)`", prose(page))]
    for command, _ in LEAVES:
        words = command.split(" ")
        in_text = any(span.startswith((words[-1], " ".join(words[1:]))) for span in spans)
        assert in_text or any(_in_order(words, line) for line in typed), command


def _in_order(words: list[str], line: list[str]) -> bool:
    rest = iter(line)
    return all(word in rest for word in words)


def test_every_option_is_written_of() -> None:
    text = "\n".join(map(read, READERS))
    assert {option for option in OPTIONS - COMMON if option not in text} == set()
