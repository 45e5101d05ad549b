"""Refusal codes of statements and documents as the store keeps them."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "xapi-conflict": (
            "编号 {id} 已有内容不同的陈述；陈述不可更改。",
            "Another statement has the id {id}; statements never change.",
        ),
        "statement-is-teaching": (
            "这条陈述声称遵循教学规范，属于教学流：请用 --stream teaching 导入，或经 /xapi 提交。",
            "The statement claims the teaching profile and belongs to the stream teaching: ingest "
            "it with --stream teaching, or submit it to /xapi.",
        ),
        "xapi-repeated-id": (
            "同一批次中有两条陈述的编号都是 {id}。",
            "Two statements of the batch have the id {id}.",
        ),
        "xapi-number-range": (
            "{pointer} 的整数超出 ±(2^53−1)，换一个系统读就会变成另一个数；请写成字符串。",
            "The integer at {pointer} is beyond ±(2^53-1): other systems would read another "
            "number; write it as a string.",
        ),
        "xapi-voids-voiding": (
            "{id} 本身是作废陈述，不能再被作废；请以新编号重新提交原陈述。",
            "{id} is itself a voiding statement and cannot be voided; issue the statement that it "
            "voided again under a new id.",
        ),
        "xapi-not-mergeable": (
            "只有 application/json 的 JSON 对象才能合并；{which}：{why}。未作任何改动。",
            "Only JSON objects of type application/json can be merged; {which}: {why}. Nothing "
            "was changed.",
        ),
        "xapi-precondition": (
            "前提不成立：{header} 与文档的现状不符；请先读取文档，再以其 ETag 重试。",
            "The precondition {header} does not hold for the document as it is; read it again and "
            "retry with its ETag.",
        ),
        "xapi-precondition-missing": (
            "此文档资源的 PUT 须带请求头 If-Match（改已有的）或 If-None-Match: *（建新的）。",
            "A PUT of a profile needs the header If-Match (to change one that exists) or "
            "If-None-Match: * (to make a new one).",
        ),
        "xapi-document-json": (
            "Content-Type 是 application/json，内容却不是合格的 JSON（{reason}）。",
            "The Content-Type is application/json, the content is no well-formed JSON ({reason}).",
        ),
        "xapi-unguarded": (
            "文档已存在：请先查看其现状，并在 If-Match 中给出当前 ETag。",
            "The document exists: check its current state and set If-Match to its current ETag.",
        ),
        "store-stopping": ("正在停止，暂不接收记录。", "The store is stopping; try again later."),
    }
)
