"""Refusal codes of credentials, QR frames, status, look-up, trust bundle and verification."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "format": (
            "证书格式不正确：{pointer} 处应为 {expected}。",
            "The credential is malformed: at {pointer} expected {expected}.",
        ),
        "frame": (
            "二维码内容格式不正确：{part} 应为 {expected}。",
            "The QR frame is malformed: {part} should be {expected}.",
        ),
        "frame-text": (
            "这段文字不是本系统证书的二维码内容：{problem}。",
            "This text is not the QR text of a certificate: {problem}.",
        ),
        "status-rule": (
            "第 {leaf} 条状态记录违反规则：{problem}。",
            "Status entry {leaf} breaks the rules: {problem}.",
        ),
        "status-action": (
            "状态编号 {index} 现为 {state}，不能执行 {action}。",
            "Status index {index} is {state}; {action} is not possible.",
        ),
        "status-index": (
            "状态编号 {index} 不在已开放的状态列表之内。",
            "Status index {index} lies outside the open status lists.",
        ),
        "lookup-format": (
            "查询应答格式不正确：{pointer} 处应为 {expected}。",
            "The look-up answer is malformed: at {pointer} expected {expected}.",
        ),
        "trust-format": (
            "信任包格式不正确：{pointer} 处应为 {expected}。",
            "The trust bundle is malformed: at {pointer} expected {expected}.",
        ),
        "trust-version": (
            "信任包版本 {new} 不高于现有版本 {old}，不予替换。",
            "Trust bundle version {new} is not higher than {old}; it does not replace it.",
        ),
        "trust-signatures": (
            "信任包只有原委员会的 {count} 个有效签名，需要 {needed} 个。",
            "The bundle has {count} valid signatures of the old council; {needed} are needed.",
        ),
        "certificate-content": (
            "证书内容 {field} 不正确：应为 {expected}。",
            "Certificate content {field} is wrong: expected {expected}.",
        ),
        "day-to-come": (
            "所问的日期尚未到来。",
            "The day asked about is to come.",
        ),
        "nothing-presented": (
            "没有可核验的证书。",
            "No credential was presented.",
        ),
    }
)
