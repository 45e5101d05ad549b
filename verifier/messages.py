"""Refusal codes of the verifier: what could not be looked at, what was asked wrongly."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "host-unreachable": ("连不上 {url}：{why}", "{url} cannot be reached: {why}"),
        "host-garbage": (
            "{url} 的回答格式不对：{why}",
            "{url} answered something of the wrong form: {why}",
        ),
        "host-missing": ("{url} 没有所需的内容。", "{url} does not have what was asked for."),
        "nodes-too-few": (
            "需要 {needed} 个链节点一致作答，只有 {agreeing} 个（{why}）。",
            "{needed} chain nodes must give the same answer, {agreeing} did ({why}).",
        ),
        "no-nodes": ("没有可问的链节点。", "There is no chain node to ask."),
        "node-other-chain": (
            "节点 {url} 不是信任包所指的链：{what}",
            "the node {url} is not of the chain in the trust bundle: {what}",
        ),
        "anchor-not-found": (
            "链上找不到覆盖该条目的锚定事件。",
            "the anchor that covers the entry was not found on chain.",
        ),
        "no-credential": (
            "输入中没有找到证书：{why}",
            "No credential was found in the input: {why}",
        ),
        "several-credentials": (
            "输入中有不止一份证书（{count} 份），请一次只核验一份。",
            "The input holds {count} different credentials: check one at a time.",
        ),
        "archive-refused": (
            "不接受这个压缩包：{why}",
            "This archive is not accepted: {why}",
        ),
        "nodes-behind": (
            "链节点落后于上次审计（区块 {block}）。",
            "The chain nodes are behind the last audit (block {block}).",
        ),
        "trust-expired": (
            "信任包已于 {expires} 过期。",
            "The trust bundle expired at {expires}.",
        ),
        "trust-unsigned": (
            "信任包只有 {count} 个有效的委员会签名，需要 {needed} 个。",
            "The trust bundle has {count} valid council signatures; {needed} are needed.",
        ),
        "trust-unusable": ("信任包无法使用：{why}", "The trust bundle is unusable: {why}"),
        "state-damaged": ("进度文件已损坏：{path}", "The state file is damaged: {path}"),
    }
)
