"""Sentences of the refusals of the room `chain`, Chinese and English."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "node-unreachable": (
            "连不上链节点 {url}：{why}",
            "the chain node {url} cannot be reached: {why}",
        ),
        "node-garbage": (
            "链节点的回答格式不对：{what}",
            "the chain node's answer is not of the right form: {what}",
        ),
        "node-refused": (
            "链节点拒绝了 {method}：{message}",
            "the chain node refused {method}: {message}",
        ),
        "chain-in-use": (
            "链文件正被占用（{holder}）",
            "the chain file is in use ({holder})",
        ),
        "chain-storage": (
            "链文件无法读写：{why}",
            "the chain file cannot be read or written: {why}",
        ),
        "no-chain-here": (
            "{directory} 里没有链",
            "there is no chain in {directory}",
        ),
        "port-in-use": (
            "地址 {host}:{port} 不能监听：{why}",
            "cannot listen on {host}:{port}: {why}",
        ),
        "wrong-chain": (
            "这不是预期的链：应为 {expected}，节点是 {found}",
            "this is not the expected chain: wanted {expected}, the node has {found}",
        ),
        "not-our-contracts": (
            "地址上的合约不是学证的合约：{what}",
            "the contracts at these addresses are not Xuezheng's: {what}",
        ),
        "bad-node-url": (
            "节点地址应为 http 或 https：{url}",
            "a node's address is http or https: {url}",
        ),
        "no-code": (
            "地址 {address} 上没有合约",
            "there is no contract at {address}",
        ),
        "no-such-row": (
            "登记合约里没有 {what}",
            "the registry has no {what}",
        ),
        "bad-address": (
            "不是链上地址：{address}",
            "not a chain address: {address}",
        ),
        "unknown-change": (
            "没有这种变更：{function}",
            "there is no such change: {function}",
        ),
        "bad-change": (
            "变更 {function} 的参数不对：{why}",
            "the arguments of {function} are wrong: {why}",
        ),
        "reverted": (
            "合约拒绝了交易：{name} {args}",
            "the contract refused the transaction: {name} {args}",
        ),
        "head-moved": (
            "链上的流头不是我们写的（序号 {seq}，大小 {size}）：账户可能被他人使用，请立即检查",
            "the head on chain is not ours (seq {seq}, size {size}): is the account abused?",
        ),
        "nonce-taken": (
            "账户的序号 {nonce} 已被另一笔交易用掉：账户可能被他人使用，请立即检查",
            "nonce {nonce} was used by another transaction: is the account abused?",
        ),
        "not-mined": (
            "交易 {tx} 已发出，{seconds} 秒内没有入块；稍后再试会继续同一笔交易",
            "transaction {tx} was not mined within {seconds} s; try again, it goes on from there",
        ),
        "account-without-funds": (
            "这条链要收费，账户 {account} 余额不足",
            "this chain has a price and account {account} has not the funds",
        ),
    }
)
