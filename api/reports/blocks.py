"""What both pages show in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.reports.text import Writer, clean, day
from api.reports.words import LABELS


def rule_title(rules: Mapping[str, Any], write: Writer) -> str:
    """The title of a rule set, or of an indicator."""
    return write.both(rules["title"]["zh"], rules["title"]["en"])


def period_text(period: Mapping[str, Any], write: Writer) -> str:
    """First and last day; and the period's name, where that says more."""
    first, last, until = day(period["start"]), day(period["end"] - 1), day(period["end"])
    said = f"{first} {write('至', 'to')} {last} <small>UTC+8</small>"
    name = period.get("name", "")
    return said if name in ("", f"{first}/{until}") else f"{clean(name)} · {said}"


def warnings(labels: Sequence[str], write: Writer) -> str:
    """What has to be said of rules and charter."""
    if not labels:
        return ""
    lines = "".join(f"<li>{write.both(*LABELS[label])}</li>" for label in labels)
    head = write.both("请注意", "Please note")
    return f'<div class="warn"><strong>{head}</strong><ul>{lines}</ul></div>'
