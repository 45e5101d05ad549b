"""Refusal codes of the verifier: what could not be looked at, what was asked wrongly."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "host-unreachable": ("连不上 {url}:{why}", "{url} cannot be reached: {why}"),
        "host-garbage": (
            "{url} 的回答格式不对:{why}",
            "{url} answered something of the wrong form: {why}",
        ),
        "host-missing": ("{url} 没有所需的内容。", "{url} does not have what was asked for."),
        "nodes-too-few": (
            "需要 {needed} 个链节点一致作答,只有 {agreeing} 个({why})。",
            "{needed} chain nodes must give the same answer, {agreeing} did ({why}).",
        ),
        "no-nodes": ("没有可问的链节点。", "There is no chain node to ask."),
        "node-other-chain": (
            "节点 {url} 不是信任包所指的链:{what}",
            "the node {url} is not of the chain in the trust bundle: {what}",
        ),
        "offline": ("未联网核对。", "not looked at: offline."),
        "anchor-not-found": (
            "链上找不到覆盖该条目的锚定事件。",
            "the anchor that covers the entry was not found on chain.",
        ),
        "not-in-bucket": (
            "发证机构的查询结果中没有这份证书。",
            "the issuer's look-up does not list this credential.",
        ),
        "no-credential": (
            "输入中没有找到证书:{why}",
            "No credential was found in the input: {why}",
        ),
        "trust-unusable": ("信任包无法使用:{why}", "The trust bundle is unusable: {why}"),
        "state-damaged": ("进度文件已损坏:{path}", "The state file is damaged: {path}"),
    }
)
