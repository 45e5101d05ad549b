"""Refusal codes of pulling from another store."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "source-unreachable": ("连不上 {url}：{why}", "{url} cannot be reached: {why}"),
        "source-garbage": (
            "对方的回答不符合 xAPI：{why}",
            "The other store's answer is not that of xAPI: {why}",
        ),
        "source-order": (
            "对方没有按存入时间升序作答，无法断点续传。",
            "The other store does not answer in the order of `stored`; nothing can resume there.",
        ),
        "source-refused": (
            "对方拒绝了我们的凭证（HTTP {status}）。",
            "The other store refuses our token (HTTP {status}).",
        ),
        "source-token": (
            "凭证文件应只有一行“key:secret”或一个 Bearer 令牌。",
            "The token file must hold one line, `key:secret` or a Bearer token.",
        ),
    }
)
