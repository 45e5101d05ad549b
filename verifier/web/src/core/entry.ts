/** Entries of the streams. Mirrors `ledger.core.entry`. */

import { Fields, loads } from "./cbor";
import type { Bytes } from "./bytes";
import { Action, Kind, LIST_BITS, MAX_LISTS } from "./kinds";
import { BadEvidence } from "./refusal";
import { parseOrigin } from "./streams";

interface Common {
  /** Unix seconds as the issuer's clock said. */
  readonly time: number;
  readonly commitment: Bytes;
}

export interface CredentialEntry extends Common {
  readonly kind: typeof Kind.CREDENTIAL;
  readonly typeCode: number;
  readonly statusIndex: number;
  readonly frameHash: Bytes;
  readonly keyId: Bytes;
}

export interface StatusEntry extends Common {
  readonly kind: typeof Kind.STATUS;
  readonly action: number;
  readonly statusIndex: number | null;
  readonly leaf: number | null;
  readonly lists: number;
  readonly root: Bytes;
}

export interface RecordEntry extends Common {
  readonly kind: typeof Kind.LEARNING | typeof Kind.TEACHING;
  readonly refers: number | null;
}

export interface EvaluationEntry extends Common {
  readonly kind: typeof Kind.EVALUATION;
  readonly what: number;
  readonly refers: number | null;
  readonly rulesHash: Bytes | null;
}

export interface ContinuationEntry extends Common {
  readonly kind: typeof Kind.CONTINUATION;
  readonly origin: string;
  readonly chainId: number;
  readonly size: number;
  readonly root: Bytes;
}

export type Entry =
  | CredentialEntry
  | StatusEntry
  | RecordEntry
  | EvaluationEntry
  | ContinuationEntry;

const MAX_LENGTH = 400;
const MAX_INT = Number.MAX_SAFE_INTEGER;
const COMMON = [0, 1, 2, 3];

function refuse(reason: string): never {
  throw new BadEvidence("entry", { reason });
}

/** The entry of these bytes; raises BadEvidence entry or cbor. */
export function decode(data: Bytes): Entry {
  if (data.length > MAX_LENGTH) refuse("size");
  const fields = new Fields(loads(data, MAX_LENGTH), refuse);
  if (!fields.has(0) || fields.integer(0, 0, MAX_INT) !== 1) refuse("version");
  const kind = fields.integer(1, 1, 6);
  const read = READERS[kind - 1] as (fields: Fields) => (common: Common) => Entry;
  const complete = read(fields);
  return complete({ time: fields.integer(2, 0, MAX_INT), commitment: fields.bytes(3, 32) });
}

const optional = (fields: Fields, key: number): number | null =>
  fields.has(key) ? fields.integer(key, 0, MAX_INT) : null;

function credential(fields: Fields): (common: Common) => Entry {
  fields.only([...COMMON, 4, 5, 6, 7]);
  return (common) => ({
    ...common,
    kind: Kind.CREDENTIAL,
    typeCode: fields.integer(4, 1, 5),
    statusIndex: fields.integer(5, 0, MAX_LISTS * 2 ** LIST_BITS - 1),
    frameHash: fields.bytes(6, 32),
    keyId: fields.bytes(7, 32),
  });
}

function status(fields: Fields): (common: Common) => Entry {
  fields.only([...COMMON, 8, 10, 11], [5, 9]);
  const action = fields.integer(8, 1, 6);
  const lists = fields.integer(10, 1, MAX_LISTS);
  const wantsLeaf = action === Action.REAFFIRM;
  const wantsIndex = !wantsLeaf && action !== Action.HEARTBEAT;
  if (fields.has(9) !== wantsLeaf || fields.has(5) !== wantsIndex) refuse("action");
  const last = lists * 2 ** LIST_BITS - 1;
  return (common) => ({
    ...common,
    kind: Kind.STATUS,
    action,
    statusIndex: wantsIndex ? fields.integer(5, 0, last) : null,
    leaf: optional(fields, 9),
    lists,
    root: fields.bytes(11, 32),
  });
}

function record(fields: Fields): (common: Common) => Entry {
  fields.only(COMMON, [12]);
  const kind = fields.integer(1, 3, 4) === Kind.LEARNING ? Kind.LEARNING : Kind.TEACHING;
  return (common) => ({ ...common, kind, refers: optional(fields, 12) });
}

function evaluation(fields: Fields): (common: Common) => Entry {
  fields.only([...COMMON, 13], [12, 14]);
  return (common) => ({
    ...common,
    kind: Kind.EVALUATION,
    what: fields.integer(13, 1, 6),
    refers: optional(fields, 12),
    rulesHash: fields.has(14) ? fields.bytes(14, 32) : null,
  });
}

function continuation(fields: Fields): (common: Common) => Entry {
  fields.only([...COMMON, 11, 15, 16, 17]);
  const origin = fields.text(15);
  try {
    parseOrigin(origin);
  } catch {
    refuse("origin");
  }
  return (common) => ({
    ...common,
    kind: Kind.CONTINUATION,
    origin,
    chainId: fields.integer(16, 0, MAX_INT),
    size: fields.integer(17, 0, MAX_INT),
    root: fields.bytes(11, 32),
  });
}

/** By kind, 1 to 6. */
const READERS = [credential, status, record, record, evaluation, continuation];
