/**
 * The verification procedure, in the order of `ledger.core.verification`. Pure.
 *
 *  1. trust      the bundle is signed by k of n of its council and in its time; if not, nothing
 *                else is looked at but the format, and the verdict is undetermined
 *  2. format     document and frame parse by their grammars
 *  3. issuer     the registry (chain, else the bundle's copy) knows the institution
 *  4. signature  holds under a credential key that this institution registered
 *  5. inclusion  the entry is proved under an anchored root and says what was signed
 *  6. history    the whole status stream, recomputed against its anchored root
 *  7. key        from-size <= leaf index < cut-off, or reaffirmed
 *  8. authority  accredited for this type at the covering anchor's block
 *  9. status     the certificate's state by that history; its own end
 * 10. freshness  the status stream's newest anchor is young, or the stream is closed
 * 11. agreement of the forms, host of the link, date, bearer: what the eye should know
 * 12. conclude   by the law of verdicts; level by the weakest link
 */

import * as ledger from "./checks_ledger";
import * as paperChecks from "./checks_paper";
import type { Issuer, Paper, Presented } from "./checks_paper";
import { chinaText } from "./dates";
import { notChecked, passed, unknown, warned } from "./findings";
import { countSignatures, fingerprint, selfDeclared, type KeyFacts, type TrustBundle } from "./trust";
import {
  CODES,
  conclude,
  type AsOf,
  type Check,
  type CheckCode,
  type Sentence,
  type TrustShown,
  type Word,
} from "./verdict";
import { Missing, type LedgerView } from "./view";

export interface Verdict {
  readonly word: Word;
  /** How far the evidence reaches, 0 to 2; null where not even the signature holds. */
  readonly level: number | null;
  readonly asOf: AsOf | null;
  readonly checks: readonly Check[];
  readonly paper: Paper | null;
  readonly issuer: Issuer | null;
  /** The verdict's reason in one sentence. */
  readonly reason: Sentence;
  readonly trust: TrustShown;
}

const DAY = 86_400;

export const SELF_DECLARED = warned(
  "self_declared",
  "自我声明：账本由单一机构运行，没有其他机构共同见证。",
  "Self-declared: a single operator runs this ledger; nobody else witnesses it.",
);

export const BEARER = notChecked(
  "bearer",
  "未核实持证人身份：请另行核对本人证件。",
  "Bearer not identified: compare with the person's own identity document.",
);

/** `now`: Unix seconds of this clock. Whatever the bytes are, everything is told in the checks. */
export function verify(
  presented: Presented,
  trust: TrustBundle,
  view: LedgerView,
  now: number,
): Verdict {
  const procedure = new Procedure(presented, trust, view, now);
  procedure.run();
  return procedure.verdict();
}

class Procedure {
  readonly #presented: Presented;
  readonly #trust: TrustBundle;
  readonly #view: LedgerView;
  readonly #now: number;
  readonly #checks = new Map<CheckCode, Check>();
  #paper: Paper | null = null;
  #issuer: Issuer | null = null;
  #level: number | null = null;

  constructor(presented: Presented, trust: TrustBundle, view: LedgerView, now: number) {
    this.#presented = presented;
    this.#trust = trust;
    this.#view = view;
    this.#now = now;
  }

  run(): void {
    const usable = this.#add(checkTrust(this.#trust, this.#now)); // 1
    this.#add(checkSelfDeclared(this.#trust));
    const [format, paper] = paperChecks.checkFormat(this.#presented); // 2
    this.#add(format);
    this.#paper = paper;
    if (paper !== null && usable) this.#issuerAndBelow(paper);
  }

  #issuerAndBelow(paper: Paper): void {
    const [check, issuer] = paperChecks.checkIssuer(paper, this.#trust, this.#view); // 3
    this.#add(check);
    this.#issuer = issuer;
    this.#add(paperChecks.checkDate(paper, this.#now));
    if (issuer === null) {
      this.#add(unknownKey("signature"));
      this.#add(unknownKey("key"));
      return;
    }
    this.#add(paperChecks.checkHost(issuer, this.#trust, this.#presented.linkHost));
    const { signature, key, keys } = paperChecks.checkSignature(paper, issuer); // 4
    if (key !== null) this.#add(key);
    if (this.#add(signature)) this.#ledger(paper, issuer, keys);
    else this.#add(paperChecks.checkAgreement(paper, issuer, true));
  }

  #ledger(paper: Paper, issuer: Issuer, keys: readonly KeyFacts[]): void {
    const view = this.#view;
    const [inclusion, proved] = ledger.checkInclusion(paper, keys, view); // 5
    this.#add(inclusion);
    const replayed = ledger.statusHistory(view); // 6
    const history = "code" in replayed ? null : replayed;
    this.#add(ledger.checkKey(keys, proved?.index ?? null, history)); // 7
    this.#add(ledger.checkAuthority(paper, issuer, proved, view)); // 8
    const expired = ledger.checkExpiry(paper, this.#now); // 9
    const status = "code" in replayed ? replayed : ledger.checkStatus(paper, replayed);
    this.#add(expired ?? status);
    this.#add(ledger.checkFreshness(view, this.#trust.maxStatusAge, this.#now)); // 10
    this.#add(paperChecks.checkAgreement(paper, issuer, proved?.allForms ?? true)); // 11
    this.#level = this.#reach(paper, issuer); // 12
  }

  /** The weakest link counts, registry facts included. */
  #reach(paper: Paper, issuer: Issuer): number {
    if (this.#state("inclusion") === "pass" && issuer.fromChain) return 2;
    return ledger.inSignedCheckpoint(paper, issuer, this.#view) ? 1 : 0;
  }

  #state(code: CheckCode): Check["state"] {
    return this.#checks.get(code)?.state ?? "not_checked";
  }

  #add(check: Check): boolean {
    this.#checks.set(check.code, check);
    return check.state === "pass";
  }

  verdict(): Verdict {
    this.#add(BEARER);
    const checks = CODES.map((code) => this.#checks.get(code) ?? notChecked(code));
    const word = conclude(checks);
    const { block } = this.#view;
    return {
      word,
      level: this.#level,
      asOf: block instanceof Missing ? null : { block: block.number, time: block.time },
      checks,
      paper: this.#paper,
      issuer: this.#issuer,
      reason: this.#reason(word, checks),
      trust: trustShown(this.#trust),
    };
  }

  #reason(word: Word, checks: readonly Check[]): Sentence {
    const first = (...states: readonly Check["state"][]): Sentence =>
      checks.find((check) => states.includes(check.state) && check.code !== "bearer")?.detail ??
      BEARER.detail;
    if (this.#state("trust") !== "pass") return (this.#checks.get("trust") as Check).detail;
    if (word === "valid") {
      return { zh: "签名、授权、账本与状态均已核实。", en: "Signature, authority, ledger and status hold." };
    }
    if (word === "invalid") return first("fail");
    const looked = this.#issuer?.fromChain === true || this.#state("inclusion") === "pass";
    if (this.#level !== null && this.#issuer !== null && !looked) {
      const { name, nameEn } = this.#issuer.facts;
      return {
        zh: `确由${name}签名，但未查账本。`,
        en: `Really signed by ${nameEn || name}; the ledger was not looked at.`,
      };
    }
    // Whether it is in the ledger comes first: what hangs on it says less to a reader.
    const inclusion = this.#checks.get("inclusion");
    if (inclusion !== undefined && inclusion.state !== "pass") return inclusion.detail;
    return first("unknown", "not_checked");
  }
}

function checkTrust(trust: TrustBundle, now: number): Check {
  const count = countSignatures(trust);
  const needed = trust.threshold;
  if (count < needed) {
    return unknown(
      "trust",
      `信任包只有 ${count} 个有效的委员会签名，需要 ${needed} 个。`,
      `The trust bundle has ${count} valid council signatures; ${needed} are needed.`,
    );
  }
  if (now >= trust.expires) {
    return unknown(
      "trust",
      `信任包已于 ${chinaText(trust.expires)} 过期，请取得新的信任包。`,
      `The trust bundle expired at ${chinaText(trust.expires)}: get a new one.`,
    );
  }
  if (now < trust.issued - DAY) {
    return unknown(
      "trust",
      `信任包的签发时间 ${chinaText(trust.issued)} 晚于本机时钟，请校准时钟。`,
      `The trust bundle was issued at ${chinaText(trust.issued)}: set this machine's clock.`,
    );
  }
  return passed(
    "trust",
    `信任包有 ${count} 个有效的委员会签名（需要 ${needed} 个）。`,
    `The trust bundle has ${count} valid council signatures (${needed} needed).`,
  );
}

function checkSelfDeclared(trust: TrustBundle): Check {
  const count = trust.members.length;
  if (selfDeclared(trust)) return SELF_DECLARED;
  return passed("self_declared", `委员会有 ${count} 个成员。`, `A council of ${count} members.`);
}

function unknownKey(code: CheckCode): Check {
  return unknown(
    code,
    "不知道签发机构，没有可用来核对的密钥。",
    "The issuer is not known, so there is no key to check with.",
  );
}

function trustShown(trust: TrustBundle): TrustShown {
  return {
    fingerprint: fingerprint(trust),
    version: trust.version,
    council: trust.members.map((member) => member.code),
    threshold: trust.threshold,
    selfDeclared: selfDeclared(trust),
  };
}
