"""System packages: fonts, and a Chromium for the browser tests. Used if present; apt as root."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from scripts.setup.progress import SetupError, run

FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
)
FONT_FILES = {
    "fonts-noto-cjk": "NotoSerifCJK-Regular",
    "fonts-lxgw-wenkai": "LXGWWenKai-Regular",
    "fonts-hanazono": "HanaMinB",
    "fonts-babelstone-han": "BabelStoneHan",
}
"""Debian package and the file, without its ending, by which its font is known anywhere."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def provide_system_packages(root: Path, dev: bool) -> None:
    """Install what is missing where that is allowed; else raise SetupError that names it."""
    missing = sorted(find_missing(root, dev))
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        raise SetupError(
            f"缺少系统软件包，请先安装（Debian 名称）：{names}",
            f"System packages are missing; install them first (Debian names): {names}",
        )
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("更新软件包列表", "apt-get update", ["apt-get", "update"], root, quiet)
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    run(f"安装系统软件包 {names}", f"apt-get install {names}", install, root, quiet)
    still = sorted(find_missing(root, dev))
    if still:
        names = " ".join(still)
        raise SetupError(f"安装后仍未找到：{names}", f"Installed, yet not found: {names}")


def find_missing(root: Path, dev: bool) -> Iterator[str]:
    """Debian names of what is not there."""
    fonts = installed_fonts()
    yield from (package for package, font in FONT_FILES.items() if font not in fonts)
    if dev and not any(map(shutil.which, BROWSERS)):
        yield "chromium"
    # Debian cuts what makes virtual environments out of its Python.
    importlib.invalidate_caches()
    if not (root / ".venv/bin/python").exists() and not importlib.util.find_spec("ensurepip"):
        yield "python3-venv"


def installed_fonts() -> set[str]:
    """Names of the font files, without their endings."""
    return {
        Path(name).stem
        for folder in FONT_FOLDERS
        for _, _, names in os.walk(folder)
        for name in names
    }
