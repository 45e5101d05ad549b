"""Refusal codes of what reads statements from files, and of what maps tables to statements."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "statement-not-json": ("不是合法的 JSON:{why}", "Not well-formed JSON: {why}"),
        "statement-too-long": (
            "一条记录超过 {limit} 字节。",
            "The statement is longer than {limit} bytes.",
        ),
        "statement-conflict": (
            "编号 {id} 已有内容不同的记录（{stream} 流第 {index} 条）。",
            "A record with id {id} and other content exists (entry {index} of {stream}).",
        ),
        "statement-elsewhere": (
            "编号 {id} 的记录已在 {stream} 流中（第 {index} 条），不能再记入另一条流。",
            "The record {id} is in the {stream} stream (entry {index}); no other stream takes it.",
        ),
        "array-damaged": (
            "JSON 数组从这里起无法分辨：{why}",
            "From here on the JSON array cannot be told apart: {why}",
        ),
        "gzip-damaged": ("gzip 数据已损坏。", "The gzip data is damaged."),
        "gzip-bomb": (
            "gzip 展开后超过原来的 {ratio} 倍，其余未读。",
            "The gzip data unpacks to over {ratio} times its size; the rest was not read.",
        ),
        "mapping-wrong": (
            "映射文件不对：{pointer} 应为 {expected}。",
            "The mapping file is wrong: {pointer} must be {expected}.",
        ),
        "mapping-needed": (
            "表格需要映射文件：用 --mapping 说明各列是什么。",
            "A table needs a mapping file: say with --mapping what the columns are.",
        ),
        "mapping-not-needed": (
            "--mapping 只用于 CSV 和 XLSX。",
            "--mapping is for CSV and XLSX only.",
        ),
        "mapping-columns": (
            "表头与映射不符：缺少 {missing}；映射未说明 {unknown}；重复 {twice}。",
            "The heading does not fit the mapping: missing {missing}; not mapped {unknown}; "
            "twice {twice}.",
        ),
        "cell-missing": ("列“{column}”是空的。", "Column “{column}” is empty."),
        "cell-unlisted": (
            "列“{column}”的值“{value}”不在对照表中。",
            "Column “{column}”: the value “{value}” is not in its table.",
        ),
        "cell-not-number": (
            "列“{column}”的值“{value}”不是数。",
            "Column “{column}”: “{value}” is no number.",
        ),
        "cell-not-boolean": (
            "列“{column}”的值“{value}”既非真也非假。",
            "Column “{column}”: “{value}” is neither true nor false.",
        ),
        "cell-not-date": (
            "列“{column}”的值“{value}”不是 {expected} 格式的时间。",
            "Column “{column}”: “{value}” is no time of the form {expected}.",
        ),
        "cell-mangled": (
            "列“{column}”的值“{value}”已被表格软件改写，请存为文本。",
            "Column “{column}”: “{value}” was mangled by the spreadsheet; store it as text.",
        ),
    }
)
