"""Refusal codes of the document resources, of activities and of agents."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "xapi-no-document": (
            "没有这份文档：{name} = {id}。",
            "There is no such document: {name} = {id}.",
        ),
        "xapi-precondition-syntax": (
            "请求头 {header} 应为 * 或带双引号的实体标签，以逗号分隔。",
            "The header {header} must be * or entity tags in double quotes, separated by commas.",
        ),
        "xapi-precondition-many": (
            "一次删除多份文档时不能用请求头 {header}：它只指一份文档。",
            "The header {header} speaks of one document and cannot go with deleting many.",
        ),
        "xapi-media-type": (
            "Content-Type 不是媒体类型（type/subtype，至多 {limit} 个 ASCII 字符）。",
            "The Content-Type is no media type (type/subtype, at most {limit} ASCII characters).",
        ),
    }
)
