/** The numbers that entries use. Mirrors `ledger.core.kinds`. */

export const Kind = {
  CREDENTIAL: 1,
  STATUS: 2,
  LEARNING: 3,
  TEACHING: 4,
  EVALUATION: 5,
  CONTINUATION: 6,
} as const;

export const Action = {
  REVOKE: 1,
  SUSPEND: 2,
  REINSTATE: 3,
  SUPERSEDE: 4,
  REAFFIRM: 5,
  HEARTBEAT: 6,
} as const;

/** Key purposes on chain. */
export const Purpose = { CREDENTIAL: 1, CHECKPOINT: 2, RECEIPT: 3, TRUST: 4 } as const;

/** Credential types by code; index 0 is nobody's. */
export const CREDENTIAL_TYPES = [
  "",
  "degree",
  "course",
  "micro",
  "transcript",
  "workload",
] as const;

export const MAX_LISTS = 1 << 15;
export const LIST_BITS = 17;
