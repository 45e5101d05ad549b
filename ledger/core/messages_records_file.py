"""Sentences of what may be wrong with a records file."""

from ledger.errors import register

register(
    {
        "records-file": (
            "记录文件第 {line} 行无法读取：“{pointer}”应为 {expected}。",
            "Line {line} of the records file cannot be read: “{pointer}” has to be {expected}.",
        ),
        "record-entry": (
            "第 {leaf} 条的账本条目不是这条流的条目。",
            "The entry of leaf {leaf} is none of this stream.",
        ),
        "record-commitment": (
            "第 {leaf} 条的内容或盐被改动过：与账本条目的承诺不符。",
            "Payload or salt of leaf {leaf} was changed: its entry commits to something else.",
        ),
        "record-not-under-root": (
            "第 {leaf} 条不在已锚定的根之下：包含证明不成立。",
            "Leaf {leaf} is not under the anchored root: its proof does not hold.",
        ),
        "record-groups": (
            "{origin} 的各组散列得不出检查点的根。",
            "The groups of {origin} do not give the checkpoint's root.",
        ),
        "record-checkpoint": (
            "{origin} 的检查点没有该机构登记的密钥的签名。",
            "No registered key of the institution signed the checkpoint of {origin}.",
        ),
        "record-anchors": (
            "{origin} 的锚定记录不是依次增长，或没有检查点那么大的一次。",
            "The anchors of {origin} do not grow one after another, or none has the checkpoint's "
            "size.",
        ),
    }
)
