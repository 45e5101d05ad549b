"""Issuing: records alone, into the store, and with the files that are handed out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.certificates import CertificateFiles
from ledger.errors import Refusal
from ledger.office.issue import BATCH, Maker, issue, make_records
from ledger.store import Store, open_store
from scripts import bench_world as world
from scripts.bench_rows import Aim, Row, Spent, Tell, timed
from scripts.bench_store import CIPHERS

AIM = Aim(low=10_000)
PRINTED_AIM = Aim(low=130)


@contextmanager
def temporary_store() -> Iterator[tuple[Store, Path]]:
    """A store in a folder that goes away."""
    home = Path(tempfile.mkdtemp(prefix="bench-issue-"))
    store = open_store(home / "home", ciphers=CIPHERS)
    try:
        yield store, home
    finally:
        store.close()
        shutil.rmtree(home)


def issue_rows(tell: Tell, certificates: int, printed: int, repeats: int = 5) -> list[Row]:
    """Certificates a second: made, issued, issued with PDF and QR code."""
    with temporary_store() as (store, home):
        office = world.office(store)
        tell(f"issue {certificates:,} certificates")
        content = world.rows(min(certificates, BATCH))
        made = timed(lambda: make_records(office, content, 1), repeats)
        sign = office.signer("credential").sign
        signed = timed(lambda: [sign(b"%064d" % number) for number in range(1_000)], repeats)
        maker = Maker(office, world.NOW)
        proofs = timed(lambda: [maker.document(row, 7) for row in content], repeats)
        whole = Spent()
        for turn in range(repeats):
            roster = world.rows(certificates, turn * certificates)
            with whole.run():
                issue(office, roster)
        about = "degrees and courses in turn, one process"
        rows = [
            signed.rate(
                "Sign, Ed25519 alone", 1_000, "64-byte messages; the floor of what follows"
            ),
            proofs.rate("Document with JCS proof", len(content), f"one Ed25519 signature; {about}"),
            made.rate(
                "Issue, JCS proof, QR frame and entry",
                len(content),
                f"all but the store, two Ed25519 signatures; batches of {BATCH}; {about}",
                AIM,
            ),
            whole.rate(
                "Issue, end to end without PDF",
                certificates,
                f"issue() of a roster into the store with fsync; batches of {BATCH}; {about}",
                AIM,
            ),
        ]
        tell(f"issue {printed:,} certificates with PDF and QR code")
        return [*rows, _printed(store, home, printed)]


def _printed(store: Store, home: Path, count: int) -> Row:
    office, name = world.office(store), "Issue, end to end with PDF and QR code"
    roster = world.rows(count, 5_000_000)
    files = CertificateFiles(office, home / "out", pdf=True)
    try:
        issue(office, roster[:1])
        files.write([roster[0].number])  # fonts are loaded once
    except Refusal as refusal:
        return Row(name, None, "/s", refusal.message("en"), PRINTED_AIM)
    spent = Spent()
    with spent.run():
        issue(office, roster[1:])
        files.write([row.number for row in roster[1:]])
    method = (
        "issue(), then JSON, PNG and PDF/A-3b with the JSON attached, written; fonts loaded before"
    )
    return spent.rate(name, count - 1, method, PRINTED_AIM)
