"""Refusal codes of the store."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "stream-busy": (
            "{kind} 流正被占用:{holder}。",
            "The {kind} stream is held by {holder}.",
        ),
        "account-busy": (
            "链上账户正被占用:{holder}。",
            "The chain account is held by {holder}.",
        ),
        "store-busy": ("数据库正忙:{why}。", "The database is busy: {why}."),
        "disk-full": (
            "磁盘空间不足,未写入任何内容:{why}。",
            "The disk is full; nothing of this was kept: {why}.",
        ),
        "disk-error": ("读写磁盘失败:{why}。", "The disk could not be read or written: {why}."),
        "store-unwritable": (
            "数据目录不可写:{why}。",
            "The data folder cannot be written: {why}.",
        ),
        "store-unreachable": (
            "无法连接数据库:{why}。",
            "The database cannot be reached: {why}.",
        ),
        "store-damaged": (
            "存储已损坏:{what}。停止写入,请从备份或镜像恢复。",
            "The store is damaged: {what}. Restore it from a backup or a mirror before writing.",
        ),
        "store-sealed": (
            "内容已加密保存，需要密钥文件才能读写。",
            "Contents are sealed at rest: the key file is needed to read and write them.",
        ),
        "store-newer": (
            "数据库结构({found})比本程序新,请升级程序。",
            "The database's schema ({found}) is newer than this program: upgrade the program.",
        ),
        "database-unknown": (
            "不支持的数据库：{what}。请用 SQLite 或 postgresql+psycopg://…。",
            "Not a database that is supported: {what}. SQLite or postgresql+psycopg://… is.",
        ),
        "statement-references": (
            "这批语句的 StatementRef 牵连太多：一次最多 {limit} 项。请分成小批，或缩短引用链。",
            "StatementRefs of this batch tie too much together: at most {limit} mentions at once. "
            "Send it in smaller batches, or with shorter chains.",
        ),
        "certificate-taken": (
            "证书编号或状态序号已被使用。",
            "A certificate number or status index of this batch is already in use.",
        ),
        "outbox-finished": (
            "发件箱第 {row} 行已结束({state}),不能再改。",
            "Outbox row {row} is finished ({state}) and cannot change.",
        ),
        "outbox-unknown": ("发件箱没有第 {row} 行。", "The outbox has no row {row}."),
        "token-taken": ("令牌 {key} 已存在。", "There is already a token {key}."),
    }
)
