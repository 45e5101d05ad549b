"""Refusal codes of the document resources, of activities and of agents."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "xapi-no-document": (
            "没有这份文档：{name} = {id}。",
            "There is no such document: {name} = {id}.",
        ),
        "xapi-precondition-failed": (
            "请求头 {header} 的条件不成立：文档目前的 ETag 是 {current}。未作任何改动。",
            "The condition of the header {header} does not hold: the document's ETag is "
            "{current} now. Nothing was changed.",
        ),
        "xapi-precondition-missing": (
            "文档资源的 PUT 须带请求头 If-Match（改已有的）或 If-None-Match: *（建新的）。",
            "A PUT of a profile needs the header If-Match (to change one that exists) or "
            "If-None-Match: * (to make a new one).",
        ),
        "xapi-precondition-syntax": (
            "请求头 {header} 应为 * 或带双引号的实体标签，以逗号分隔。",
            "The header {header} must be * or entity tags in double quotes, separated by commas.",
        ),
        "xapi-precondition-many": (
            "一次删除多份文档时不能用请求头 {header}：它只指一份文档。",
            "The header {header} speaks of one document and cannot go with deleting many.",
        ),
        "xapi-document-exists": (
            "文档已经存在。请先取回它目前的内容，再以它的 ETag 作为 If-Match 重发。未作任何改动。",
            "The document exists. Check its current state first, then send the request again with "
            "the header If-Match set to its current ETag. Nothing was changed.",
        ),
        "xapi-not-mergeable": (
            "只有两份都是 application/json 的 JSON 对象才能合并；"
            "已存的是 {stored}，发来的是 {posted}。未作任何改动。",
            "Only two JSON objects of type application/json can be merged; stored is {stored}, "
            "posted is {posted}. Nothing was changed.",
        ),
        "xapi-media-type": (
            "Content-Type 不是媒体类型（type/subtype，至多 {limit} 个 ASCII 字符）。",
            "The Content-Type is no media type (type/subtype, at most {limit} ASCII characters).",
        ),
    }
)
