"""Every resource of the store with its handlers (Communication 2); About answers by itself."""

from __future__ import annotations

from api.xapi import activities, agents, profiles, statements, states
from api.xapi.request import Handlers

HANDLERS: Handlers = {
    **statements.HANDLERS,
    **states.HANDLERS,
    **activities.HANDLERS,
    **profiles.HANDLERS,
    **agents.HANDLERS,
}
