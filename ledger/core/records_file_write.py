"""Writing a records file: header lines, record lines, and the proofs of a group.

Format: `docs/spec/records-file.md`. Lines are put together from parts that are canonical already;
nothing is parsed, so that a million of them take seconds.
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Sequence
from functools import cached_property

from ledger.core import merkle
from ledger.core.records_file_values import GROUP, MAX_HEADER, Anchor
from ledger.errors import BadEvidence


class Group:
    """The proofs of one group, from its 1 to 256 leaf hashes, which are hashed once.

    Raises BadEvidence merkle-size for another number of leaves.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        if not 0 < len(leaves) <= GROUP:
            raise BadEvidence("merkle-size", old=0, new=len(leaves))
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            level = self._levels[-1]
            pairs = range(0, len(level) - 1, 2)
            above = [merkle.node_hash(level[at], level[at + 1]) for at in pairs]
            self._levels.append([*above, level[-1]] if len(level) & 1 else above)

    @property
    def root(self) -> bytes:
        """RFC 6962 root of the group."""
        return self._levels[-1][0]

    def path(self, position: int) -> tuple[bytes, ...]:
        """RFC 6962 inclusion path of a leaf within the group; raises BadEvidence merkle-index."""
        return tuple(self._along(self._levels, position))

    def written(self, position: int) -> bytes:
        """The same as the members of a JSON array. Each hash is written once for all paths."""
        return b",".join(self._along(self._texts, position))

    @cached_property
    def _texts(self) -> list[list[bytes]]:
        return [[b'"' + _base64(one) + b'"' for one in level] for level in self._levels]

    def _along(self, levels: list[list[bytes]], position: int) -> list[bytes]:
        if not 0 <= position < len(levels[0]):
            raise BadEvidence("merkle-index", index=position, size=len(levels[0]))
        found = []
        for level in levels[:-1]:
            sibling = position ^ 1
            if sibling < len(level):
                found.append(level[sibling])
            position >>= 1
        return found


def header_line(
    origin: str, checkpoint: bytes, anchors: Sequence[Anchor], groups: Sequence[bytes]
) -> bytes:
    """The line of a stream. `checkpoint` is the signed note of the tree over all `groups`;
    `anchors` are all up to that size, oldest first. Raises BadEvidence records-file for a line that
    no reader would take."""
    value = {
        "type": "stream",
        "origin": origin,
        "checkpoint": checkpoint.decode(),
        "anchors": [list(one) for one in anchors],
        "groups": [_base64(one).decode() for one in groups],
    }
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    if len(line) > MAX_HEADER:
        expected = f"at most {MAX_HEADER} bytes"
        raise BadEvidence("records-file", line=1, pointer="/", expected=expected)
    return line


def record_line(
    stream: str,
    leaf: int,
    entry: bytes,
    salt: bytes,
    path: Sequence[bytes] | bytes,
    payload: bytes,
    shown: bytes | None = None,
) -> bytes:
    """The line of a record. `payload` and `shown` are canonical JSON and are not looked at, nor is
    a `path` that is bytes: it is what `Group.written` gives."""
    hashes = (
        path if isinstance(path, bytes) else b",".join([b'"' + _base64(one) + b'"' for one in path])
    )
    return b"".join(
        (
            b'{"type":"record","stream":"', stream.encode(), b'","leaf":%d,"entry":"' % leaf,
            _base64(entry), b'","salt":"', _base64(salt), b'","path":[', hashes,
            b'],"payload":', payload, b"" if shown is None else b',"shown":' + shown, b"}\n",
        )
    )  # fmt: skip


def _base64(data: bytes) -> bytes:
    return b2a_base64(data, newline=False)
