"""What the printing room refuses, in both languages."""

from ledger.errors import register

register(
    {
        "qr-empty": ("二维码内容为空", "there is no text for the QR code"),
        "qr-too-long": (
            "二维码内容过长（{length} 个字符），超出版本 15 的容量",
            "the QR text is too long ({length} characters) for version 15",
        ),
        "fonts-missing": (
            "缺少打印证书所需的字体：{families}。Debian/Ubuntu 请安装：{packages}",
            "fonts needed to print certificates are missing: {families}. "
            "On Debian/Ubuntu install: {packages}",
        ),
        "font-unreadable": (
            "字体文件无法读取：{path}（{reason}）",
            "the font file cannot be read: {path} ({reason})",
        ),
        "glyph-missing": (
            "没有任何字体能打印这些字符：{characters}",
            "no font can print these characters: {characters}",
        ),
        "print-failed": (
            "证书排版失败：{reason}",
            "the certificate could not be typeset: {reason}",
        ),
        "print-overflow": (
            "证书内容过长，一页放不下",
            "the certificate does not fit on one page",
        ),
    }
)
