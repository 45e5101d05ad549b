"""A row that no QR code holds is found before anything is issued."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from api.printing.fit import qr_holds
from ledger.core.content import CertificateContent
from ledger.core.kinds import CredentialType

ROW = CertificateContent(
    CredentialType.DEGREE, "1", "李明", date(2026, 6, 30), degree="工学学士", major="数学"
)


def test_ordinary_rows_fit() -> None:
    holds = qr_holds("haiyue.edu.cn", "https://verify.haiyue.edu.cn")
    assert holds(ROW)
    assert holds(replace(ROW, name="阿卜杜热合曼·吐尔逊·买买提艾力·阿布都克里木江"))


def test_what_is_too_long_for_the_frame_or_for_the_link_does_not_fit() -> None:
    holds = qr_holds("haiyue.edu.cn", "https://verify.haiyue.edu.cn")
    assert not holds(replace(ROW, name="李" * 64, major="数" * 64))
    # 271 bytes of frame fit by themselves, but not behind a link of 150 characters.
    long = replace(ROW, major="数" * 50)
    assert holds(long)
    assert not qr_holds("haiyue.edu.cn", "https://" + "a" * 140 + ".cn")(long)
