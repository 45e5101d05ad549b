"""Reading back what was stored as canonical JSON."""

from __future__ import annotations

import json
from typing import Any

from ledger.core.canonical import MAX_SAFE_INT


def _number(text: str) -> int | float:
    value = int(text)
    return value if -MAX_SAFE_INT <= value <= MAX_SAFE_INT else float(text)


_DECODER = json.JSONDecoder(parse_int=_number)


def stored_json(data: bytes) -> Any:
    """The value of canonical JSON that this project wrote.

    RFC 8785 writes 1e20 as 100000000000000000000. Read as an integer that would have no canonical
    form; here it is the float again, so that what is read can be written.
    """
    return _DECODER.decode(data.decode("utf-8"))
