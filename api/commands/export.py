"""`xuezheng export`: a person's own copy of their records, with proofs, as a ZIP."""

from __future__ import annotations

import argparse
import glob
import os
import zipfile
from pathlib import Path

from api.commands import Subcommands, with_home
from api.wiring import opened
from ledger.errors import NotAllowed, UnknownNumber, WrongUse
from ledger.office.context import Office
from ledger.office.export import ExportReport, export
from ledger.office.person import Person, find_person
from ledger.terminal import Terminal

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o600
"""Whoever reads the file can prove the person's records: nobody else on the machine may."""


def add(subcommands: Subcommands) -> None:
    parser = with_home(
        subcommands.add_parser("export", help="导出一个人的记录 / a person's own copy")
    )
    parser.add_argument("--person", required=True, metavar="ACCOUNT")
    parser.add_argument("--out", required=True, metavar="FILE.zip", type=Path)
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    with opened(options.home) as institution:
        office = institution.office
        person = find_person(office, options.person)
        if person is None:
            raise UnknownNumber("no-such-person", given=options.person)
        report = write_zip(office, person, options.person, options.out)
    terminal.say(
        f"✓ 记录 {report.records} 条（其中 {report.waiting} 条尚未上链），附件 "
        f"{report.attachments} 个，文档 {report.documents} 个：{options.out}",
        f"✓ {report.records} records ({report.waiting} of them not anchored yet), "
        f"{report.attachments} attachments, {report.documents} documents: {options.out}",
    )
    terminal.result(
        {
            "records": report.records,
            "waiting": report.waiting,
            "attachments": report.attachments,
            "documents": report.documents,
            "file": str(options.out),
        }
    )
    return 0


def write_zip(office: Office, person: Person, given: str, out: Path) -> ExportReport:
    """The whole file or nothing. Raises UnknownNumber("no-such-person") where nothing names the
    person, NotAllowed("not-anchored") where no anchor covers any of the records."""
    temporary = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    _clear_abandoned(out)
    try:
        report = _written(office, person, temporary)
        if not report.records and not report.documents:
            raise UnknownNumber("no-such-person", given=given)
        if report.records and report.waiting == report.records:
            raise NotAllowed("not-anchored", what=given)
        os.replace(temporary, out)
    except OSError as error:
        raise WrongUse("file-unwritable", path=out, why=error.strerror) from error
    finally:
        temporary.unlink(missing_ok=True)
    return report


def _clear_abandoned(out: Path) -> None:
    """A process that was killed left its half of the file behind: a person's records and salts."""
    for left in out.parent.glob(f".{glob.escape(out.name)}.*.tmp"):
        number = left.name.rsplit(".", 2)[1]
        if number.isdecimal() and not Path(f"/proc/{number}").exists():
            left.unlink(missing_ok=True)


def _written(office: Office, person: Person, path: Path) -> ExportReport:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _MODE)
    with os.fdopen(descriptor, "w+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

            def sink(name: str, data: bytes) -> None:
                member = zipfile.ZipInfo(name, _EPOCH)
                member.external_attr = _MODE << 16
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, data)

            report = export(office, person, sink)
        file.flush()
        os.fsync(file.fileno())
    return report
