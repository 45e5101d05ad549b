"""Refusal codes of a person's export and erasure."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "person-empty": ("没有给出人员。", "No person was given."),
        "person-ambiguous": (
            "“{given}”对应 {count} 个不同的账号，请写全（主页|名称）：{found}",
            "“{given}” fits {count} different accounts; give one in full (home page|name): {found}",
        ),
        "no-such-person": (
            "没有涉及“{given}”的记录。",
            "No record names “{given}”.",
        ),
    }
)
