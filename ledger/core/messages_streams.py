"""Refusal codes of the byte formats of streams: Merkle, tiles, CBOR, entries, notes, keys."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "merkle-index": (
            "叶序号 {index} 不在大小为 {size} 的树中。",
            "Leaf index {index} is not in a tree of size {size}.",
        ),
        "merkle-size": (
            "树的大小不成立：旧 {old}，新 {new}。",
            "These tree sizes are not possible: old {old}, new {new}.",
        ),
        "merkle-path-length": (
            "Merkle 证明的长度不对：得到 {got} 个散列。",
            "The Merkle proof has the wrong length: got {got} hashes.",
        ),
        "merkle-hash-length": (
            "Merkle 散列必须是 32 字节。",
            "A Merkle hash must be 32 bytes.",
        ),
        "merkle-root": (
            "Merkle 证明算出的根与给出的根不一致。",
            "The Merkle proof does not lead to the given root.",
        ),
        "merkle-frontier": (
            "保存的树前沿已损坏。",
            "The stored tree frontier is damaged.",
        ),
        "tile-path": ("瓦片路径不合规范。", "The tile path is not well formed."),
        "tile-length": (
            "瓦片 {path} 的长度不对：应为 {want} 字节，得到 {got} 字节。",
            "Tile {path} has the wrong length: expected {want} bytes, got {got}.",
        ),
        "entry-bundle": (
            "条目包格式不对（{reason}）。",
            "The entry bundle is malformed ({reason}).",
        ),
        "cbor": (
            "不是确定性编码的 CBOR（{reason}）。",
            "This is not deterministic CBOR ({reason}).",
        ),
        "entry": (
            "流条目格式不对（{reason}）。",
            "The stream entry is malformed ({reason}).",
        ),
        "commitment": (
            "承诺的盐必须是 32 字节。",
            "The salt of a commitment must be 32 bytes.",
        ),
        "json": ("JSON 不合要求（{reason}）。", "The JSON is not acceptable ({reason})."),
        "canonical-json": (
            "该值不能按 RFC 8785 规范化（{reason}）。",
            "The value cannot be canonicalised by RFC 8785 ({reason}).",
        ),
        "public-key": (
            "Ed25519 公钥不可接受（{reason}）。",
            "The Ed25519 public key is not acceptable ({reason}).",
        ),
        "signature": ("签名验证不通过。", "The signature does not verify."),
        "note": ("签名文书格式不对（{reason}）。", "The signed note is malformed ({reason})."),
        "note-unsigned": (
            "文书上没有“{name}”的签名。",
            "The note carries no signature of “{name}”.",
        ),
        "note-signature": (
            "文书上“{name}”的签名验证不通过。",
            "The signature of “{name}” on the note does not verify.",
        ),
        "checkpoint": ("检查点格式不对（{reason}）。", "The checkpoint is malformed ({reason})."),
        "checkpoint-origin": (
            "检查点属于“{got}”，不是“{want}”。",
            "The checkpoint is of “{got}”, not of “{want}”.",
        ),
        "stream-origin": ("流的来源名不合规范：{origin}。", "Not a stream origin: {origin}."),
        "multibase": (
            "multibase 编码不对（{reason}）。",
            "The multibase text is malformed ({reason}).",
        ),
    }
)
