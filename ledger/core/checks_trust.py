"""What every verdict rests on: trust bundle and block; and that nobody looked at the person."""

from __future__ import annotations

from ledger.core.dates import DAY, china_text, utc_text
from ledger.core.findings import not_checked, passed, unknown, warned
from ledger.core.registry import Block
from ledger.core.trust import TrustBundle, fingerprint, verify_signatures
from ledger.core.verdict import AsOf, Check, TrustShown
from ledger.core.view import Missing

BEARER = not_checked(
    "bearer",
    "未核实持证人身份：请另行核对本人证件。",
    "Bearer not identified: compare with the person's own identity document.",
)
_SELF_DECLARED = warned(
    "self_declared",
    "自我声明：账本由单一机构运行，没有其他机构共同见证。",
    "Self-declared: a single operator runs this ledger; nobody else witnesses it.",
)


def check_trust(trust: TrustBundle, now: int) -> Check:
    """Signed by k of n of its council, and in its time; if not, nothing else counts."""
    count, needed = verify_signatures(trust), trust.threshold
    if count < needed:
        return unknown(
            "trust",
            f"信任包只有 {count} 个有效的委员会签名，需要 {needed} 个。",
            f"The trust bundle has {count} valid council signatures; {needed} are needed.",
        )
    if now >= trust.expires:
        return unknown(
            "trust",
            f"信任包已于 {china_text(trust.expires)} 过期，请取得新的信任包。",
            f"The trust bundle expired at {utc_text(trust.expires)}: get a new one.",
        )
    if now < trust.issued - DAY:
        return unknown(
            "trust",
            f"信任包的签发时间 {china_text(trust.issued)} 晚于本机时钟，请校准时钟。",
            f"The trust bundle was issued at {utc_text(trust.issued)}: set this machine's clock.",
        )
    return passed(
        "trust",
        f"信任包有 {count} 个有效的委员会签名（需要 {needed} 个）。",
        f"The trust bundle has {count} valid council signatures ({needed} needed).",
    )


def check_self_declared(trust: TrustBundle) -> Check:
    """A warning where a single operator runs the ledger."""
    if trust.self_declared:
        return _SELF_DECLARED
    count = len(trust.members)
    return passed("self_declared", f"委员会有 {count} 个成员。", f"A council of {count} members.")


def as_of(block: Block | Missing) -> AsOf | None:
    """The block at which the ledger was read, if it was."""
    if isinstance(block, Block):
        return AsOf(block.number, block.time)
    return None


def trust_shown(trust: TrustBundle) -> TrustShown:
    """What a verdict says of the bundle that it rests on."""
    return TrustShown(
        fingerprint=fingerprint(trust),
        version=trust.version,
        council=tuple(member.code for member in trust.members),
        threshold=trust.threshold,
        self_declared=trust.self_declared,
    )


def ledger_lines(block: Block | Missing, trust: TrustBundle) -> list[tuple[str, str]]:
    """The sentences that every verdict ends with: as of when, and on whose word."""
    lines: list[tuple[str, str]] = []
    if isinstance(block, Block):
        lines.append(
            (
                f"账本截至区块 {block.number}（{china_text(block.time)}）。",
                f"Ledger as of block {block.number} ({utc_text(block.time)}).",
            )
        )
    council = "、".join(member.code for member in trust.members)
    short = fingerprint(trust)
    lines.append(
        (
            f"信任的委员会：{council}（{len(trust.members)} 取 {trust.threshold}），"
            f"信任包指纹 {short}。",
            f"Council trusted: {council} ({trust.threshold} of "
            f"{len(trust.members)}), trust bundle fingerprint {short}.",
        )
    )
    if trust.self_declared:
        lines.append((_SELF_DECLARED.detail_zh, _SELF_DECLARED.detail_en))
    return lines
