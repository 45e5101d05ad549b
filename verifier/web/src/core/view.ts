/**
 * What was fetched about one certificate: the input of the verification. Every part is the data or
 * `Missing` with the reason why it could not be had. Mirrors `ledger.core.view`.
 */

import type { Bytes } from "./bytes";
import type { Bucket } from "./lookup";
import type { Institution } from "./trust";

export type Reason =
  | "offline"
  | "not-registered"
  | "not-anchored"
  | "not-listed"
  | "unreachable"
  | "garbage"
  | "nodes";

export class Missing {
  readonly reason: Reason;
  readonly detail: string;

  /** `offline`: nobody was asked, on purpose. */
  constructor(reason: Reason, detail = "") {
    this.reason = reason;
    this.detail = detail;
  }
}

export interface BlockFacts {
  readonly number: number;
  readonly time: number;
}

export interface AccreditationFacts {
  readonly grantedBlock: number;
  readonly from: number;
  readonly until: number;
  /** null: not ended early. */
  readonly ended: number | null;
  readonly endedBlock: number;
  readonly kinds: bigint;
  readonly types: bigint;
}

export interface InstitutionFacts extends Institution {
  readonly accreditations: readonly AccreditationFacts[];
}

export interface HeadFacts {
  readonly size: number;
  readonly seq: number;
  readonly block: number;
  readonly time: number;
  readonly root: Bytes;
}

/** An `Anchored` event, confirmed on chain, with its block's time. */
export interface AnchorFacts {
  readonly seq: number;
  readonly size: number;
  readonly root: Bytes;
  readonly prevSize: number;
  readonly prevRoot: Bytes;
  readonly prevBlock: number;
  readonly block: number;
  readonly time: number;
}

export interface LedgerView {
  readonly block: BlockFacts | Missing;
  readonly institution: InstitutionFacts | Missing;
  readonly credentialHead: HeadFacts | Missing;
  /** The host's look-up answer. */
  readonly bucket: Bucket | Missing;
  /** The event that the bucket's member names, as the chain gives it. */
  readonly covering: AnchorFacts | Missing;
  /** An anchor at exactly the bucket's size. */
  readonly bucketHead: { readonly size: number; readonly root: Bytes } | Missing;
  readonly statusHead: HeadFacts | Missing;
  /** Every entry of the status stream up to its head, in order. */
  readonly statusEntries: readonly Bytes[] | Missing;
  readonly statusClosed: boolean | Missing;
  /** The host's signed note of the credential stream. */
  readonly checkpoint: Bytes | Missing;
  readonly nodesAgreeing: number;
  readonly nodesNeeded: number;
}

/** A view with every part missing for one reason. */
export function nothing(why: Missing): LedgerView {
  return {
    block: why,
    institution: why,
    credentialHead: why,
    bucket: why,
    covering: why,
    bucketHead: why,
    statusHead: why,
    statusEntries: why,
    statusClosed: why,
    checkpoint: why,
    nodesAgreeing: 0,
    nodesNeeded: 1,
  };
}

/** Why no chain part counts at all, or null. */
export function chainMissing(view: LedgerView): Missing | null {
  if (view.block instanceof Missing) return view.block;
  if (view.nodesAgreeing < Math.max(1, view.nodesNeeded)) {
    return new Missing("nodes", `${view.nodesAgreeing}/${view.nodesNeeded}`);
  }
  return null;
}
