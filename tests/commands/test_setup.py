"""Set-up: what it decides, and that a second run does nothing."""

import sys
from pathlib import Path

import pytest

from scripts.setup import system
from scripts.setup.node import is_suitable, list_sources
from scripts.setup.progress import SetupError, digest, is_done, mark_done, run
from scripts.setup.python import python_fits


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("v18.20.0", False),
        ("v20.18.9", False),
        ("v20.19.0", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.0.1", True),
    ],
)
def test_node_versions_that_vite_takes(version: str, expected: bool) -> None:
    assert is_suitable(version) is expected


def test_a_step_is_done_until_its_inputs_change(tmp_path: Path) -> None:
    lock, stamp = tmp_path / "lock.txt", tmp_path / "made/stamp"
    lock.write_text("a==1")
    assert not is_done(stamp, digest([lock]))
    mark_done(stamp, digest([lock]))
    assert is_done(stamp, digest([lock]))
    lock.write_text("a==2")
    assert not is_done(stamp, digest([lock]))


def test_built_and_installed_files_are_no_sources(tmp_path: Path) -> None:
    for name in ("src/main.ts", "index.html", "dist/index.html", "node_modules/x/index.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list_sources(tmp_path) == [tmp_path / "index.html", tmp_path / "src/main.ts"]


def test_a_failing_program_is_named_with_its_last_lines(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SetupError) as caught:
        run("试", "a try", [sys.executable, "-c", "print('why'); raise SystemExit(3)"], tmp_path)
    assert "a try" in caught.value.en
    assert "试" in caught.value.zh
    assert "why" in capfd.readouterr().err


def test_a_python_that_went_away_does_not_fit(tmp_path: Path) -> None:
    assert not python_fits(tmp_path / "bin/python")
    assert python_fits(Path(sys.executable))


def test_missing_system_packages_are_named_to_a_plain_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "FONT_FOLDERS", (tmp_path,))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SetupError) as caught:
        system.provide_system_packages(tmp_path, dev=False)
    for package in system.FONT_FILES:
        assert package in caught.value.en
        assert package in caught.value.zh


def test_a_server_for_the_tests_is_missed_only_where_tests_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "POSTGRES_FOLDERS", f"{tmp_path}/*/bin")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "postgresql" in set(system.find_missing(tmp_path, dev=True))
    assert "postgresql" not in set(system.find_missing(tmp_path, dev=False))


def test_the_newest_server_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "POSTGRES_FOLDERS", f"{tmp_path}/*/bin")
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("9.6/bin/postgres", "9.6/bin/initdb", "15/bin/postgres", "15/bin/initdb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "16/bin").mkdir(parents=True)  # a client without its server
    assert system.postgres_folder() == tmp_path / "15/bin"


def test_installing_the_server_makes_no_cluster_and_leaves_no_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "NO_CLUSTER", tmp_path / "createcluster.d/xuezheng.conf")
    with system.without_cluster():
        assert system.NO_CLUSTER.read_text() == "create_main_cluster = false\n"
    assert not system.NO_CLUSTER.exists()
