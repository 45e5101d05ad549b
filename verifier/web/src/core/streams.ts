/** Names of streams and their ids on chain. Mirrors `ledger.core.streams`. */

import { utf8, type Bytes } from "./bytes";
import { sha256 } from "./hash";
import { BadEvidence } from "./refusal";

const KINDS = ["credential", "status", "learning", "teaching", "evaluation"];
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const ORIGIN = /^([a-z0-9.-]{1,253})\/([a-z]+)(?:\/([1-9][0-9]{0,9}))?$/;

export interface Origin {
  readonly domain: string;
  readonly kind: string;
  readonly generation: number;
}

export function parseOrigin(text: string): Origin {
  const match = ORIGIN.exec(text);
  const domain = match?.[1] ?? "";
  const kind = match?.[2] ?? "";
  const generation = Number(match?.[3] ?? 0);
  if (!DOMAIN.test(domain) || !KINDS.includes(kind) || generation > 2 ** 32 - 1) {
    throw new BadEvidence("stream-origin");
  }
  return { domain, kind, generation };
}

/** The stream's id on chain: SHA-256 of the origin in UTF-8. */
export function streamId(origin: string): Bytes {
  return sha256(utf8(origin));
}
