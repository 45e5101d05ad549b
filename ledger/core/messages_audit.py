"""Codes of the auditor's findings."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "audit-sequence": (
            "锚定序号应为 {expected}，链上为 {found}。",
            "The anchor's sequence number should be {expected}, it is {found}.",
        ),
        "audit-back-link": (
            "锚定没有正确接续前一个（大小、根或区块不符）。",
            "The anchor does not follow the one before it (size, root or block).",
        ),
        "audit-writer": (
            "锚定由 {sender} 发出，当时它不是该流的写入者。",
            "The anchor was sent by {sender}, not the stream's writer then.",
        ),
        "audit-accreditation": (
            "上链时该机构未获准（{type}）。",
            "The institution was not accredited for it when it was anchored ({type}).",
        ),
        "audit-root": (
            "由条目重算的根与链上第 {size} 条处锚定的根不同。",
            "The root recomputed from the entries is not the root anchored at size {size}.",
        ),
        "audit-tile": (
            "公布的哈希瓦片与由条目重算的不同。",
            "The published hash tile differs from the one that the entries make.",
        ),
        "audit-entry": ("条目无法解析：{why}", "The entry cannot be read: {why}"),
        "audit-kind": ("条目类型与流不符。", "The entry is not of the stream's kind."),
        "audit-refers": (
            "条目引用了其后的第 {refers} 条。",
            "The entry refers to entry {refers}, which is not before it.",
        ),
        "audit-status-index": (
            "状态编号 {index} 被使用了两次。",
            "Status index {index} is used twice.",
        ),
        "audit-key": ("签名密钥 {key} 未登记。", "The signing key {key} is not registered."),
        "audit-key-early": (
            "条目早于密钥 {key} 的起始位置。",
            "The entry lies before the from-size of key {key}.",
        ),
        "audit-key-cut-off": (
            "条目在密钥 {key} 的截止位置之后，且未重新确认。",
            "The entry lies at or after the cut-off of key {key} and is not reaffirmed.",
        ),
        "audit-status-rule": (
            "状态更改不合规则：{why}",
            "The change of status breaks a rule: {why}",
        ),
        "audit-status-root": (
            "条目所记的状态列表根与重算结果不同。",
            "The status list root in the entry is not the recomputed one.",
        ),
        "audit-checkpoint": ("检查点不可信：{why}", "The checkpoint cannot be trusted: {why}"),
        "audit-checkpoint-behind": (
            "检查点只有 {size} 条，少于链上的 {anchored} 条。",
            "The checkpoint has {size} entries, fewer than the {anchored} anchored.",
        ),
        "audit-contradiction": (
            "机构签名的检查点（大小 {size}）与链上的根矛盾。",
            "A checkpoint signed by the institution (size {size}) contradicts the chain.",
        ),
        "audit-unreadable": ("无法读取：{why}", "Could not be read: {why}"),
        "audit-shrunk": (
            "链上的头比上次审计时更短或不同：同一条链不可能如此。",
            "The head on chain is shorter than, or differs from, the last audit's: not possible "
            "on one chain.",
        ),
        "audit-state": (
            "进度文件不合要求：{pointer} 应为 {expected}。",
            "The state file will not do: {pointer} should be {expected}.",
        ),
    }
)
