"""`xuezheng certify`: the certificate that a recognised report gives, with QR code and PDF."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands import Subcommands, with_home
from api.commands.recognise import report_of
from api.wiring import opened
from ledger.office.certify import Wanted, certificate_content, default_indicator
from ledger.office.issue import issue
from ledger.terminal import Terminal


def add(subcommands: Subcommands) -> None:
    parser = with_home(
        subcommands.add_parser("certify", help="出具工作量/学分证明 / certify what is recognised")
    )
    parser.add_argument("report", metavar="REPORT", type=Path)
    parser.add_argument("--name", required=True, metavar="NAME", help="姓名 / the person's name")
    parser.add_argument("--out", required=True, metavar="DIR2", type=Path)
    parser.add_argument("--romanised-name", default="", metavar="NAME")
    parser.add_argument("--number", default="", metavar="NUMBER", help="证书编号")
    parser.add_argument("--indicator", metavar="ID", help="哪项指标 / which figure")
    parser.add_argument("--title", default="", metavar="TEXT", help="证书上的名目 / what it says")
    parser.add_argument("--no-pdf", action="store_true")
    parser.set_defaults(handler=run)


def run(terminal: Terminal, options: argparse.Namespace) -> int:
    from api.certificates import CertificateFiles  # these load the typesetter

    file = report_of(options.report)
    wanted = Wanted(
        options.indicator or default_indicator(file),
        options.name,
        options.number,
        options.romanised_name,
        options.title,
    )
    with opened(options.home) as institution:
        office = institution.office
        content = certificate_content(office, file, wanted)
        issued, already = issue(office, [content])
        with terminal.progress("制作文件", "writing files") as progress:
            files = CertificateFiles(office, options.out, pdf=not options.no_pdf)
            files.write([content.number], progress)
    terminal.say(
        f"✓ {content.name}：{content.course} {content.hours or content.credits}，"
        f"证书 {content.number}，文件在 {options.out}。上链后可核验。",
        f"✓ {content.name}: {content.course} {content.hours or content.credits}, certificate "
        f"{content.number}, files in {options.out}. It can be verified once anchored.",
    )
    terminal.result({"number": content.number, "issued": issued, "already": already})
    return 0
