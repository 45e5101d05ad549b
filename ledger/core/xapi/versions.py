"""The two versions of the standard that the store speaks."""

from __future__ import annotations

from enum import StrEnum


class Version(StrEnum):
    """The value is what the store answers in `X-Experience-API-Version`."""

    V1 = "1.0.3"
    V2 = "2.0.0"
