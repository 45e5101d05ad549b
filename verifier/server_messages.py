"""Refusal codes of the verifier web app."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "verify-body": (
            "请求格式不正确：{why}。",
            "The request is malformed: {why}.",
        ),
        "verify-too-large": (
            "请求超过 {limit} 字节。",
            "The request is over {limit} bytes.",
        ),
        "verify-no-such-address": (
            "没有 {path} 这个地址。",
            "There is no address {path}.",
        ),
        "verify-broken": (
            "核验服务出错，请稍后再试。",
            "The verifier failed; please try again later.",
        ),
        "page-not-built": (
            "核验页尚未构建：{path} 中没有 index.html。",
            "The verifier page is not built: there is no index.html in {path}.",
        ),
    }
)
