"""The project's own Python environment in .venv, from the locked requirement files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.setup.progress import SetupError, digest, is_done, mark_done, run

FITS = """
import os, sys
sys.exit(not os.path.isdir(sys.prefix + "/lib/python%d.%d" % sys.version_info[:2]))
"""


def provide_environment(root: Path) -> None:
    """Make .venv, or make it anew when its Python went away or the folder was moved."""
    stamp = root / ".venv/stamps/environment"
    if is_done(stamp, str(root)) and python_fits(root / ".venv/bin/python"):
        return
    # Started by the environment's own Python, clearing it would saw off the branch.
    python = getattr(sys, "_base_executable", "") or sys.executable
    make = [python, "-m", "venv", "--clear", ".venv"]
    run("创建 Python 环境 .venv", "making the Python environment .venv", make, root)
    mark_done(stamp, str(root))


def python_fits(python: Path) -> bool:
    """Whether it runs and is of the version that the environment was made with."""
    return (
        python.exists() and subprocess.run([python, "-I", "-c", FITS], check=False).returncode == 0
    )


def provide_packages(root: Path, name: str) -> None:
    """Install requirements/<name>.txt: exact versions, each with its hash."""
    lock = root / f"requirements/{name}.txt"
    stamp, inputs = root / f".venv/stamps/{name}", digest([lock])
    if is_done(stamp, inputs):
        return
    count = lock.read_text().count("==")
    run(
        f"安装 Python 包（{name}，{count} 个，首次约需一分钟）",
        f"installing Python packages ({name}, {count}; about a minute the first time)",
        [*pip(root, "install"), "--require-hashes", "--requirement", str(lock)],
        root,
    )
    mark_done(stamp, inputs)


def provide_project(root: Path) -> None:
    """Install the project itself, editable: the two commands, nothing from the network."""
    stamp, inputs = root / ".venv/stamps/project", digest([root / "pyproject.toml"])
    commands = [root / ".venv/bin/xuezheng", root / ".venv/bin/xuezheng-verify"]
    if is_done(stamp, inputs) and all(command.exists() for command in commands):
        return
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--editable", "."]
    run("安装本项目", "installing the project", [*pip(root, "install"), *options], root)
    if not all(command.exists() for command in commands):
        raise SetupError("命令未能建立。", "The commands are not there after the installation.")
    mark_done(stamp, inputs)


def pip(root: Path, action: str) -> list[str]:
    """The environment's pip, which asks nothing and looks for no newer self."""
    python = str(root / ".venv/bin/python")
    return [python, "-m", "pip", action, "--no-input", "--disable-pip-version-check"]
