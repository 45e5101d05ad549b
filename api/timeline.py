"""The life of a report in sentences: computed, recognised, appealed against, answered."""

from __future__ import annotations

from typing import Any

from api.reports.words import ROLES, role_words
from ledger.core.dates import china_text, utc_text
from ledger.core.evaluation.recognition import Case, Effect, Step
from ledger.core.kinds import EvaluationKind

_EFFECTS = {
    Effect.COMPUTED: ("尚未认定，没有效力。", "Not recognised: without effect."),
    Effect.RECOGNISED: ("已认定，有效力。", "Recognised: in effect."),
    Effect.APPEALED: ("有申诉待答复。", "An appeal waits for its answer."),
    Effect.SUPERSEDED: ("已被取代，没有效力。", "Superseded: without effect."),
}
_DONE = {
    EvaluationKind.RECOGNITION: ("{who} 以 {role} 身份认定", "{who} recognised it as {role}"),
    EvaluationKind.APPEAL: ("{who} 申诉：{reason}", "{who} appealed: {reason}"),
}
_ANSWERED = {
    "rejected": (
        "{who} 以 {role} 身份驳回申诉：{reason}",
        "{who} as {role} rejected the appeal: {reason}",
    ),
    "upheld": (
        "{who} 以 {role} 身份支持申诉，由报告 {report} 取代：{reason}",
        "{who} as {role} upheld the appeal, report {report} takes its place: {reason}",
    ),
}


def step_text(step: Step) -> tuple[str, str]:
    """What was done; and, where it does not count, why."""
    content = {**step.act.content, "who": step.account}
    role = content.get("role")
    names = ROLES.get(str(role), ("", ""))
    if step.act.kind is EvaluationKind.ANSWER:
        zh, en = _ANSWERED[content["decision"]]
    else:
        zh, en = _DONE[step.act.kind]
    zh = zh.format_map({**content, "role": names[0]})
    en = en.format_map({**content, "role": names[1]})
    if step.refused is not None:
        zh, en = f"{zh}（不算数：{step.refused.zh}）", f"{en} (does not count: {step.refused.en})"
    return zh, en


def case_lines(case: Case) -> list[tuple[str, str]]:
    """One line a step, oldest first, and last how the report stands."""
    lines = [_line(case.report.leaf, case.report.time, ("算出报告", "the report was computed"))]
    lines += [_line(step.act.leaf, step.act.time, step_text(step)) for step in case.steps]
    return [*lines, effect_text(case)]


def effect_text(case: Case) -> tuple[str, str]:
    """How the report stands, and who still has to recognise it."""
    zh, en = _EFFECTS[case.effect]
    if case.effect is Effect.COMPUTED and any(case.open_places):
        zh_places, en_places = (
            [" / ".join(role_words(roles, place)) for roles in case.open_places] for place in (0, 1)
        )
        zh = f"{zh}还需认定：{'；'.join(zh_places)}。"
        en = f"{en} Still needed: {'; '.join(en_places)}."
    return zh, en


def _line(leaf: int, time: int | None, text: tuple[str, str]) -> tuple[str, str]:
    zh = "尚未上链" if time is None else china_text(time)
    en = "not anchored" if time is None else utc_text(time)
    return f"  #{leaf}  {zh}  {text[0]}", f"  #{leaf}  {en}  {text[1]}"


def case_steps(case: Case) -> list[dict[str, Any]]:
    """The steps for machines."""
    return [
        {
            "leaf": step.act.leaf,
            "what": step.act.kind.name.lower(),
            "account": step.account,
            "time": None if step.act.time is None else utc_text(step.act.time),
            "counts": step.refused is None,
            "code": step.refused.code if step.refused else None,
        }
        for step in case.steps
    ]
