"""Refusal codes of the use cases."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "no-such-certificate": (
            "没有编号为 {number} 的证书。",
            "There is no certificate {number}.",
        ),
        "status-not-possible": (
            "证书 {number} 目前状态为 {state}，不能执行 {action}。",
            "Certificate {number} is {state}; {action} is not possible.",
        ),
        "unknown-reason": (
            "未知的原因代码 {reason}；可用：{known}。",
            "Unknown reason code {reason}; known: {known}.",
        ),
        "not-accredited": (
            "本机构目前未获准颁发 {type} 类证书。",
            "This institution is not accredited to issue {type} credentials now.",
        ),
        "not-registered": (
            "本机构尚未在登记合约中注册（等待理事会批准）。",
            "This institution is not in the registry yet (awaiting the council).",
        ),
        "key-not-registered": (
            "签名密钥未在登记合约中，或已停用。",
            "The signing key is not in the registry, or is frozen.",
        ),
        "key-unknown": ("登记合约中没有密钥 {key}。", "The registry has no key {key}."),
        "stream-behind-chain": (
            "本地 {stream} 流只有 {local} 条，链上已锚定 {anchored} 条：请先从镜像补齐，再签名。",
            "The local {stream} stream has {local} entries, the chain has {anchored} anchored: "
            "restore the missing entries from a mirror before anything is signed.",
        ),
        "stream-forked": (
            "本地 {stream} 流与链上锚定的根不一致：停止签名，请联系审计员。",
            "The local {stream} stream does not match the root anchored on chain: nothing is "
            "signed; call an auditor.",
        ),
        "not-anchored": ("{what} 尚未上链。", "{what} is not anchored yet."),
        "no-such-record": (
            "{stream} 流中没有第 {index} 条记录。",
            "The {stream} stream has no record {index}.",
        ),
        "no-such-statement": ("没有编号为 {id} 的记录。", "There is no statement {id}."),
        "no-such-stream": ("没有名为 {stream} 的流。", "There is no stream {stream}."),
        "lookup-out-of-range": (
            "查询前缀不合法。",
            "The look-up prefix is not of the right form.",
        ),
        "file-empty": ("文件是空的。", "The file is empty."),
        "already-issued": (
            "编号 {number} 已用不同内容颁发过。",
            "Number {number} has already been issued with other content.",
        ),
        "roster-refused": (
            "名册有 {count} 处错误，未颁发任何证书。",
            "The roster has {count} problems; nothing was issued.",
        ),
        "no-such-application": (
            "链上没有账户 {account} 的申请。",
            "There is no application of account {account} on chain.",
        ),
        "application-differs": (
            "申请文件与链上的申请不一致：{field}。",
            "The application file differs from the application on chain: {field}.",
        ),
        "weak-key": (
            "申请中的密钥 {key} 不是素数阶的合格公钥。",
            "Key {key} in the application is not a proper prime-order public key.",
        ),
        "no-such-institution": (
            "登记合约中没有代码为 {institution} 的机构。",
            "The registry has no institution with code {institution}.",
        ),
        "no-such-proposal": ("没有编号为 {proposal} 的提案。", "There is no proposal {proposal}."),
        "proposal-ambiguous": (
            "{proposal} 对应多个提案，请写更多位。",
            "{proposal} fits several proposals; give more digits.",
        ),
        "not-a-member": ("本机构不是理事会成员。", "This institution is not a council member."),
        "unknown-template": (
            "未知的模板 {template}；可用：{known}。",
            "Unknown template {template}; known: {known}.",
        ),
        "unknown-kind": ("未知的流类型 {kind}。", "Unknown kind of stream {kind}."),
        "unknown-type": ("未知的证书类型 {type}。", "Unknown credential type {type}."),
        "bad-date": ("日期 {date} 不存在或不是 YYYY-MM-DD。", "{date} is not a date YYYY-MM-DD."),
        "bad-period": ("起止日期不合理。", "The period ends before it begins."),
        "bad-threshold": (
            "{k} 不在允许范围内：成员 {n} 位时须大于一半且不超过总数。",
            "{k} is out of range: with {n} members more than half and at most all of them.",
        ),
        "trust-signer": (
            "本机构的信任密钥不在此信任包的成员名单中。",
            "This institution's trust key is not among the members of this bundle.",
        ),
        "no-such-status-list": (
            "没有打开的状态列表 {purpose}/{list}。",
            "There is no open status list {purpose}/{list}.",
        ),
    }
)
