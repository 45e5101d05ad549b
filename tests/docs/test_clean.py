"""Nothing under version control tells of the machine or the tools that it was made with."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.reading import ROOT, name_of, tracked

LOCKS = ("package-lock.json",)
"""npm writes funding addresses of the packages' authors into them; no address to install from."""
URL = re.compile(r"\b(?:https?|wss?|git|ssh)://([^\s/\"'`)<>\]|;,#?*\\]+)")
STANDARDS = {
    "activitystrea.ms",
    "adlnet.gov",
    "h5p.org",
    "id.tincanapi.com",
    "purl.imsglobal.org",
    "w3id.org",
    "www.apache.org",
    "www.w3.org",
}
"""Names of vocabularies, contexts and licences; nothing is fetched from them."""
MADE_UP = re.compile(
    r"(?:.*\.)?(?:example|example\.(?:org|com|cn)|test|(?:xzu|hhu|haiyue|u\d?)\.edu\.cn|[av]\.cn)"
)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "[")
FOLDERS = re.compile(r"(?<![\w./*-])/(?:work|root|Users|home/\w+)/")
TOOLS = codecs.decode(
    "pynhqr|naguebcvp|bcranv|pungtcg|tcg-?[0-9]+|pbcvybg|trzvav|yyzf?|ynathntr zbqryf?"
    "|pbqvat ntragf?|nv nffvfgnagf?|nv gbbyf?|vffhr #?[0-9]+|vffhrf fubj",
    "rot13",
)
WORDS = re.compile(rf"\b(?:{TOOLS})\b", re.IGNORECASE)
MARKS = re.compile("|".join(rf"\b{one}{two}\b" for one, two in (("TO", "DO"), ("FIX", "ME"))))


def texts() -> Iterator[tuple[Path, str]]:
    """Every tracked file that is text."""
    for path in tracked():
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_no_hosts_but_vocabularies_loopback_and_examples() -> None:
    assert {
        (name_of(path), host)
        for path, text in texts()
        if path.name not in LOCKS
        for host in URL.findall(text)
        if not _allowed(host)
    } == set()


def _allowed(host: str) -> bool:
    name = host if host.startswith("[") else host.partition(":")[0]
    plain = "." not in name  # a placeholder or a single word: no host on the internet
    return (
        plain
        or "{" in name
        or name in STANDARDS
        or name.startswith(LOOPBACK)
        or MADE_UP.fullmatch(name) is not None
    )


def test_locks_name_no_address_to_install_from() -> None:
    locks = [(path, text) for path, text in texts() if path.name in LOCKS]
    assert len(locks) == 2
    for path, text in locks:
        packages = json.loads(text)["packages"].values()
        assert not any("resolved" in package for package in packages if not package.get("link"))
        assert "://registry" not in text, name_of(path)
    for path, text in texts():
        if path.parent == ROOT / "requirements":
            assert "--index-url" not in text and "--hash=sha256:" in text, name_of(path)


def test_no_folders_of_a_machine() -> None:
    assert _found(FOLDERS) == set()


def test_no_words_about_how_it_was_made() -> None:
    assert _found(WORDS) == set()


def test_nothing_is_left_for_later() -> None:
    assert _found(MARKS) == set()


def _found(pattern: re.Pattern[str]) -> set[tuple[str, str]]:
    return {
        (name_of(path), match)
        for path, text in texts()
        if path.name not in LOCKS
        for match in pattern.findall(text)
    }
