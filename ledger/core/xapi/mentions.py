"""What a statement mentions, as the filters of the statement resource ask for it."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """In what part a statement mentions a value (Communication 2.1.3, table of parameters).

    The two `…_RELATED` roles hold only what the plain role does not already hold: a filter with
    `related_agents` or `related_activities` asks for both.
    """

    VERB = 1
    REGISTRATION = 2
    AGENT = 3
    AGENT_RELATED = 4
    ACTIVITY = 5
    ACTIVITY_RELATED = 6


Mention = tuple[Role, str]
"""Role and value: an IRI, a registration in lower case, or an agent's key (`agent_key`)."""
