"""Runs the verifier web app until a signal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ledger.core.trust import TrustBundle
from ledger.serving import listen, serve_app, url_of
from verifier.checking import Checker
from verifier.presenting import present
from verifier.server import create_app


def serve(
    trust_path: Path,
    trust: TrustBundle,
    nodes: Sequence[str],
    host: str,
    port: int,
    on_ready: Callable[[str], None],
) -> None:
    """Serves until a signal. Raises CouldNotLook("port-in-use" | "page-not-built")."""
    checker = Checker(trust, tuple(nodes))

    def check(data: bytes, lang: str) -> Mapping[str, Any]:
        return checker.check(present(data)).to_json(lang)

    with listen(host, port) as listening:
        app = create_app(trust_path, check)
        url = url_of(listening, host)
        serve_app(app, [listening], lambda: on_ready(url))
