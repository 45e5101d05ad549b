"""The numbers that entries use for kinds, types and actions; names are the lower-case members.

A number once given is never given again.
"""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What an entry is; the first five are also the kinds of streams."""

    CREDENTIAL = 1
    STATUS = 2
    LEARNING = 3
    TEACHING = 4
    EVALUATION = 5
    CONTINUATION = 6


class CredentialType(IntEnum):
    DEGREE = 1
    COURSE = 2
    MICRO = 3
    TRANSCRIPT = 4
    WORKLOAD = 5


class Action(IntEnum):
    """What a status entry does."""

    REVOKE = 1
    SUSPEND = 2
    REINSTATE = 3
    SUPERSEDE = 4
    REAFFIRM = 5
    HEARTBEAT = 6


class EvaluationKind(IntEnum):
    RULE_SET = 1
    APPROVAL = 2
    REPORT = 3
    RECOGNITION = 4
    APPEAL = 5
    ANSWER = 6
    CHARTER = 7
    APPOINTMENT = 8
    PROFILE = 9
