/** Checks and the verdict they amount to. Mirrors `ledger.core.verdict`. */

export type State = "pass" | "fail" | "unknown" | "not_checked" | "warn";
export type Conclusion = "valid" | "invalid" | "undetermined";

export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

export interface Check {
  readonly code: string;
  readonly state: State;
  readonly detail: Sentence;
}

export interface AsOf {
  readonly block: number;
  /** Unix seconds of that block. */
  readonly time: number;
}

/** `valid` needs a pass on every one of these. */
export const REQUIRED = [
  "format",
  "signature",
  "issuer",
  "key",
  "authority",
  "inclusion",
  "status",
] as const;

/** A fail anywhere is invalid; anything but all required passes is undetermined. */
export function conclude(checks: readonly Check[]): Conclusion {
  if (checks.some((check) => check.state === "fail")) return "invalid";
  if (checks.some((check) => check.state === "unknown")) return "undetermined";
  const passed = new Set(checks.filter((c) => c.state === "pass").map((c) => c.code));
  return REQUIRED.every((code) => passed.has(code)) ? "valid" : "undetermined";
}
