"""`xuezheng trust`, `trust sign FILE`, `trust verify FILE`: the bundle that verifiers pin."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands import Subcommands, with_home
from api.home import Home, read_file, write_atomically
from api.wiring import opened
from ledger.core.trust import (
    TrustBundle,
    fingerprint,
    format_trust,
    parse_trust,
    verify_signatures,
)
from ledger.errors import BadEvidence, WrongUse
from ledger.office.trust import make_trust, sign_trust
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    parser = subcommands.add_parser("trust", help="信任包 / the trust bundle")
    parser.add_argument("--home", metavar="DIR", type=lambda given: Home(Path(given)))
    parser.add_argument("--out", metavar="FILE", type=Path)
    parser.add_argument("--days", type=int, default=365)
    parser.set_defaults(handler=make)
    actions = parser.add_subparsers(metavar="ACTION")
    signing = with_home(actions.add_parser("sign", help="加签 / add this institution's signature"))
    signing.add_argument("file", metavar="FILE", type=Path)
    signing.set_defaults(handler=sign)
    verifying = actions.add_parser("verify", help="核对签名 / check its signatures")
    verifying.add_argument("file", metavar="FILE", type=Path)
    verifying.add_argument("--home", help=argparse.SUPPRESS)
    verifying.set_defaults(handler=verify)


def make(terminal: Terminal, options: argparse.Namespace) -> int:
    if options.home is None or options.out is None or not 1 <= options.days <= 3_650:
        raise WrongUse("usage", why="trust --home DIR --out FILE [--days 1…3650]")
    with opened(options.home) as institution:
        version = _next_version(options.home, options.out)
        engine = institution.config.engine
        bundle = make_trust(institution.office, engine, options.days, version)
        bundle = sign_trust(institution.office, bundle)
    write_atomically(options.out, format_trust(bundle))
    write_atomically(options.home.root / "trust.json", format_trust(bundle))
    return _told(terminal, bundle)


def sign(terminal: Terminal, options: argparse.Namespace) -> int:
    bundle = _read(options.file)
    with opened(options.home) as institution:
        bundle = sign_trust(institution.office, bundle)
    write_atomically(options.file, format_trust(bundle))
    kept = options.home.root / "trust.json"
    if not kept.exists() or _read(kept).version <= bundle.version:
        write_atomically(kept, format_trust(bundle))
    return _told(terminal, bundle)


def verify(terminal: Terminal, options: argparse.Namespace) -> int:
    bundle = _read(options.file)
    _told(terminal, bundle)
    return 0 if verify_signatures(bundle) >= bundle.threshold else 3


def _told(terminal: Terminal, bundle: TrustBundle) -> int:
    signatures, print_ = verify_signatures(bundle), fingerprint(bundle)
    terminal.say(
        f"信任包第 {bundle.version} 版，签名 {signatures}/{bundle.threshold}，指纹 {print_}",
        f"trust bundle version {bundle.version}, signatures {signatures} of {bundle.threshold} "
        f"needed, fingerprint {print_}",
    )
    terminal.result(
        {
            "fingerprint": print_,
            "version": bundle.version,
            "signatures": signatures,
            "needed": bundle.threshold,
        }
    )
    return 0


def _read(path: Path) -> TrustBundle:
    data = read_file(path)
    try:
        return parse_trust(data)
    except BadEvidence as bad:
        raise WrongUse(bad.code, **bad.detail) from bad


def _next_version(home: Home, out: Path) -> int:
    """One more than any version this folder made or is about to replace."""
    versions = [0]
    for path in (home.root / "trust.json", out):
        if path.exists():
            try:
                versions.append(parse_trust(path.read_bytes()).version)
            except (BadEvidence, OSError):
                versions.append(0)  # not a bundle: nothing that a version could be behind
    return max(versions) + 1
