"""Refusal codes of the xAPI door: headers, parameters, bodies and ids, not statements' content."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "xapi-version": (
            "请求头 X-Experience-API-Version 须为 1.0、1.0.x 或 2.0.x；得到：{given}。",
            "The header X-Experience-API-Version must be 1.0, 1.0.x or 2.0.x; got: {given}.",
        ),
        "xapi-query": (
            "查询参数不是以 UTF-8 百分号编码的。",
            "The query is not percent-encoded UTF-8.",
        ),
        "xapi-parameter-unknown": (
            "此处没有参数 {name}（区分大小写）。",
            "There is no parameter {name} here (names are case-sensitive).",
        ),
        "xapi-parameter-repeated": (
            "参数 {name} 出现了不止一次。",
            "The parameter {name} is given more than once.",
        ),
        "xapi-parameter-missing": ("缺少参数 {name}。", "The parameter {name} is missing."),
        "xapi-parameter-value": (
            "参数 {name} 的值不合要求，应为：{expected}。",
            "The value of the parameter {name} will not do; expected: {expected}.",
        ),
        "xapi-parameter-together": (
            "参数 {name} 不能与 {other} 同用。",
            "The parameter {name} cannot be used together with {other}.",
        ),
        "xapi-alternate": (
            "替代请求语法不合要求：{why}。",
            "The alternate request syntax is wrong: {why}.",
        ),
        "xapi-content-type": (
            "Content-Type 须为 {expected}；得到：{given}。",
            "The Content-Type must be {expected}; got: {given}.",
        ),
        "xapi-content-encoding": (
            "不支持的 Content-Encoding 或压缩内容损坏：{given}。",
            "Unknown Content-Encoding or damaged content: {given}.",
        ),
        "xapi-bomb": (
            "请求体解压后超过 {limit} 字节。",
            "The body is larger than {limit} bytes when decompressed.",
        ),
        "xapi-not-json": (
            "不是合格的 JSON（{reason}）。",
            "This is not well-formed JSON ({reason}).",
        ),
        "xapi-not-statements": (
            "应为一条语句或语句数组。",
            "A statement or an array of statements is expected.",
        ),
        "xapi-id-differs": (
            "语句的 id 与参数 statementId 不同。",
            "The statement's id is not that of the parameter statementId.",
        ),
        "xapi-statement-too-large": (
            "一条语句超过 {limit} 字节。",
            "A statement is larger than {limit} bytes.",
        ),
        "xapi-batch-too-large": (
            "一批超过 {limit} 条语句。",
            "A batch has more than {limit} statements.",
        ),
        "xapi-too-many-values": (
            "JSON 中的值超过 {limit} 个；请分批提交。",
            "The JSON has more than {limit} values; please submit it in parts.",
        ),
        "server-busy": (
            "大的请求太多，暂时放不下；请稍后再试。",
            "Too many large requests are under way; please try again shortly.",
        ),
        "xapi-no-statement": ("没有这条语句。", "There is no such statement."),
        "xapi-more": (
            "more 链接无效；请重新查询。",
            "This more link is not one of ours; please query anew.",
        ),
    }
)
