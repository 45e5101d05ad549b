"""The order of set-up."""

from __future__ import annotations

import fcntl
import sys
from pathlib import Path

from scripts.setup.node import provide_node, provide_npm_packages, provide_page
from scripts.setup.progress import SetupError, say
from scripts.setup.python import provide_environment, provide_packages, provide_project
from scripts.setup.system import provide_system_packages

ROOT = Path(__file__).resolve().parents[2]


def run_steps(purpose: str) -> int:
    """One set-up at a time in this folder; 0 when done, 1 after a sentence that says why not."""
    with (ROOT / ".setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("另一个安装正在进行，等待中", "another set-up is at work here; waiting")
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            prepare(ROOT, dev=purpose != "demo")
        except SetupError as error:
            print(f"{error.zh}\n{error.en}", file=sys.stderr)
            return 1
    return 0


def prepare(root: Path, dev: bool) -> None:
    """1. system packages, before anything else. 2. Python. 3. Node. 4. the page."""
    provide_system_packages(root, dev)
    provide_environment(root)
    provide_packages(root, "run")
    if dev:
        provide_packages(root, "dev")
    provide_project(root)
    provide_node(root)
    if dev:
        provide_npm_packages(
            root, "安装编译与测试工具的 npm 包", "npm packages of compiler and tests"
        )
    provide_page(root)
