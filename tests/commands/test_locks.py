"""The locks: everything named is locked with hashes, and nothing names an index (ADR 2)."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {"run": "build", "dev": "dev", "node": "node"}


def named(group: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = list(project["dependency-groups"][group])
    if group == "build":
        wanted += project["project"]["dependencies"]
    return {re.split(r"[\[<>=; ]", name)[0] for name in wanted}


def locked(name: str) -> dict[str, str]:
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S.*(?:\n {4}.*)*)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_everything_named_is_locked_with_hashes(name: str) -> None:
    packages = locked(name)
    assert named(LOCKS[name]) <= set(packages)
    assert all("--hash=sha256:" in lines for lines in packages.values())


def test_both_locks_agree_where_they_overlap() -> None:
    run, dev = locked("run"), locked("dev")
    versions = {
        name: (run[name].split()[0], dev[name].split()[0]) for name in run.keys() & dev.keys()
    }
    assert all(first == second for first, second in versions.values()), versions


@pytest.mark.parametrize("name", LOCKS)
def test_requirement_files_name_no_place(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|^-|--find-links|--index|^#", text, re.MULTILINE)


@pytest.mark.parametrize("folder", [".", "verifier/web"])
def test_npm_locks_have_integrity_and_no_address(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    for path, package in packages.items():
        assert "resolved" not in package, path
        assert path == "" or package["integrity"].startswith("sha512-"), path
