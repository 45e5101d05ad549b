"""What can be wrong with a picture or a PDF before there is a credential to check."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "document-too-large": (
            "文件超过 {limit} 字节。",
            "The file is larger than {limit} bytes.",
        ),
        "document-damaged": (
            "文件已损坏，无法读取（{reason}）。",
            "The file is damaged and cannot be read ({reason}).",
        ),
        "document-too-costly": (
            "读取该文件耗费过多的时间或内存，已停止。",
            "Reading this file took too much time or memory and was stopped.",
        ),
        "picture-too-large": (
            "图片超过 {limit} 像素。",
            "The picture has more than {limit} pixels.",
        ),
        "pdf-encrypted": (
            "PDF 设有打开密码。",
            "The PDF needs a password to open.",
        ),
        "pdf-too-many-pages": (
            "PDF 超过 {limit} 页。",
            "The PDF has more than {limit} pages.",
        ),
        "pdf-too-many-attachments": (
            "PDF 的附件超过 {limit} 个。",
            "The PDF has more than {limit} attachments.",
        ),
        "pdf-attachment-too-large": (
            "PDF 的附件“{name}”超过 {limit} 字节。",
            "The PDF's attachment “{name}” is larger than {limit} bytes.",
        ),
        "pdf-text-too-long": (
            "PDF 的文字超过 {limit} 个字符。",
            "The PDF's text is longer than {limit} characters.",
        ),
    }
)
