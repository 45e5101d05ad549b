"""The words that a certificate of each type carries besides its data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.core.credential import CertificateContent
from ledger.core.kinds import CredentialType


@dataclass(frozen=True)
class Wording:
    """Title, and the line between the bearer's name and what was awarded."""

    title_zh: str
    title_en: str
    line_zh: str
    line_en: str


WORDINGS = {
    CredentialType.DEGREE: Wording(
        "学位证书", "Degree Certificate", "被授予以下学位", "has been awarded the degree of"
    ),
    CredentialType.COURSE: Wording(
        "课程学习证书",
        "Certificate of Course Completion",
        "完成以下课程的学习",
        "has completed the course",
    ),
    CredentialType.MICRO: Wording(
        "微证书", "Micro-credential", "获得以下微证书", "has earned the micro-credential"
    ),
    CredentialType.TRANSCRIPT: Wording(
        "成绩证明", "Academic Transcript", "学业情况如下", "has the following academic record"
    ),
    CredentialType.WORKLOAD: Wording(
        "教学工作证明", "Teaching Record", "承担以下教学工作", "has taught the following"
    ),
}

_FACTS = (
    ("major", "专业", "Major"),
    ("hours", "学时", "Hours"),
    ("credits", "学分", "Credits"),
    ("result", "成绩", "Result"),
)

_DIGITS = "〇一二三四五六七八九"


def facts(content: CertificateContent) -> list[dict[str, str]]:
    """The small line under the achievement: label in both languages, and value."""
    values = ((str(getattr(content, name) or ""), zh, en) for name, zh, en in _FACTS)
    return [{"zh": zh, "en": en, "value": value} for value, zh, en in values if value]


def _tens(number: int) -> str:
    """1 to 99 as 一, 十, 十一, 二十 …"""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def chinese_date(day: date) -> str:
    """`二〇二六年六月三十日`: the form of Chinese certificates (GB/T 15835)."""
    year = "".join(_DIGITS[int(digit)] for digit in f"{day.year:04d}")
    return f"{year}年{_tens(day.month)}月{_tens(day.day)}日"
