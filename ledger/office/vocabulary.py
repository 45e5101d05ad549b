"""What teaching statements are read by here: the standard, and the profiles that were added.

Profiles are acts; a vocabulary only grows. It is made anew when the stream of acts has grown.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from ledger.core.kinds import EvaluationKind
from ledger.core.teaching.terms import Extension, Vocabulary
from ledger.core.teaching.vocabulary import STANDARD
from ledger.office.acts import STREAM, whole_register
from ledger.office.context import Office
from ledger.ports import StreamStore

_KNOWN: WeakKeyDictionary[StreamStore, tuple[int, tuple[Extension, ...]]] = WeakKeyDictionary()
"""By store: how many acts were looked at, and the extensions among them."""


def extensions_of(office: Office) -> tuple[Extension, ...]:
    """The further profiles, acknowledged, each in its newest edition."""
    size = office.store.size(STREAM)
    known = _KNOWN.get(office.store)
    if known is None or known[0] != size:
        found = whole_register(office, (EvaluationKind.PROFILE,)).extensions() if size else ()
        known = (size, found)
        _KNOWN[office.store] = known
    return known[1]


def vocabulary_of(office: Office) -> Vocabulary:
    """The standard's terms and those of the further profiles."""
    return STANDARD.extended(extensions_of(office))
