"""Refusal codes of what statements mean: attachments as sent, signatures, multipart."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "xapi-multipart": (
            "multipart/mixed 正文格式不对（{reason}）。",
            "The multipart/mixed body is malformed ({reason}).",
        ),
        "xapi-attachment-missing": (
            "附件 {sha2} 既没有随请求发送，也没有 fileUrl。",
            "Attachment {sha2} was not sent and has no fileUrl.",
        ),
        "xapi-attachment-extra": (
            "第 {part} 部分不是任何陈述声明的附件。",
            "Part {part} is not an attachment that any of the statements declares.",
        ),
        "xapi-attachment-headers": (
            "第 {part} 部分的头部 {header} 不对：应为 {expected}。",
            "Part {part} has a wrong header {header}: expected {expected}.",
        ),
        "xapi-attachment-hash": (
            "第 {part} 部分的内容与其散列 {sha2} 不符。",
            "The content of part {part} does not have the hash {sha2}.",
        ),
        "xapi-signature": (
            "陈述的签名不成立（{reason}）。",
            "The signature of the statement does not hold ({reason}).",
        ),
    }
)
