"""Set-up: brings what a make target needs into the project's own folders, and nothing twice.

``python3 -m scripts.setup demo|dev`` with the standard library alone, before anything is installed.
``demo`` installs what the two commands need; ``dev`` also the tools of test, check and bench.
Every step leaves the hash of its inputs behind, so a second run compares hashes and is done.
Ends with 1 and a sentence in Chinese and English when something is missing that it may not install.
"""

import os
import shutil
import sys

NEWEST_FIRST = ("python3.14", "python3.13", "python3.12", "python3.11")


def main() -> int:
    """Run the steps for the purpose on the command line; 0 when all is there."""
    if sys.version_info < (3, 11):  # noqa: UP036  (this file is what an older one gets to read)
        return with_newer_python()
    # Only a Python that is new enough may read the other files.
    from scripts.setup.steps import run_steps

    return run_steps(sys.argv[1] if len(sys.argv) > 1 else "demo")


def with_newer_python() -> int:
    """Start again with a newer Python from PATH; complain when there is none."""
    found = [path for path in map(shutil.which, NEWEST_FIRST) if path]
    if found:
        os.execv(found[0], [found[0], "-m", "scripts.setup", *sys.argv[1:]])
    running = ".".join(map(str, sys.version_info[:3]))
    print(f"学证需要 Python 3.11 或更新版本，当前为 {running}。", file=sys.stderr)
    print(f"Xuezheng needs Python 3.11 or newer; this is {running}.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
