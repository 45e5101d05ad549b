"""Refusal codes of the statement's shape: few, each with the place, the rule and what was expected.

`requirement` is the number of the conformance requirements of 1.0.3 (`XAPI-00044`), which the
requirements of 2.0 keep, or a clause of IEEE 9274.1.1 for what is new in 2.0.
"""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "xapi-missing-property": (
            "缺少必需的属性：“{pointer}”，应为 {expected}（{requirement}）。",
            "A required property is missing: “{pointer}”, expected {expected} ({requirement}).",
        ),
        "xapi-unknown-property": (
            "“{pointer}”不是规范允许的属性；这里可以有：{expected}（{requirement}）。",
            "“{pointer}” is no property of the standard; allowed here: {expected} ({requirement}).",
        ),
        "xapi-null": (
            "“{pointer}”是 null；除扩展之外不允许，应为 {expected}（{requirement}）。",
            "“{pointer}” is null, which only extensions may hold; expected {expected} "
            "({requirement}).",
        ),
        "xapi-wrong-type": (
            "“{pointer}”的类型不对，应为 {expected}（{requirement}）。",
            "“{pointer}” has the wrong type, expected {expected} ({requirement}).",
        ),
        "xapi-bad-value": (
            "“{pointer}”的值不合规范，应为 {expected}（{requirement}）。",
            "“{pointer}” has a value that the standard refuses, expected {expected} "
            "({requirement}).",
        ),
        "xapi-not-together": (
            "“{pointer}”不能出现在这里：{expected}（{requirement}）。",
            "“{pointer}” may not stand here: {expected} ({requirement}).",
        ),
    }
)
