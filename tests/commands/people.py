"""Statements about people, with names, citizen numbers, phones and mailboxes in them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

HOME_PAGE = "https://sso.north.example"
SECRETS = (
    "欧阳娜娜", "Ouyang Nana", "11010519491231002X", "13800138000", "nana@north.example",
    "s-2026-1027", "诸葛孔明", "zhuge@north.example", "370102197003150018", "essay-of-nana",
)  # fmt: skip
"""Whatever of it is readable somewhere would identify somebody."""
ESSAY = b"essay-of-nana: my citizen number is 11010519491231002X, call 13800138000"


def account(name: str) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": HOME_PAGE, "name": name}}


NANA = account("s-2026-1027") | {"name": "欧阳娜娜 Ouyang Nana"}
TEACHER = {"mbox": "mailto:zhuge@north.example", "name": "诸葛孔明"}


def statement(number: int, actor: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One statement with an id of its own."""
    return {
        "id": str(UUID(int=(0x4000 << 64) | (0x8000 << 48) | number)),
        "actor": actor,
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": "https://courses.north.example/1"},
        "timestamp": "2026-06-01T08:00:00Z",
        **more,
    }


def statements() -> list[dict[str, Any]]:
    """Three of Nana's own, two of her teacher's of which one names her, one of somebody else."""
    personal = {
        "https://north.example/x/id": "11010519491231002X",
        "https://north.example/x/phone": ["13800138000", {"mail": "nana@north.example"}],
    }
    return [
        statement(1, NANA, result={"response": "13800138000", "extensions": personal}),
        statement(2, NANA, context={"instructor": TEACHER, "extensions": personal}),
        statement(3, NANA, object={**TEACHER, "objectType": "Agent"}),
        statement(4, TEACHER, object=NANA),
        statement(5, TEACHER, result={"response": "370102197003150018"}),
        statement(6, account("s-9999")),
    ]


def lines(found: list[dict[str, Any]]) -> bytes:
    """JSON lines."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in found)
