"""Entries of the streams: small deterministic CBOR maps without personal data.

`decode` is total: any bytes give an entry whose `encode` is those bytes, or BadEvidence (entry or
cbor). Integers are below 2**53, so that a browser reads them exactly; hashes have 32 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from ledger.core import cbor
from ledger.core.kinds import Action, CredentialType, EvaluationKind, Kind
from ledger.core.streams import parse_origin
from ledger.errors import BadEvidence

__all__ = [
    "Action",
    "ContinuationEntry",
    "CredentialEntry",
    "CredentialType",
    "Entry",
    "EvaluationEntry",
    "EvaluationKind",
    "Kind",
    "RecordEntry",
    "StatusEntry",
    "decode",
    "encode",
]

VERSION = 1
MAX_LENGTH = 400
MAX_INT = 2**53 - 1
MAX_LISTS = 2**15
LIST_BITS = 17  # a status list has 2**17 indexes


@dataclass(frozen=True, slots=True)
class CredentialEntry:
    """A credential was issued. `time` is Unix seconds as the issuer's clock said."""

    time: int
    commitment: bytes
    type_code: CredentialType
    status_index: int
    frame_hash: bytes
    key_id: bytes


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """A change of status, with the number of open lists and the status list's root after it.

    Revoke, suspend, reinstate and supersede name a `status_index`; reaffirm names a `leaf` of the
    credential stream; heartbeat names neither.
    """

    time: int
    commitment: bytes
    action: Action
    status_index: int | None
    leaf: int | None
    lists: int
    root: bytes


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """A learning or teaching record; `refers` is the leaf that it voids or supersedes."""

    kind: Kind
    time: int
    commitment: bytes
    refers: int | None = None


@dataclass(frozen=True, slots=True)
class EvaluationEntry:
    """A step of an evaluation; `rules_hash` where the rule set is public."""

    time: int
    commitment: bytes
    what: EvaluationKind
    refers: int | None = None
    rules_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class ContinuationEntry:
    """First entry of a successor stream: where the old one ended."""

    time: int
    commitment: bytes
    origin: str
    chain_id: int
    size: int
    root: bytes


Entry: TypeAlias = CredentialEntry | StatusEntry | RecordEntry | EvaluationEntry | ContinuationEntry

# CBOR keys, in ascending order; a field that is None is absent.
_V, _KIND, _TIME, _COMMITMENT, _TYPE, _INDEX, _FRAME, _KEY, _ACTION = range(9)
_LEAF, _LISTS, _ROOT, _REFERS, _WHAT, _RULES, _ORIGIN, _CHAIN, _SIZE = range(9, 18)
_COMMON = frozenset((_V, _KIND, _TIME, _COMMITMENT))
_NEEDED = {
    Kind.CREDENTIAL: _COMMON | {_TYPE, _INDEX, _FRAME, _KEY},
    Kind.STATUS: _COMMON | {_ACTION, _LISTS, _ROOT},
    Kind.LEARNING: _COMMON,
    Kind.TEACHING: _COMMON,
    Kind.EVALUATION: _COMMON | {_WHAT},
    Kind.CONTINUATION: _COMMON | {_ORIGIN, _CHAIN, _SIZE, _ROOT},
}
_OPTIONAL = {
    Kind.CREDENTIAL: frozenset[int](),
    Kind.STATUS: frozenset((_INDEX, _LEAF)),
    Kind.LEARNING: frozenset((_REFERS,)),
    Kind.TEACHING: frozenset((_REFERS,)),
    Kind.EVALUATION: frozenset((_REFERS, _RULES)),
    Kind.CONTINUATION: frozenset[int](),
}
_HASHES = (_COMMITMENT, _FRAME, _KEY, _ROOT, _RULES)
_NUMBERS = (_TIME, _INDEX, _LEAF, _LISTS, _REFERS, _CHAIN, _SIZE)
_LAST_CODE = {_TYPE: max(CredentialType), _ACTION: max(Action), _WHAT: max(EvaluationKind)}


def _refuse(reason: str) -> NoReturn:
    raise BadEvidence("entry", reason=reason)


def _fields(entry: Entry) -> dict[int, Any]:
    """The entry as its CBOR map, keys ascending."""
    match entry:
        case RecordEntry():
            own: dict[int, Any] = {_REFERS: entry.refers}
            kind = entry.kind
            if kind not in (Kind.LEARNING, Kind.TEACHING):
                _refuse("kind")
        case CredentialEntry():
            kind = Kind.CREDENTIAL
            own = {
                _TYPE: entry.type_code,
                _INDEX: entry.status_index,
                _FRAME: entry.frame_hash,
                _KEY: entry.key_id,
            }
        case StatusEntry():
            kind = Kind.STATUS
            own = {
                _INDEX: entry.status_index,
                _ACTION: entry.action,
                _LEAF: entry.leaf,
                _LISTS: entry.lists,
                _ROOT: entry.root,
            }
        case EvaluationEntry():
            kind = Kind.EVALUATION
            own = {_REFERS: entry.refers, _WHAT: entry.what, _RULES: entry.rules_hash}
        case ContinuationEntry():
            kind = Kind.CONTINUATION
            own = {
                _ROOT: entry.root,
                _ORIGIN: entry.origin,
                _CHAIN: entry.chain_id,
                _SIZE: entry.size,
            }
    common = {_V: VERSION, _KIND: kind, _TIME: entry.time, _COMMITMENT: entry.commitment}
    return common | {key: value for key, value in own.items() if value is not None}


def _check(fields: dict[int, Any]) -> Kind:
    """Refuse a map that is not an entry: keys by kind, types, lengths, ranges, rules of actions."""
    if fields.get(_V) != VERSION or isinstance(fields[_V], bool):
        _refuse("version")
    kind = fields.get(_KIND)
    if isinstance(kind, bool) or not isinstance(kind, int) or not 1 <= kind <= max(Kind):
        _refuse("kind")
    kind = Kind(kind)
    keys = fields.keys()
    if not _NEEDED[kind] <= keys:
        _refuse("missing-key")
    if not keys <= _NEEDED[kind] | _OPTIONAL[kind]:
        _refuse("unknown-key")
    _check_values(fields)
    if kind is Kind.STATUS:
        _check_status(fields)
    elif kind is Kind.CONTINUATION:
        _check_continuation(fields)
    elif kind is Kind.CREDENTIAL and fields[_INDEX] >= MAX_LISTS << LIST_BITS:
        _refuse("status-index")
    return kind


def _check_values(fields: dict[int, Any]) -> None:
    for key in _HASHES:
        if key in fields and not (isinstance(fields[key], bytes) and len(fields[key]) == 32):
            _refuse("hash")
    for key in _NUMBERS:
        if key in fields and not _is_int(fields[key], 0, MAX_INT):
            _refuse("integer")
    for key, last in _LAST_CODE.items():
        if key in fields and not _is_int(fields[key], 1, last):
            _refuse("code")


def _is_int(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _check_status(fields: dict[int, Any]) -> None:
    action, lists = fields[_ACTION], fields[_LISTS]
    if not 1 <= lists <= MAX_LISTS:
        _refuse("lists")
    wants_leaf = action == Action.REAFFIRM
    wants_index = action not in (Action.REAFFIRM, Action.HEARTBEAT)
    if (_LEAF in fields) != wants_leaf or (_INDEX in fields) != wants_index:
        _refuse("action")
    if wants_index and fields[_INDEX] >= lists << LIST_BITS:
        _refuse("status-index")


def _check_continuation(fields: dict[int, Any]) -> None:
    if not isinstance(fields[_ORIGIN], str):
        _refuse("origin")
    try:
        parse_origin(fields[_ORIGIN])
    except BadEvidence as error:
        raise BadEvidence("entry", reason="origin") from error


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, int) else value


def encode(entry: Entry) -> bytes:
    """The entry's bytes, about 45 to 134, at most 400; raises BadEvidence entry for bad values."""
    fields = _fields(entry)
    _check(fields)
    data = cbor.dumps({key: _plain(value) for key, value in fields.items()})
    if len(data) > MAX_LENGTH:
        _refuse("size")
    return data


def decode(data: bytes) -> Entry:
    """The entry of these bytes; raises BadEvidence entry or cbor."""
    if len(data) > MAX_LENGTH:
        _refuse("size")
    fields = cbor.loads(data, MAX_LENGTH)
    if not isinstance(fields, dict):
        _refuse("not-a-map")
    kind, get = _check(fields), fields.get
    time, commitment = fields[_TIME], fields[_COMMITMENT]
    if kind is Kind.CREDENTIAL:
        type_code = CredentialType(fields[_TYPE])
        return CredentialEntry(
            time, commitment, type_code, fields[_INDEX], fields[_FRAME], fields[_KEY]
        )
    if kind is Kind.STATUS:
        action = Action(fields[_ACTION])
        return StatusEntry(
            time, commitment, action, get(_INDEX), get(_LEAF), fields[_LISTS], fields[_ROOT]
        )
    if kind is Kind.EVALUATION:
        what = EvaluationKind(fields[_WHAT])
        return EvaluationEntry(time, commitment, what, get(_REFERS), get(_RULES))
    if kind is Kind.CONTINUATION:
        return ContinuationEntry(
            time, commitment, fields[_ORIGIN], fields[_CHAIN], fields[_SIZE], fields[_ROOT]
        )
    return RecordEntry(kind, time, commitment, get(_REFERS))
