"""What the certificate itself shows: form, issuer, signature, agreement of forms, link, date."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from ledger.core import ed25519
from ledger.core.content import CertificateContent
from ledger.core.credential import CredentialView, agree, parse_credential
from ledger.core.dates import day_of, start_of_day
from ledger.core.findings import (
    chain_missing,
    failed,
    missing,
    not_checked,
    passed,
    unknown,
    warned,
)
from ledger.core.frame import Claims, Frame, parse_frame
from ledger.core.registry import KeyRow
from ledger.core.trust import BundleInstitution, TrustBundle
from ledger.core.verdict import Check
from ledger.core.view import InstitutionFacts, LedgerView, Missing
from ledger.errors import BadEvidence

CREDENTIAL_PURPOSE = 1
ED25519_ALGORITHM = 1


@dataclass(frozen=True)
class Presented:
    """What a stranger holds. `document`: JSON bytes; `frame`: bytes of the QR frame; `link_host`:
    the URL before `/v#`, or its host; `pdf_text`: text extracted from the PDF around them."""

    document: bytes | None = None
    frame: bytes | None = None
    link_host: str | None = None
    pdf_text: str | None = None


@dataclass(frozen=True)
class Paper:
    """The parsed forms; at least one is there."""

    document: CredentialView | None
    frame: Frame | None

    @property
    def type_code(self) -> int:
        """The credential type, from the document if there is one."""
        content, claims = self._content(), self._claims()
        return int(content.type_code) if content else claims.type_code if claims else 0

    @property
    def status_index(self) -> int:
        """The status index, from the document if there is one."""
        if self.document is not None:
            return self.document.status_index
        return self.frame.claims.status_index if self.frame else -1

    @property
    def name(self) -> str:
        """The signed name."""
        content, claims = self._content(), self._claims()
        return content.name if content else claims.name if claims else ""

    def _content(self) -> CertificateContent | None:
        return self.document.content if self.document else None

    def _claims(self) -> Claims | None:
        return self.frame.claims if self.frame else None


@dataclass(frozen=True)
class Issuer:
    """The institution, from the chain or from the trust bundle's copy of the registry."""

    facts: InstitutionFacts
    from_chain: bool


def check_format(presented: Presented) -> tuple[Check, Paper | None]:
    """Both forms parse by their grammars."""
    try:
        paper = Paper(
            parse_credential(presented.document) if presented.document is not None else None,
            parse_frame(presented.frame) if presented.frame is not None else None,
        )
    except BadEvidence as refusal:
        return failed("format", refusal.zh, refusal.en), None
    return passed("format", "格式正确。", "The format is right."), paper


def check_issuer(paper: Paper, trust: TrustBundle, view: LedgerView) -> tuple[Check, Issuer | None]:
    """The registry knows the institution that the certificate names; names are the registry's."""
    lost = chain_missing(view)
    if lost is None and isinstance(view.institution, Missing):
        lost = view.institution
    if lost is None and isinstance(view.institution, InstitutionFacts):
        issuer = Issuer(view.institution, True)
        if not _owns(issuer.facts, paper):
            return missing("issuer", "登记册", "registry", Missing("garbage")), None
        return _named(issuer, paper, trust)
    assert lost is not None
    copy = _from_bundle(paper, trust)
    if lost.reason == "not-registered" or copy is None:
        why = Missing("not-registered") if lost.reason == "offline" else lost
        return missing("issuer", "签发机构", "the issuer", why), None
    return _named(Issuer(bundle_facts(copy), False), paper, trust)


def check_signature(paper: Paper, issuer: Issuer) -> tuple[Check, Check | None, tuple[KeyRow, ...]]:
    """(signature, key if that is already decided, the registered keys under which it holds)."""
    found: list[KeyRow] = []
    for message, signature, keys in _signed_forms(paper, issuer.facts):
        if not keys:
            return _no_key(issuer)
        holding = [key for key in keys if _holds(key.public_key, message, signature)]
        if not holding:
            return (
                failed(
                    "signature",
                    "签名不成立：内容被改动过，或不是该机构签发的。",
                    "The signature does not hold: the content was changed, or the institution "
                    "never signed it.",
                ),
                not_checked("key"),
                (),
            )
        found.append(holding[0])
    name, name_en = issuer.facts.name, issuer.facts.name_en or issuer.facts.name
    holds = passed("signature", f"签名属实，确由{name}签发。", f"Really signed by {name_en}.")
    return holds, None, tuple(found)


def check_agreement(
    paper: Paper, issuer: Issuer | None, pdf_text: str | None, in_ledger: bool
) -> Check:
    """The forms of one certificate say the same; `in_ledger`: its entry commits to all of them."""
    differing: list[str] = []
    if paper.document is not None and paper.frame is not None:
        claims = paper.frame.claims
        differing = agree(paper.document.content, claims)
        if paper.document.status_index != claims.status_index:
            differing.append("status_index")
        if issuer is not None and (claims.code, paper.document.issuer_domain) != (
            issuer.facts.code,
            issuer.facts.domain,
        ):
            differing.append("issuer")
        if not in_ledger:
            differing.append("entry")
    elif pdf_text is None:
        return not_checked("agreement", "只有一种形式，无需比对。", "One form only.")
    if pdf_text is not None:
        differing += [f"pdf:{part}" for part in _absent(paper, pdf_text)]
    if differing:
        names = ", ".join(differing)
        return failed(
            "agreement",
            f"同一份证书的不同形式内容不一致：{names}。",
            f"The forms of this certificate say different things: {names}.",
        )
    given = (
        (pdf_text, "页面文本", "page text"),
        (paper.document, "附件", "document"),
        (paper.frame, "二维码", "QR code"),
    )
    compared = [(zh, en) for form, zh, en in given if form is not None]
    return passed(
        "agreement",
        f"已比对的形式内容一致：{'、'.join(zh for zh, _ in compared)}。",
        f"The forms that were compared say the same: {', '.join(en for _, en in compared)}.",
    )


def check_host(paper: Paper, issuer: Issuer, trust: TrustBundle, link: str | None) -> Check:
    """The QR link leads to the issuer's own verifier; anything else is a warning."""
    if link is None:
        return not_checked("host", "没有二维码链接。", "There is no link.")
    host = _host(link)
    if host and host == _host(issuer.facts.verify_url):
        return passed(
            "host", f"链接指向签发机构（{host}）。", f"The link is the issuer's ({host})."
        )
    owner = next((one for one in trust.institutions if _host(one.verify_url) == host), None)
    if owner is not None:
        return warned(
            "host",
            f"链接指向另一成员机构{owner.name}（{host}），不是签发机构。",
            f"The link leads to another member, {owner.name_en or owner.name} ({host}).",
        )
    return warned(
        "host",
        f"链接网址 {host or link} 不属于签发机构，请勿相信该网页显示的结果。",
        f"The link's host {host or link} is not the issuer's: do not believe what it shows.",
    )


def check_date(paper: Paper, now: int) -> Check:
    """A certificate dated in the future deserves a look."""
    if paper.document is not None:
        day = paper.document.content.awarded_on
    else:
        assert paper.frame is not None
        day = day_of(paper.frame.claims.awarded_on)
    if start_of_day(day) > now:
        return warned("date", f"颁发日期 {day} 尚未到来。", f"The award date {day} is to come.")
    return passed("date", f"颁发日期 {day}。", f"Awarded on {day}.")


# --------------------------------------------------------------------------- parts


def _owns(facts: InstitutionFacts, paper: Paper) -> bool:
    if paper.document is not None:
        return facts.domain == paper.document.issuer_domain
    return paper.frame is not None and facts.code == paper.frame.claims.code


def _from_bundle(paper: Paper, trust: TrustBundle) -> BundleInstitution | None:
    if paper.document is not None:
        return trust.institution_by_domain(paper.document.issuer_domain)
    return trust.institution_by_code(paper.frame.claims.code) if paper.frame else None


def bundle_facts(copy: BundleInstitution) -> InstitutionFacts:
    """The trust bundle's copy of a registry row, without accreditations."""
    keys = tuple(
        KeyRow(key.public_key, key.purpose, key.algorithm, key.from_size, key.cut_off)
        for key in copy.keys
    )
    return InstitutionFacts(
        copy.code, copy.domain, copy.name, copy.name_en, copy.public_url, copy.verify_url, keys, ()
    )


def _named(issuer: Issuer, paper: Paper, trust: TrustBundle) -> tuple[Check, Issuer]:
    facts = issuer.facts
    if paper.document is not None and paper.document.issuer_name != facts.name:
        claimed = paper.document.issuer_name
        return (
            failed(
                "issuer",
                f"证书自称由「{claimed}」签发，登记册上该域名属于「{facts.name}」。",
                f"The certificate calls its issuer “{claimed}”; the registry says “{facts.name}”.",
            ),
            issuer,
        )
    name_en = facts.name_en or facts.name
    if issuer.from_chain:
        return passed("issuer", f"登记册：{facts.name}。", f"In the registry: {name_en}."), issuer
    block = trust.as_of_block
    return (
        passed(
            "issuer",
            f"据信任包内登记册副本（区块 {block}）：{facts.name}。",
            f"By the trust bundle's copy of the registry (block {block}): {name_en}.",
        ),
        issuer,
    )


def _signed_forms(paper: Paper, facts: InstitutionFacts) -> list[tuple[bytes, bytes, list[KeyRow]]]:
    """(message, signature, candidate keys) of every form."""
    own = [
        key
        for key in facts.keys
        if key.purpose == CREDENTIAL_PURPOSE and key.algorithm == ED25519_ALGORITHM
    ]
    forms: list[tuple[bytes, bytes, list[KeyRow]]] = []
    if paper.document is not None:
        proof = paper.document.proof
        exact = [key for key in own if key.public_key == proof.public_key]
        forms.append((paper.document.signed, proof.signature, exact))
    if paper.frame is not None:
        kid = paper.frame.kid
        short = [key for key in own if ed25519.key_id(key.public_key)[: len(kid)] == kid]
        forms.append((paper.frame.signed, paper.frame.signature, short))
    return forms


def _no_key(issuer: Issuer) -> tuple[Check, Check, tuple[KeyRow, ...]]:
    name, name_en = issuer.facts.name, issuer.facts.name_en or issuer.facts.name
    if issuer.from_chain:
        return (
            not_checked("signature", "没有可用来核对的密钥。", "There is no key to check it with."),
            failed(
                "key",
                f"{name}没有登记过签这份证书的密钥。",
                f"{name_en} never registered the key that signed this.",
            ),
            (),
        )
    return (
        unknown("signature", "信任包中没有对应的密钥。", "The trust bundle has no such key."),
        unknown(
            "key",
            f"信任包副本中{name}没有这把密钥，可能是之后登记的。",
            f"The trust bundle's copy has no such key of {name_en}; it may be newer.",
        ),
        (),
    )


def _holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        _usable(public_key)
        ed25519.verify(public_key, message, signature)
    except BadEvidence:
        return False
    return True


@lru_cache(maxsize=4096)
def _usable(public_key: bytes) -> None:
    """The contract refuses only small-order keys; prime order is for us to see."""
    ed25519.check_public_key(public_key)


def _absent(paper: Paper, pdf_text: str) -> list[str]:
    """Signed words that the page's text does not show, compared without spaces."""
    text = _bare(pdf_text)
    if paper.document is not None:
        content = paper.document.content
        words = (content.name, content.number, content.achievement, content.major)
    else:
        assert paper.frame is not None
        claims = paper.frame.claims
        words = (claims.name, claims.number, claims.achievement, claims.major)
    names = ("name", "number", "achievement", "major")
    return [part for part, word in zip(names, words, strict=True) if _bare(word) not in text]


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _host(link: str) -> str:
    """Host and port in lower case; empty for what is no link."""
    try:
        return urlsplit(link if "://" in link else f"//{link}").netloc.lower()
    except ValueError:
        return ""
