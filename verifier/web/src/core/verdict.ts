/** Checks, and the verdict that follows from them. Mirrors `ledger.core.verdict`. */

export type State = "pass" | "fail" | "unknown" | "not_checked" | "warn";
export type Word = "valid" | "invalid" | "undetermined";

/** A sentence in both languages. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/** Checks that must all pass for `valid`. */
export const DECIDING = [
  "format",
  "signature",
  "issuer",
  "key",
  "authority",
  "inclusion",
  "status",
  "freshness",
] as const;

/** Every check in the order in which a verdict lists them. */
export const CODES = [
  "trust",
  "self_declared",
  ...DECIDING,
  "agreement",
  "host",
  "date",
  "bearer",
] as const;

export type CheckCode = (typeof CODES)[number];

export interface Check {
  readonly code: CheckCode;
  readonly state: State;
  readonly detail: Sentence;
}

/** The block at which the ledger was read, with its time in Unix seconds. */
export interface AsOf {
  readonly block: number;
  readonly time: number;
}

export interface TrustShown {
  readonly fingerprint: string;
  readonly version: number;
  readonly council: readonly string[];
  readonly threshold: number;
  readonly selfDeclared: boolean;
}

/**
 * Without a usable trust bundle nothing is known: undetermined. Then a fail in any check is
 * invalid; valid needs a pass on every deciding check; anything else is undetermined.
 */
export function conclude(checks: readonly Check[]): Word {
  const state = (code: CheckCode): State =>
    checks.find((check) => check.code === code)?.state ?? "not_checked";
  if (state("trust") !== "pass") return "undetermined";
  if (checks.some((check) => check.state === "fail")) return "invalid";
  return DECIDING.every((code) => state(code) === "pass") ? "valid" : "undetermined";
}
