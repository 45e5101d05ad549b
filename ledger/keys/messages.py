"""Refusal codes of the room `keys`."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "wrong-passphrase": ("口令不对。", "The passphrase is wrong."),
        "key-file-damaged": (
            "密钥文件 {path} 已损坏：{why}",
            "The key file {path} is damaged: {why}",
        ),
        "key-file-missing": ("没有密钥文件 {path}。", "There is no key file {path}."),
        "key-file-unwritable": (
            "无法写入密钥文件 {path}:{why}",
            "The key file {path} cannot be written: {why}",
        ),
        "key-file-exists": (
            "{path} 已存在，不覆盖。",
            "{path} is there already and is not overwritten.",
        ),
        "person-key-other": (
            "{path} 不是个人密钥文件。",
            "{path} is no key file of a person.",
        ),
        "no-such-key": ("没有用途为 {purpose} 的密钥。", "There is no key for {purpose}."),
        "sealed-damaged": (
            "加密保存的内容无法打开：密钥不对，或内容已被改动。",
            "What is sealed at rest does not open: another key, or it was changed.",
        ),
        "keystore-unreadable": (
            "账户密钥文件无法用此口令打开：{why}",
            "The account's key file cannot be opened with this passphrase: {why}",
        ),
    }
)
