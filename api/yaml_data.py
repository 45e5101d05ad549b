"""YAML as another way of writing JSON: the values of JSON, nothing else of YAML.

Of YAML 1.2's JSON schema: null, true, false, numbers, text. No anchors and aliases (a few lines may
unfold to gigabytes), no tags, no keys twice, no keys but text. What YAML 1.1 makes of `no`, `12:30`
or `2026-03-01` stays text here.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from api import messages as _messages  # noqa: F401  (registers the codes)
from ledger.core.canonical import DEFAULT_DEPTH, DEFAULT_LIMIT
from ledger.errors import BadEvidence


class _Loader(yaml.SafeLoader):
    """`SafeLoader` with the scalars of JSON only."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refused("anchor", event)
        if getattr(event, "tag", None) is not None:
            raise _refused("tag", event)
        self.depth = getattr(self, "depth", 0) + 1
        if self.depth > DEFAULT_DEPTH:
            raise _refused("depth", event)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str" or key.value in seen:
                raise _refused("key", key)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


for tag, pattern, first in (
    ("null", r"null", "n"),
    ("bool", r"true|false", "tf"),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", "-0123456789"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{pattern})\Z"), list(first)
    )


def _refused(why: str, at: Any) -> BadEvidence:
    mark = getattr(at, "start_mark", None)
    return BadEvidence("yaml", why=why, line=mark.line + 1 if mark else "—")


def parse_yaml(data: bytes, limit: int = DEFAULT_LIMIT) -> Any:
    """The data of one YAML document in UTF-8. Raises BadEvidence yaml with the line."""
    if len(data) > limit:
        raise BadEvidence("yaml", why="size", line="—")
    try:
        return yaml.load(data.decode("utf-8"), _Loader)
    except UnicodeDecodeError as error:
        raise BadEvidence("yaml", why="UTF-8", line="—") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else "—"
        why = getattr(error, "problem", None) or type(error).__name__
        raise BadEvidence("yaml", why=why, line=line) from error
    except (ValueError, RecursionError) as error:
        raise BadEvidence("yaml", why=type(error).__name__, line="—") from error
