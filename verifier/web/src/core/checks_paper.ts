/**
 * What the certificate itself shows: form, issuer, signature, agreement of its forms, link, date.
 * Mirrors `ledger.core.checks_paper`.
 */

import { equal, type Bytes } from "./bytes";
import { disagreements, parseCredential, type CredentialView } from "./credential";
import { dayText } from "./dates";
import { keyId, verify } from "./ed25519";
import { failed, missing, notChecked, passed, unknown, warned } from "./findings";
import { parseFrame, type Frame } from "./frame";
import { Purpose } from "./kinds";
import { Refusal } from "./refusal";
import type { Institution, KeyFacts, TrustBundle } from "./trust";
import type { Check, Sentence } from "./verdict";
import { chainMissing, Missing, type InstitutionFacts, type LedgerView } from "./view";

/** What a stranger holds; `linkHost` is the address before `/v#`. */
export interface Presented {
  readonly document: Bytes | null;
  readonly frame: Bytes | null;
  readonly linkHost: string | null;
}

/** The parsed forms; at least one is there. */
export interface Paper {
  readonly document: CredentialView | null;
  readonly frame: Frame | null;
  readonly typeCode: number;
  readonly statusIndex: number;
  readonly name: string;
  readonly romanised: string;
  readonly achievement: string;
  readonly major: string;
  readonly number: string;
  /** Days since 1970-01-01. */
  readonly awardedOn: number;
}

/** The institution, from the chain or from the trust bundle's copy of the registry. */
export interface Issuer {
  readonly facts: InstitutionFacts;
  readonly fromChain: boolean;
}

const ED25519 = 1;

export function checkFormat(presented: Presented): [Check, Paper | null] {
  try {
    const document = presented.document === null ? null : parseCredential(presented.document);
    const frame = presented.frame === null ? null : parseFrame(presented.frame);
    return [passed("format", "格式正确。", "The format is right."), paperOf(document, frame)];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const detail = formatProblem(error);
    return [failed("format", detail.zh, detail.en), null];
  }
}

function formatProblem(refusal: Refusal): Sentence {
  if (refusal.code === "frame") {
    const part = refusal.detail["part"] ?? "";
    return {
      zh: `二维码内容格式不正确：${part}。`,
      en: `The QR frame is malformed: ${part}.`,
    };
  }
  const { pointer = "/", expected = "" } = refusal.detail;
  return {
    zh: `证书格式不正确：${pointer} 处应为 ${expected}。`,
    en: `The credential is malformed: at ${pointer} expected ${expected}.`,
  };
}

function paperOf(document: CredentialView | null, frame: Frame | null): Paper | null {
  const shown = document?.content ?? frame?.claims;
  const statusIndex = document?.statusIndex ?? frame?.claims.statusIndex;
  if (shown === undefined || statusIndex === undefined) return null;
  return { ...shown, document, frame, statusIndex };
}

/** The registry knows the institution that the certificate names; names are the registry's. */
export function checkIssuer(
  paper: Paper,
  trust: TrustBundle,
  view: LedgerView,
): [Check, Issuer | null] {
  const lost = chainMissing(view) ?? (view.institution instanceof Missing ? view.institution : null);
  if (lost === null) {
    const facts = view.institution as InstitutionFacts;
    return owns(facts, paper)
      ? named({ facts, fromChain: true }, paper, trust)
      : [missing("issuer", "登记册", "registry", new Missing("garbage")), null];
  }
  const copy = trust.institutions.find((one) => owns(one, paper));
  if (lost.reason === "not-registered" || copy === undefined) {
    const why = lost.reason === "offline" ? new Missing("not-registered") : lost;
    return [missing("issuer", "签发机构", "the issuer", why), null];
  }
  return named({ facts: { ...copy, accreditations: [] }, fromChain: false }, paper, trust);
}

function owns(facts: Institution, paper: Paper): boolean {
  if (paper.document !== null) return facts.domain === paper.document.issuerDomain;
  return facts.code === paper.frame?.claims.code;
}

function named(issuer: Issuer, paper: Paper, trust: TrustBundle): [Check, Issuer] {
  const { name, nameEn } = issuer.facts;
  const claimed = paper.document?.issuerName;
  if (claimed !== undefined && claimed !== name) {
    const check = failed(
      "issuer",
      `证书自称由「${claimed}」签发，登记册上该域名属于「${name}」。`,
      `The certificate calls its issuer “${claimed}”; the registry says “${name}”.`,
    );
    return [check, issuer];
  }
  if (issuer.fromChain) {
    return [passed("issuer", `登记册：${name}。`, `In the registry: ${nameEn || name}.`), issuer];
  }
  const check = passed(
    "issuer",
    `据信任包内登记册副本（区块 ${trust.asOfBlock}）：${name}。`,
    `By the trust bundle's copy of the registry (block ${trust.asOfBlock}): ${nameEn || name}.`,
  );
  return [check, issuer];
}

/** Signature, key if that is already decided, the registered keys under which it holds. */
export function checkSignature(
  paper: Paper,
  issuer: Issuer,
): { signature: Check; key: Check | null; keys: readonly KeyFacts[] } {
  const found: KeyFacts[] = [];
  for (const { message, signature, keys } of signedForms(paper, issuer.facts)) {
    if (keys.length === 0) return noKey(issuer);
    const holding = keys.find((key) => holds(key.publicKey, message, signature));
    if (holding === undefined) {
      const check = failed(
        "signature",
        "签名不成立：内容被改动过，或不是该机构签发的。",
        "The signature does not hold: the content was changed, or the institution never signed it.",
      );
      return { signature: check, key: notChecked("key"), keys: [] };
    }
    found.push(holding);
  }
  const { name, nameEn } = issuer.facts;
  const en = `Really signed by ${nameEn || name}.`;
  return { signature: passed("signature", `签名属实，确由${name}签发。`, en), key: null, keys: found };
}

/** Message, signature and candidate keys of every form. */
function signedForms(
  { document, frame }: Paper,
  facts: InstitutionFacts,
): { message: Bytes; signature: Bytes; keys: KeyFacts[] }[] {
  const own = facts.keys.filter((k) => k.purpose === Purpose.CREDENTIAL && k.algorithm === ED25519);
  const forms = [];
  if (document !== null) {
    const keys = own.filter((key) => equal(key.publicKey, document.publicKey));
    forms.push({ message: document.signed, signature: document.signature, keys });
  }
  if (frame !== null) {
    const keys = own.filter((key) => equal(keyId(key.publicKey).slice(0, 4), frame.kid));
    forms.push({ message: frame.signed, signature: frame.signature, keys });
  }
  return forms;
}

function holds(publicKey: Bytes, message: Bytes, signature: Bytes): boolean {
  try {
    verify(publicKey, message, signature);
    return true;
  } catch {
    return false;
  }
}

function noKey(issuer: Issuer): { signature: Check; key: Check; keys: readonly KeyFacts[] } {
  const { name, nameEn } = issuer.facts;
  if (issuer.fromChain) {
    return {
      signature: notChecked("signature", "没有可用来核对的密钥。", "There is no key to check with."),
      key: failed(
        "key",
        `${name}没有登记过签这份证书的密钥。`,
        `${nameEn || name} never registered the key that signed this.`,
      ),
      keys: [],
    };
  }
  return {
    signature: unknown("signature", "信任包中没有对应的密钥。", "The trust bundle has no such key."),
    key: unknown(
      "key",
      `信任包副本中${name}没有这把密钥，可能是之后登记的。`,
      `The trust bundle's copy has no such key of ${nameEn || name}; it may be newer.`,
    ),
    keys: [],
  };
}

/** The forms of one certificate say the same; `inLedger`: its entry commits to all of them. */
export function checkAgreement(paper: Paper, issuer: Issuer | null, inLedger: boolean): Check {
  const { document, frame } = paper;
  if (document === null || frame === null) {
    return notChecked("agreement", "只有一种形式，无需比对。", "One form only.");
  }
  const differing = disagreements(document.content, frame.claims);
  if (document.statusIndex !== frame.claims.statusIndex) differing.push("status_index");
  const facts = issuer?.facts;
  const sameIssuer = frame.claims.code === facts?.code && document.issuerDomain === facts.domain;
  if (facts !== undefined && !sameIssuer) differing.push("issuer");
  if (!inLedger) differing.push("entry");
  if (differing.length > 0) {
    return failed(
      "agreement",
      `同一份证书的不同形式内容不一致：${differing.join(", ")}。`,
      `The forms of this certificate say different things: ${differing.join(", ")}.`,
    );
  }
  return passed(
    "agreement",
    "已比对的形式内容一致：附件、二维码。",
    "The forms that were compared say the same: document, QR code.",
  );
}

/** The QR link leads to the issuer's own verifier; anything else is a warning. */
export function checkHost(issuer: Issuer, trust: TrustBundle, link: string | null): Check {
  if (link === null) return notChecked("host", "没有二维码链接。", "There is no link.");
  const host = hostOf(link);
  if (host !== "" && host === hostOf(issuer.facts.verifyUrl)) {
    return passed("host", `链接指向签发机构（${host}）。`, `The link is the issuer's (${host}).`);
  }
  const owner = trust.institutions.find((one) => hostOf(one.verifyUrl) === host);
  if (owner !== undefined) {
    return warned(
      "host",
      `链接指向另一成员机构${owner.name}（${host}），不是签发机构。`,
      `The link leads to another member, ${owner.nameEn || owner.name} (${host}).`,
    );
  }
  return warned(
    "host",
    `链接网址 ${host || link} 不属于签发机构，请勿相信该网页显示的结果。`,
    `The link's host ${host || link} is not the issuer's: do not believe what it shows.`,
  );
}

/** Host and port in lower case; empty for what is no link. */
export function hostOf(link: string): string {
  return /^https?:\/\/([^/?#]*)/i.exec(link)?.[1]?.toLowerCase() ?? "";
}

/** A certificate dated in the future deserves a look. */
export function checkDate(paper: Paper, now: number): Check {
  const day = dayText(paper.awardedOn);
  if (paper.awardedOn * 86_400 - 8 * 3600 > now) {
    return warned("date", `颁发日期 ${day} 尚未到来。`, `The award date ${day} is to come.`);
  }
  return passed("date", `颁发日期 ${day}。`, `Awarded on ${day}.`);
}
