"""Refusal codes of rule sets and of the records that they are given; each names its place."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "rules-format": (
            "规则集格式不对：{pointer} 应为 {expected}。",
            "The rule set is malformed: {pointer} must be {expected}.",
        ),
        "rules-unknown-field": (
            "规则集中没有定义的字段：{pointer}“{name}”；这里可以有：{expected}。",
            "Unknown field at {pointer}: “{name}”; allowed here: {expected}.",
        ),
        "rules-unknown-operator": (
            "没有这个运算：{pointer}“{name}”。",
            "There is no such operator at {pointer}: “{name}”.",
        ),
        "rules-unknown-name": (
            "规则集没有定义“{name}”（{pointer}），应为 {expected}。",
            "The rule set defines no “{name}” ({pointer}); expected {expected}.",
        ),
        "rules-arguments": (
            "运算“{name}”的参数个数不对：{pointer} 应为 {expected}。",
            "Operator “{name}” has the wrong number of arguments: {pointer} must have {expected}.",
        ),
        "rules-twice": (
            "“{name}”出现了两次（{pointer}）。",
            "“{name}” stands twice ({pointer}).",
        ),
        "rules-unit": (
            "单位不相符：{pointer} 是 {found}，应为 {expected}。",
            "Units do not match: {pointer} is {found}, expected {expected}.",
        ),
        "rules-scope": (
            "“{name}”不能用在 {pointer}：{expected}。",
            "“{name}” may not stand at {pointer}: {expected}.",
        ),
        "rules-float": (
            "规则集不允许小数浮点数：{pointer}；请写成整数或分数“n/d”。",
            "Floating-point numbers are not allowed: {pointer}; write an integer or “n/d”.",
        ),
        "rules-division-by-zero": (
            "除数是零：{pointer}。",
            "Division by zero: {pointer}.",
        ),
        "rules-cycle": (
            "指标互相引用成环：{path}（{pointer}）。",
            "Indicators refer to one another in a circle: {path} ({pointer}).",
        ),
        "rules-rows": (
            "表的各行必须从小到大、互不重叠、不重复：{pointer}。",
            "Rows of a table must ascend without overlap or repetition: {pointer}.",
        ),
        "rules-cost": (
            "计算量超过上限：{found} > {limit}（{pointer}）。",
            "The rule set may cost more than the limit: {found} > {limit} ({pointer}).",
        ),
        "rules-record": (
            "记录 {leaf} 的字段“{field}”应为 {expected}。",
            "Field “{field}” of record {leaf} must be {expected}.",
        ),
        "rules-record-twice": (
            "记录 {leaf} 出现了两次。",
            "Record {leaf} stands twice.",
        ),
        "rules-records-limit": (
            "一个对象的记录数超过规则集的上限：{found} > {limit}。",
            "One subject has more records than the rule set allows: {found} > {limit}.",
        ),
        "rules-period": (
            "评价期间不对：{expected}。",
            "The period is wrong: {expected}.",
        ),
        "result-format": (
            "评价结果的格式不对：{pointer} 应为 {expected}。",
            "The result is malformed: {pointer} must be {expected}.",
        ),
        "result-rules": (
            "结果用的规则集是 {claimed}，手头的是 {found}。",
            "The result names the rule set {claimed}; at hand is {found}.",
        ),
        "result-indicators": (
            "结果中的指标是：{claimed}；规则集的是：{found}。",
            "The result has the indicators {claimed}; the rule set has {found}.",
        ),
        "result-inputs": (
            "指标“{indicator}”的依据不同：手头没有的记录 {absent}；结果没有列出的 {added}。",
            "Inputs of “{indicator}” differ: records not at hand {absent}; not in the result "
            "{added}.",
        ),
        "result-value": (
            "指标“{indicator}”的 {part} 写的是 {claimed}，重算得 {found}。",
            "Indicator “{indicator}” says {part} {claimed}; it recomputes to {found}.",
        ),
        "result-root": (
            "所依据的记录不同：结果的根 {claimed}，重算得 {found}。",
            "The records differ: the result has the root {claimed}, it recomputes to {found}.",
        ),
    }
)
