"""Sentences of recomputing a report."""

from ledger.errors import register

register(
    {
        "report-unreadable": (
            "这不是可读的评价报告：{why}",
            "This is no readable report of an evaluation: {why}",
        ),
        "recompute-anchor": (
            "链上没有记录文件所称的锚定（第 {seq} 次，区块 {block}）。",
            "The chain does not have the anchor that the records file names ({seq}, block "
            "{block}).",
        ),
    }
)
