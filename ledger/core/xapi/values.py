"""Strings with a grammar of their own: IRI, language tag, UUID, timestamp, duration, SHA, mailto.

Data 4.2 to 4.6 of 1.0.3; 4.2.7 of IEEE 9274.1.1. Every function gives back what it was given, or
raises the refusal of `shapes` with the pointer `at` and the requirement `rule`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Any

from ledger.core.xapi.shapes import bad_value, below, check_string, wrong_type
from ledger.core.xapi.versions import Version

# RFC 3987, without the bidirectional controls that its section 4.1 forbids. Possessive and without
# overlap: linear on any input.
_UCS = (
    "\u00a0-\u200d\u2010-\u2029\u202f-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(0x10000 * p)}-{chr(0x10000 * p + 0xFFFD)}" for p in range(1, 14))
    + "\U000e1000-\U000efffd"
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_PERCENT = "%[0-9A-Fa-f]{2}"


def _identifier(letters: str, private: str) -> re.Pattern[str]:
    """The grammar of an IRI; of a URI (RFC 3986) when there are no further letters."""
    plain = r"A-Za-z0-9\-._~!$&'()*+,;=" + letters

    def run(more: str) -> str:
        return f"[{plain}{more}]*+(?:{_PERCENT}[{plain}{more}]*+)*+"

    literal = r"\[(?:[0-9A-Fa-f:.]++|[vV][0-9A-Fa-f]++\.[A-Za-z0-9\-._~!$&'()*+,;=:]++)\]"
    authority = rf"//(?:{run(':')}@)?(?:{literal}|{run('')})(?::[0-9]*+)?(?=[/?#]|\Z)"
    path = run(":@/")
    tail = rf"(?:\?{run(':@/?' + private)})?(?:#{run(':@/?')})?\Z"
    return re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*+:(?:{authority}{path}|(?!//){path}){tail}")


_IRI = _identifier(_UCS, _PRIVATE)
_URI = _identifier("", "")
# RFC 6068 over RFC 5322's dot-atom: in a URI the rarer letters of a mailbox stand percent-encoded.
_ATOM = rf"(?:[A-Za-z0-9!$&'*+\-/=_~{_UCS}]|{_PERCENT})++"
_LABEL = rf"[A-Za-z0-9{_UCS}](?:[A-Za-z0-9\-{_UCS}]*[A-Za-z0-9{_UCS}])?"
_MAILTO = re.compile(rf"mailto:{_ATOM}(?:\.{_ATOM})*+@{_LABEL}(?:\.{_LABEL})*\Z")
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}\Z")
# RFC 4122 with any version and variant: an example of the standard itself has another than 2.
_UUID = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\Z")
_LANGUAGE = re.compile(
    r"(?:(?:[a-z]{2,3}(?:-[a-z]{3}(?![a-z0-9])){0,3}|[a-z]{4}|[a-z]{5,8})"
    r"(?:-[a-z]{4}(?![a-z0-9]))?"
    r"(?:-(?:[a-z]{2}|[0-9]{3})(?![a-z0-9]))?"
    r"((?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3})(?![a-z0-9]))+)?"
    r"((?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)+)?"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+"
    # Tags of before RFC 4646 that the grammar above does not make.
    r"|en-gb-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)"
    r"|sgn-(?:be-fr|be-nl|ch-de)|art-lojban|cel-gaulish|no-(?:bok|nyn)|zh-min(?:-nan)?)\Z",
    re.ASCII | re.IGNORECASE,
)
_DURATION = re.compile(
    r"P(?:[0-9]+(?:[.,][0-9]+)?W|(?=[0-9T])"
    r"(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?"
    r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+S)?)?)\Z"
)
# In ISO 8601 the smallest unit given, whichever it is, may have a fraction.
_FRACTION = re.compile(r"[.,][0-9]+(?=[YMDHS]\Z)")
_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+\-])([0-9]{2}):([0-9]{2}))\Z"
)
# The same without the cases that want a calendar: leap days, leap seconds, the offset -00:00.
_PLAIN_RFC3339 = re.compile(
    r"(?!0000)[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]++)?"
    r"(?:[Zz]|(?!-00:00)[+\-](?:[01][0-9]|2[0-3]):[0-5][0-9])\Z"
)
_ISO8601 = re.compile(
    r"([0-9]{4})(?:"
    r"-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    r"(?:[Zz]|([+\-])([0-9]{2})(?::?([0-9]{2}))?)?"
    r"|([0-9]{2})([0-9]{2})[Tt]([0-9]{2})([0-9]{2})(?:([0-9]{2})(?:[.,]([0-9]+))?)?"
    r"(?:[Zz]|([+\-])([0-9]{2})([0-9]{2})?)?)\Z"
)
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400
_LEAP_SECONDS_BEGIN = (date(1972, 1, 1).toordinal() - _EPOCH) * _DAY


def check_iri(value: Any, at: str = "", rule: str = "XAPI-00007") -> str:
    """An absolute IRI (RFC 3987), hence with a scheme (XAPI-00011)."""
    if type(value) is not str:
        wrong_type(value, at, rule, "IRI")
    if not _IRI.match(value):
        bad_value(at, rule if ":" in value else "XAPI-00011", "IRI (RFC 3987)")
    return value


def check_uri(value: Any, at: str = "", rule: str = "XAPI-00007") -> str:
    """A URI (RFC 3986): an IRI of ASCII letters."""
    if type(value) is not str:
        wrong_type(value, at, rule, "URI")
    if not _URI.match(value):
        bad_value(at, rule, "URI (RFC 3986)")
    return value


def check_mailto(value: Any, at: str = "", rule: str = "XAPI-00038") -> str:
    """`mailto:` and one mailbox."""
    if type(value) is not str:
        wrong_type(value, at, rule, "mailto:name@host")
    if not _MAILTO.match(value):
        bad_value(at, rule, "mailto:name@host")
    return value


def check_sha1(value: Any, at: str = "", rule: str = "XAPI-00039") -> str:
    """A SHA-1 sum in 40 hex digits."""
    if type(value) is not str:
        wrong_type(value, at, rule, "40 hex digits")
    if not _SHA1.match(value):
        bad_value(at, rule, "40 hex digits")
    return value


def check_uuid(value: Any, at: str = "", rule: str = "XAPI-00027") -> str:
    """A UUID (RFC 4122) in its standard form of 8-4-4-4-12 hex digits, in either case."""
    if type(value) is not str:
        wrong_type(value, at, rule, "UUID")
    if not _UUID.match(value):
        bad_value(at, rule, "UUID (RFC 4122)")
    return value


def check_language_tag(value: Any, at: str = "", rule: str = "XAPI-00013") -> str:
    """A language tag of RFC 5646 by its grammar; subtags are not looked up in the registry."""
    if type(value) is not str:
        wrong_type(value, at, rule, "language tag")
    if not _is_language_tag(value):
        bad_value(at, rule, "language tag (RFC 5646)")
    return value


def _is_language_tag(text: str) -> bool:
    """By the grammar, and with no variant and no singleton twice (2.2.5, 2.2.6)."""
    found = _LANGUAGE.match(text)
    if found is None or found.lastindex is None:
        return found is not None
    variants, extensions = found.groups("")
    once = variants.lower().split("-")[1:]
    once += [part for part in extensions.lower().split("-") if len(part) == 1]
    return len(set(once)) == len(once)


def check_language_map(value: Any, at: str, rule: str) -> None:
    """An object from language tags to strings (Data 4.2)."""
    if type(value) is not dict:
        wrong_type(value, at, rule, "language map")
    for tag, text in value.items():
        if not _is_language_tag(tag):
            bad_value(below(at, tag), "XAPI-00121", "language tag (RFC 5646) as key")
        if type(text) is not str:
            check_string(text, below(at, tag), rule)


def check_extensions(value: Any, at: str, rule: str) -> None:
    """An object whose keys are IRIs; its values may be anything, null too (Data 4.1)."""
    if type(value) is not dict:
        wrong_type(value, at, rule, "object")
    for key in value:
        if not _IRI.match(key):
            bad_value(below(at, key), "XAPI-00118", "IRI (RFC 3987) as key")


def check_duration(value: Any, at: str = "", rule: str = "XAPI-00124") -> str:
    """A duration with designators (ISO 8601:2004 4.4.3.2): weeks alone, or years to seconds."""
    if type(value) is not str:
        wrong_type(value, at, rule, "duration")
    if not _DURATION.match(value) and not _DURATION.match(_FRACTION.sub("", value)):
        bad_value(at, rule, "duration (ISO 8601:2004 4.4.3.2)")
    return value


def check_timestamp(value: Any, at: str, version: Version, rule: str) -> None:
    """What `parse_timestamp` takes; nearly always without the arithmetic."""
    if type(value) is not str or not _PLAIN_RFC3339.match(value):
        parse_timestamp(value, at, version, rule)


def parse_timestamp(
    value: Any, at: str = "", version: Version = Version.V1, rule: str = "XAPI-00123"
) -> int:
    """Milliseconds since 1970 in UTC; what is finer is cut off, a time without zone is UTC.

    1.0.3 takes a calendar date with time of ISO 8601, extended or basic (Data 4.5); 2.0 only
    RFC 3339, in which seconds and zone are a must (4.2.7). Both refuse the unknown offset -00:00.
    """
    if type(value) is not str:
        wrong_type(value, at, rule, "timestamp")
    found = _RFC3339.match(value)
    if found:
        return _instant(found.groups(), at, rule)
    found = _ISO8601.match(value) if version is Version.V1 else None
    if not found:
        bad_value(at, rule, "timestamp (ISO 8601)" if version is Version.V1 else "RFC 3339")
    year, *parts = found.groups()
    return _instant((year, *(parts[:9] if parts[0] else parts[9:])), at, rule)


def _instant(parts: tuple[str | Any, ...], at: str, rule: str) -> int:
    year, month, day, hour, minute, second, fraction, sign, ahead, past = parts
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        bad_value(at, rule, "a day of the calendar")
    seconds = int(second or 0)
    if hour > "23" or minute > "59" or seconds > 60:
        bad_value(at, rule, "a time of day")
    instant = days * _DAY + int(hour) * 3600 + int(minute) * 60 + seconds
    if sign:
        instant -= _offset(sign, ahead, past or "00", at, rule)
    if seconds == 60 and not _ends_month(instant):
        bad_value(at, rule, "a leap second at the end of a month")
    return instant * 1000 + (int(fraction[:3].ljust(3, "0")) if fraction else 0)


def _offset(sign: str, hours: str, minutes: str, at: str, rule: str) -> int:
    if hours > "23" or minutes > "59" or (sign == "-" and hours == minutes == "00"):
        bad_value(at, rule, "a known offset from UTC, not -00:00")
    ahead = int(hours) * 3600 + int(minutes) * 60
    return ahead if sign == "+" else -ahead


def _ends_month(instant: int) -> bool:
    """Whether midnight of a month's first day: just before it stand the leap seconds."""
    days, rest = divmod(instant, _DAY)
    if rest or instant < _LEAP_SECONDS_BEGIN:
        return False
    last = date.fromordinal(days + _EPOCH - 1)
    return last.day == monthrange(last.year, last.month)[1]
