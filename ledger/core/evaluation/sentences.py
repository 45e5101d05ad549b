"""A rule's expression as a formula that people read before they approve it.

Only another way of showing it: what counts is the expression (`docs/spec/rules.md`). Two spaces
deeper is one level deeper, so that long rules stay readable.
"""

from __future__ import annotations

from typing import Any

Names = tuple[str, str]

_INFIX: dict[str, Names] = {
    "add": ("＋", "+"), "subtract": ("－", "−"), "multiply": ("×", "×"), "divide": ("÷", "÷"),
    "equal": ("＝", "="), "differs": ("≠", "≠"), "below": ("＜", "<"), "at-most": ("≤", "≤"),
    "above": ("＞", ">"), "at-least": ("≥", "≥"), "and": ("并且", "and"), "or": ("或者", "or"),
}  # fmt: skip
_CALLS: dict[str, Names] = {
    "where": ("符合条件者", "where"), "group": ("分组", "group by"), "count": ("个数", "count"),
    "sum": ("求和", "sum"), "mean": ("平均", "mean"), "median": ("中位数", "median"),
    "min": ("最小", "minimum"), "max": ("最大", "maximum"), "latest": ("最近一条的", "latest"),
    "distinct": ("不同值个数", "distinct"), "any": ("任一", "any"), "all": ("全部", "all"),
    "covered": ("覆盖时长（并集）", "covered (union)"),
    "overlap": ("重叠时长", "overlap"),
    "covered-segments": ("播放片段覆盖（并集）", "segments covered (union)"),
    "tally": ("评分合计", "tally"), "enough": ("人数足够时的", "if enough of"),
    "ratings": ("评分人数", "ratings"), "mean-rating": ("平均分", "mean rating"),
    "median-rating": ("评分中位数", "median rating"), "share": ("评分占比", "share of ratings"),
    "negate": ("负", "negative"), "absolute": ("绝对值", "absolute"),
    "least": ("取小", "least of"), "greatest": ("取大", "greatest of"),
    "round": ("取整", "round"), "convert": ("换算", "convert"), "as": ("视作", "as"),
    "not": ("非", "not"), "in": ("属于", "in"), "if": ("如果", "if"),
    "default": ("缺失时取", "default"), "is-missing": ("缺失", "is missing"),
    "table": ("查表", "table"),
}  # fmt: skip
_WORDS: dict[str, Names] = {
    "period-start": ("时段开始", "period start"), "period-end": ("时段结束", "period end"),
    "subject": ("本人", "subject"), "key": ("组名", "group key"),
}  # fmt: skip
_NARROW = 72


def formula(expression: Any, language: int = 0, depth: int = 0) -> str:
    """Some lines of text. `language`: 0 Chinese, 1 English. Takes any JSON value."""
    text = _flat(expression, language)
    if len(text) + 2 * depth <= _NARROW or not _call(expression):
        return "  " * depth + text
    name = _name(expression[0], language)
    inner = [formula(one, language, depth + 1) for one in expression[1:]]
    return "\n".join(("  " * depth + name, *inner))


def _call(value: Any) -> bool:
    return type(value) is list and len(value) > 1 and type(value[0]) is str


def _name(operator: str, language: int) -> str:
    for names in (_INFIX, _CALLS, _WORDS):
        if operator in names:
            return names[operator][language]
    return operator


def _flat(value: Any, language: int) -> str:
    """In one line."""
    if type(value) is not list or not value or type(value[0]) is not str:
        return str(value)
    operator, *rest = value
    if operator in ("number", "text", "boolean", "missing"):
        return _literal(operator, rest, language)
    if operator in ("field", "indicator"):
        return f"{'指标' if not language else 'indicator'} {rest[0]}" if operator[0] == "i" else (
            f"〈{rest[0]}〉" if rest else operator
        )  # fmt: skip
    if operator in ("records", "members"):
        return "[" + " + ".join(map(str, rest)) + "]"
    if operator in _WORDS:
        return _WORDS[operator][language]
    inner = [_flat(one, language) for one in rest]
    if operator in _INFIX:
        return "(" + f" {_INFIX[operator][language]} ".join(inner) + ")"
    comma = "，" if not language else ", "
    return f"{_name(operator, language)}({comma.join(inner)})"


def _literal(operator: str, rest: list[Any], language: int) -> str:
    if operator == "text":
        return f"“{rest[0] if rest else ''}”"
    if operator == "missing":
        return ("缺失", "missing")[language]
    return str(rest[0]).lower() if rest and type(rest[0]) is bool else str(rest[0] if rest else "")
