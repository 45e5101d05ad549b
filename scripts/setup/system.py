"""System packages: fonts; for tests and benchmark also a Chromium and a PostgreSQL server.

Used if present; else installed by apt for root on Debian. A server is installed for its binaries
alone: no cluster of the system's is made or started.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
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
POSTGRES_FOLDERS = "/usr/lib/postgresql/*/bin"
"""Where Debian keeps the server's programs; elsewhere they are looked for on PATH."""
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/xuezheng.conf")


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
    with without_cluster() if "postgresql" in missing else nullcontext():
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
    if dev and postgres_folder() is None:
        yield "postgresql"
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


def postgres_folder() -> Path | None:
    """The folder of initdb and postgres, the newest version's; None if there is none."""
    beside = shutil.which("postgres")
    found = [Path(beside).resolve().parent] if beside else []
    root, pattern = Path("/"), POSTGRES_FOLDERS.lstrip("/")
    found += sorted(root.glob(pattern), key=_version, reverse=True)
    return next((one for one in found if _has_server(one)), None)


def _version(folder: Path) -> float:
    name = folder.parent.name
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


def _has_server(folder: Path) -> bool:
    return all((folder / name).exists() for name in ("initdb", "postgres"))


@contextmanager
def without_cluster() -> Iterator[None]:
    """While Debian's package is installed, it makes and starts no cluster; afterwards the machine's
    own setting holds again."""
    NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    NO_CLUSTER.write_text("create_main_cluster = false\n")
    try:
        yield
    finally:
        NO_CLUSTER.unlink()
