"""Refusal codes of the issuer's doors: the command, the HTTP API and the folder behind them."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "no-home": (
            "{path} 不是机构数据目录；请先运行 xuezheng init。",
            "{path} is not an institution's folder; run xuezheng init first.",
        ),
        "yaml": (
            "YAML 第 {line} 行无法作为数据读取：{why}。",
            "The YAML cannot be read as data, line {line}: {why}.",
        ),
        "signing-request": (
            "待签内容与签名不是为此事所写：“{pointer}”应为 {expected}。",
            "Request and signature are not for this: “{pointer}” has to be {expected}.",
        ),
        "home-in-use": ("{path} 已被使用。", "{path} is already in use."),
        "account-differs": (
            "此目录已有账户 {account}；--account 给的是另一个。请另用一个目录。",
            "This folder already has the account {account}; --account names another one. "
            "Use another folder.",
        ),
        "config-damaged": (
            "配置 {path} 已损坏：{why}",
            "The configuration {path} is damaged: {why}",
        ),
        "no-passphrase": (
            "没有口令：请设置 XUEZHENG_PASSPHRASE 或 XUEZHENG_PASSPHRASE_FILE。",
            "No passphrase: set XUEZHENG_PASSPHRASE or XUEZHENG_PASSPHRASE_FILE.",
        ),
        "passphrase-mismatch": ("两次输入的口令不同。", "The two passphrases differ."),
        "bad-name": ("机构名称不合要求：{why}", "The institution's name will not do: {why}"),
        "bad-domain": ("域名 {domain} 不合要求。", "The domain {domain} will not do."),
        "bad-code": ("机构代码 {given} 不合要求。", "The code {given} will not do."),
        "bad-url": (
            "{url} 不合要求：须为 https 网址，不带用户名、参数和片段（仅本机可用 http）。",
            "{url} will not do: a plain https address is needed, without user, query or fragment "
            "(http for loopback only).",
        ),
        "unknown-scope": ("未知的令牌权限 {scope}。", "Unknown token scope {scope}."),
        "token-name": (
            "令牌名称须为 1 至 100 个可见字符。",
            "A token's name has 1 to 100 visible characters.",
        ),
        "token-missing": ("需要令牌。", "A token is needed."),
        "token-wrong": ("令牌无效。", "The token is not valid."),
        "token-scope": (
            "令牌没有 {scope} 权限。",
            "The token does not have the scope {scope}.",
        ),
        "body-too-large": ("请求体超过 {limit} 字节。", "The body is larger than {limit} bytes."),
        "body-invalid": (
            "请求体不合要求：{pointer}：{why}",
            "The body will not do: {pointer}: {why}",
        ),
        "not-found": ("没有这个地址。", "There is nothing at this address."),
        "method-not-allowed": ("此地址不支持该方法。", "This address does not take that method."),
        "internal-error": (
            "内部错误，未确认的内容没有写入。",
            "Internal error; nothing unacknowledged was written.",
        ),
        "mapping-invalid": ("列对应文件不合要求：{why}", "The mapping file will not do: {why}"),
        "application-file": ("申请文件不合要求：{why}", "The application file will not do: {why}"),
    }
)
