"""Roles of people in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

ROLES: Mapping[str, tuple[str, str]] = {
    "platform": ("平台", "platform"),
    "teacher": ("教师", "teacher"),
    "registrar": ("教务处", "registrar"),
    "department": ("院系", "department"),
    "observer": ("听课人", "observer"),
    "student": ("学生", "student"),
}


def role_words(roles: Iterable[str], place: int) -> list[str]:
    """Roles in words, in a fixed order. `place`: 0 Chinese, 1 English."""
    held = set(roles)
    return [ROLES[role][place] for role in ROLES if role in held]
