"""The refusal code of learning records, with the place in the statement."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "learning-value": (
            "陈述按其动词与对象是学习记录“{type}”，但“{pointer}”不能用：应为 {expected}。",
            "By verb and object the statement is a learning record “{type}”, but “{pointer}” "
            "cannot be used: expected {expected}.",
        ),
    }
)
