"""The OpenAPI description, and `/docs`: the same as one plain page, nothing fetched from afar."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import Response

_STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:56rem;margin:2rem auto;
padding:0 1rem;color:#1c2733}h1{font-size:1.5rem}h2{font-size:1.05rem;margin:2rem 0 .3rem;
color:#7a2020;border-bottom:1px solid #ddd}code{font:600 .95rem ui-monospace,monospace}
.m{display:inline-block;min-width:4.6rem;color:#205080}table{border-collapse:collapse;width:100%}
td{padding:.35rem .6rem .35rem 0;vertical-align:top;border-bottom:1px solid #eee}
"""


TOKEN: list[dict[str, list[str]]] = [{"bearer": []}, {"basic": []}]
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
}
PROBLEM = {
    "description": "Problem (RFC 9457) with a stable `code`, a sentence in English and Chinese",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "detail", "status", "code"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "detail": {"type": "string"},
                    "status": {"type": "integer"},
                    "code": {"type": "string"},
                    "errors": {"type": "array", "items": {"type": "object"}},
                },
            }
        }
    },
}


def of_type(*media_types: str) -> dict[str, Any]:
    """For a route whose answer is not `application/json`: what it says of itself."""
    content: dict[str, Any] = {media_type: {} for media_type in media_types}
    return {"response_class": Response, "responses": {200: {"content": content}}}


def complete(description: dict[str, Any], private: frozenset[str]) -> dict[str, Any]:
    """Adds what FastAPI cannot know: our problems, and that the tags `private` need a token."""
    description.setdefault("components", {})["securitySchemes"] = SCHEMES
    for operations in description["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)  # ours are 400, see problems.py
            operation["responses"]["default"] = PROBLEM
            if private & set(operation.get("tags", [])):
                operation["security"] = TOKEN
                operation["parameters"] = [
                    one for one in operation.get("parameters", []) if one["in"] != "header"
                ]
    return description


def page(description: dict[str, Any]) -> str:
    """HTML of every operation, grouped by its first tag."""
    groups: dict[str, list[str]] = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            tag = operation.get("tags", ["other"])[0]
            groups.setdefault(tag, []).append(_row(method, path, operation))
    body = "".join(
        f"<h2>{escape(tag)}</h2><table>{''.join(rows)}</table>" for tag, rows in groups.items()
    )
    title = escape(description["info"]["title"])
    return (
        f"<!doctype html><html lang=zh-CN><meta charset=utf-8><title>{title}</title>"
        f"<meta name=viewport content='width=device-width'><style>{_STYLE}</style>"
        f"<h1>{title}</h1><p>机器可读的描述 / machine-readable: "
        f"<a href=/openapi.json>/openapi.json</a></p>{body}</html>"
    )


def _row(method: str, path: str, operation: dict[str, Any]) -> str:
    queries = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
    asked = f" ?{' &amp; '.join(escape(name) for name in queries)}" if queries else ""
    return (
        f"<tr><td><code><span class=m>{method.upper()}</span>{escape(path)}</code>{asked}</td>"
        f"<td>{escape(operation.get('summary', ''))}</td></tr>"
    )
