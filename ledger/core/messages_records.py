"""Refusal codes of exported records: proof text, record file, archive, receipts of erasure."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "tlog-proof": (
            "包含证明的文本格式不对（{reason}）。",
            "The text of the inclusion proof is malformed ({reason}).",
        ),
        "record-format": (
            "记录文件格式不对：{pointer} 应为 {expected}。",
            "The record file is malformed: {pointer} must be {expected}.",
        ),
        "erasure-format": (
            "删除收据格式不对：{pointer} 应为 {expected}。",
            "The receipt of erasure is malformed: {pointer} must be {expected}.",
        ),
    }
)
