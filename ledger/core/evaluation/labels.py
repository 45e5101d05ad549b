"""What may have to be said of the rules and charter of a report, in words."""

from __future__ import annotations

from collections.abc import Mapping

LABEL_WORDS: Mapping[str, tuple[str, str]] = {
    "charter-late": (
        "章程在时段开始之后才写入账本。",
        "The charter was put into the ledger after the period had begun.",
    ),
    "no-charter": (
        "没有章程：由谁批准规则、由谁认定，都没有规定。",
        "There is no charter: nobody is named to approve rules or to recognise reports.",
    ),
    "outside-dates": (
        "时段开始时，这一版规则不在其有效日期内。",
        "This version of the rules was not in effect when the period began.",
    ),
    "retroactive": (
        "追溯适用：规则在时段开始之后才批准。",
        "Retroactive: the rules were approved after the period had begun.",
    ),
    "unapproved": (
        "规则没有得到章程要求的批准：缺少批准人的签名。",
        "The rules lack signatures of approvers that the charter asks for.",
    ),
}
LABELS = tuple(LABEL_WORDS)
"""Every label, in the order in which they are said."""
