"""The auditor's report: JSON for machines, one plain page for people."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from ledger.errors import WrongUse

_STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:60rem;margin:2.5rem auto;
padding:0 1rem;color:#1c2733}h1{font-size:1.5rem}table{border-collapse:collapse;width:100%;
margin:1rem 0}th,td{text-align:left;padding:.35rem .8rem .35rem 0;border-bottom:1px solid #e3e3e3;
vertical-align:top}.n{text-align:right;font-variant-numeric:tabular-nums}
.clean{color:#1a6e3c}.findings{color:#a51d1d}.undetermined{color:#8a5a00}
code{font-size:.82rem;word-break:break-all}
"""
_WORDS = {
    "clean": ("账本无误", "Clean"),
    "findings": ("发现问题", "Findings"),
    "undetermined": ("有未能查看之处", "Some of it could not be looked at"),
}
_HEADS = (
    ("流", "记录", "锚定", "问题", "根"),
    ("stream", "entries", "anchors", "findings", "root"),
)
SELF_DECLARED = (
    "自我声明：账本由单一机构运行，没有其他机构共同见证。",
    "Self-declared: a single operator runs this ledger; nobody else witnesses it.",
)


def write_report(folder: Path, value: dict[str, Any], lang: str) -> None:
    """`report.json` and `report.html` in `folder`. WrongUse("file-unwritable")."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(value, ensure_ascii=False, indent=2)
        (folder / "report.json").write_text(text + "\n", encoding="utf-8")
        (folder / "report.html").write_text(page(value, lang), encoding="utf-8")
    except OSError as error:
        raise WrongUse("file-unwritable", path=folder, why=error.strerror) from error


def page(value: dict[str, Any], lang: str) -> str:
    """The page: verdict, as of when and by which bundle, every stream, every finding."""
    zh = lang == "zh"
    word = _WORDS[value["verdict"]][0 if zh else 1]
    title = "学证审计报告" if zh else "Xuezheng audit report"
    heads = _HEADS[0 if zh else 1]
    streams = "".join(
        f"<tr><td>{escape(s['origin'])}</td><td class=n>{s['size']}</td>"
        f"<td class=n>{s['anchors']}</td><td class=n>{s['findings']}</td>"
        f"<td><code>{escape(s['root'])}</code></td></tr>"
        for s in value["streams"]
    )
    findings = "".join(
        f"<tr><td><code>{escape(f['code'])}</code></td><td>{escape(f['where'])}</td>"
        f"<td>{escape(f['detail'])}</td></tr>"
        for f in value["findings"]
    )
    found = f"<table>{findings}</table>" if findings else ""
    own = SELF_DECLARED[0 if zh else 1] if value["trust"]["self_declared"] else ""
    return (
        f"<!doctype html><html lang={'zh-CN' if zh else 'en'}><meta charset=utf-8>"
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>"
        f"<p class={value['verdict']}><strong>{word}</strong></p>"
        f"<p>{_as_of(value['as_of'], zh)}"
        f"{'信任包指纹' if zh else 'trust bundle'} "
        f"<code>{escape(value['trust']['fingerprint'])}</code></p>"
        f"{own and f'<p class=undetermined>{own}</p>'}{found}<table><tr><th>{heads[0]}</th>"
        f"{''.join(f'<th class=n>{head}</th>' for head in heads[1:4])}<th>{heads[4]}</th></tr>"
        f"{streams}</table></html>"
    )


def _as_of(value: dict[str, Any] | None, zh: bool) -> str:
    if value is None:
        return ""
    name = "截至区块" if zh else "as of block"
    return f"{name} {value['block']} ({escape(value['time'])}) · "
