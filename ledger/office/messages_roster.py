"""What can be wrong with a roster. The codes stand in `errors[].code` of `xuezheng issue`."""

from __future__ import annotations

from ledger.errors import Sentences, register

MESSAGES: dict[str, Sentences] = {
    "roster-empty": ("文件是空的。", "The file is empty."),
    "roster-no-rows": (
        "只有表头，没有任何一行数据。",
        "There is a heading but not a single row.",
    ),
    "roster-too-large": (
        "文件超过 {limit} 字节。",
        "The file is larger than {limit} bytes.",
    ),
    "roster-too-many-rows": (
        "数据超过 {limit} 行，请分成几个文件。",
        "There are more than {limit} rows; split the file.",
    ),
    "roster-too-many-columns": (
        "列数超过 {limit}。",
        "There are more than {limit} columns.",
    ),
    "roster-utf16": (
        "文件是 UTF-16 编码，请另存为“CSV UTF-8”或 XLSX。",
        "The file is UTF-16; save it as “CSV UTF-8” or XLSX.",
    ),
    "roster-nul": (
        "文件含有空字节，不是文本表格。",
        "The file contains NUL bytes: it is not a text table.",
    ),
    "roster-encoding": (
        "文件既不是 UTF-8 也不是 GB 18030 编码。",
        "The file is neither UTF-8 nor GB 18030.",
    ),
    "roster-old-excel": (
        "这是旧式 XLS 文件，请另存为 XLSX 或 CSV。",
        "This is an old XLS file; save it as XLSX or CSV.",
    ),
    "roster-xlsx-damaged": (
        "XLSX 文件已损坏或不是工作簿（{reason}）。",
        "The XLSX file is damaged or no workbook ({reason}).",
    ),
    "roster-csv-damaged": (
        "CSV 格式不正确：{reason}。",
        "The CSV is malformed: {reason}.",
    ),
    "column-missing": (
        "缺少列 {column}（{heading}）。",
        "Column {column} ({heading}) is missing.",
    ),
    "column-unknown": (
        "不认识的列“{heading}”；用 --mapping 说明它是什么，或改名。",
        "Unknown column “{heading}”: say what it is with --mapping, or rename it.",
    ),
    "column-unnamed": (
        "第 {position} 列没有列名，但下面有内容。",
        "Column {position} has no heading but has content.",
    ),
    "column-duplicate": (
        "列 {column} 出现了不止一次（“{heading}”）。",
        "Column {column} appears more than once (“{heading}”).",
    ),
    "mapping-target": (
        "对照表把“{heading}”对到 {target}，但没有这样的列。",
        "The mapping sends “{heading}” to {target}, which is no column.",
    ),
    "mapping-source": (
        "对照表中的列“{heading}”不在文件里。",
        "The mapping names the column “{heading}”, which the file does not have.",
    ),
    "row-ragged": (
        "这一行有 {found} 格，表头有 {expected} 列。",
        "This row has {found} cells, the heading has {expected}.",
    ),
    "value-missing": ("不能为空。", "It must not be empty."),
    "value-too-long": (
        "有 {length} 个字符，最多 {limit} 个。",
        "It has {length} characters; at most {limit} are allowed.",
    ),
    "value-hidden-character": (
        "含有看不见或不允许的字符：{characters}。",
        "It contains hidden or forbidden characters: {characters}.",
    ),
    "value-unprintable": (
        "没有字体能打印这些字符：{characters}。",
        "No font can print these characters: {characters}.",
    ),
    "value-unreadable": (
        "不是证书上可用的文字。",
        "It is not a text that can stand on a certificate.",
    ),
    "name-spaced": (
        "姓名的汉字之间有空格。",
        "There is a space between the Chinese characters of the name.",
    ),
    "number-invalid": (
        "编号只能有字母、数字、“_”“.”“-”，1 到 64 个。",
        "A number has 1 to 64 letters, digits, “_”, “.” or “-”.",
    ),
    "number-mangled": (
        "数字超过 15 位，已被电子表格改动（{value}）；请把该列设为文本后重新填写。",
        "A number of more than 15 digits was mangled by the spreadsheet ({value}); "
        "format the column as text and enter it again.",
    ),
    "number-duplicate": (
        "编号 {number} 与第 {row} 行重复。",
        "Number {number} is already in row {row}.",
    ),
    "date-invalid": (
        "“{value}”不是存在的日期；应写作 YYYY-MM-DD，如 2026-06-30。",
        "“{value}” is not an existing date; write YYYY-MM-DD, as 2026-06-30.",
    ),
    "date-out-of-range": (
        "日期应在 {first} 与 {last} 之间。",
        "The date must lie between {first} and {last}.",
    ),
    "amount-invalid": (
        "“{value}”应为 0 到 99999.99 的数，至多两位小数。",
        "“{value}” should be a number from 0 to 99999.99 with at most two decimals.",
    ),
    "cell-error": (
        "单元格是公式错误 {value}。",
        "The cell holds the formula error {value}.",
    ),
    "row-too-long": (
        "各项文字合起来太长，二维码放不下，请缩短。",
        "The texts together are too long for the QR code; shorten them.",
    ),
}

register(MESSAGES)
