"""Refusal codes of the keys and signatures of people."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "account-form": (
            "账户“{account}”应为 <主页>|<名称>。",
            "The account “{account}” has to be <home page>|<name>.",
        ),
        "person-key": (
            "个人公钥格式不对：{pointer} 应为 {expected}。",
            "The person's public key is malformed: {pointer} should be {expected}.",
        ),
        "person-key-unusable": (
            "个人公钥不可使用（{reason}）。",
            "The person's public key cannot be used ({reason}).",
        ),
        "person-signature-form": (
            "个人签名格式不对：{pointer} 应为 {expected}。",
            "The person's signature is malformed: {pointer} should be {expected}.",
        ),
        "person-signature": (
            "个人签名不成立（{reason}）。",
            "The person's signature does not hold ({reason}).",
        ),
    }
)
