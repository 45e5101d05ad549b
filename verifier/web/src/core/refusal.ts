/** Errors by cause, as in `ledger.errors`: each with a stable kebab-case code. */

export class Refusal extends Error {
  readonly code: string;
  readonly detail: Readonly<Record<string, string | number>>;

  constructor(code: string, detail: Readonly<Record<string, string | number>> = {}) {
    super(`${code} ${JSON.stringify(detail)}`);
    this.code = code;
    this.detail = detail;
  }
}

/** The evidence itself is wrong. */
export class BadEvidence extends Refusal {}

/** The evidence could not be had; says nothing about the credential. */
export class CouldNotLook extends Refusal {}

/** What was presented is no credential at all. */
export class WrongUse extends Refusal {}
