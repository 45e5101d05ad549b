/** The status list as a pure function of its stream. Mirrors `ledger.core.status`. */

import { equal, type Bytes } from "./bytes";
import type { Entry, StatusEntry } from "./entry";
import { Action, Kind, LIST_BITS, MAX_LISTS } from "./kinds";
import { leafHash, nodeHash } from "./merkle";
import { BadEvidence } from "./refusal";

export type StatusState = "active" | "revoked" | "suspended" | "superseded";

const LIST_SIZE = 2 ** LIST_BITS;
const CHUNK_INDEXES = 256;
const CHUNK_BYTES = 64;
const CHUNKS_PER_LIST = LIST_SIZE / CHUNK_INDEXES;

const POSSIBLE: Readonly<Record<number, Partial<Record<StatusState, StatusState>>>> = {
  [Action.REVOKE]: { active: "revoked", suspended: "revoked" },
  [Action.SUSPEND]: { active: "suspended" },
  [Action.REINSTATE]: { suspended: "active" },
  [Action.SUPERSEDE]: { active: "superseded", suspended: "superseded" },
};

/** Roots of the perfect trees of 2^level empty chunks. */
const DEFAULTS: Bytes[] = [leafHash(new Uint8Array(CHUNK_BYTES))];

function defaultRoot(level: number): Bytes {
  while (DEFAULTS.length <= level) {
    const last = DEFAULTS[DEFAULTS.length - 1] as Bytes;
    DEFAULTS.push(nodeHash(last, last));
  }
  return DEFAULTS[level] as Bytes;
}

function ruleBroken(leaf: number, problem: string): never {
  throw new BadEvidence("status-rule", { leaf, problem });
}

/** Bits of all open lists, changed entry by entry. List 0 is open from the start. */
export class StatusList {
  lists = 1;
  readonly #states = new Map<number, StatusState>();
  readonly #chunks = new Map<number, Bytes>();
  /** Roots of aligned perfect subtrees "level/position" that hold a bit. */
  readonly #nodes = new Map<string, Bytes>();

  /** Outside the open lists there is no state: BadEvidence("status-index"). */
  state(index: number): StatusState {
    if (index < 0 || index >= this.lists * LIST_SIZE) {
      throw new BadEvidence("status-index", { index });
    }
    return this.#states.get(index) ?? "active";
  }

  apply(action: number, index: number): void {
    const after = POSSIBLE[action]?.[this.state(index)];
    if (after === undefined) throw new BadEvidence("status-action", { index });
    this.#states.set(index, after);
    const number = Math.floor(index / CHUNK_INDEXES);
    const chunk = this.#chunks.get(number) ?? new Uint8Array(CHUNK_BYTES);
    this.#chunks.set(number, chunk);
    setBit(chunk, index % CHUNK_INDEXES, after === "revoked" || after === "superseded");
    setBit(chunk, CHUNK_INDEXES + (index % CHUNK_INDEXES), after === "suspended");
    this.#rehash(number, chunk);
  }

  /** Every aligned subtree above a changed chunk; those beyond the tree's end are never read. */
  #rehash(number: number, chunk: Bytes): void {
    let hash = leafHash(chunk);
    let position = number;
    const top = Math.log2(CHUNKS_PER_LIST * MAX_LISTS);
    for (let level = 0; ; level++) {
      this.#nodes.set(`${level}/${position}`, hash);
      if (level === top) return;
      const sibling = this.#node(level, position % 2 === 0 ? position + 1 : position - 1);
      hash = position % 2 === 0 ? nodeHash(hash, sibling) : nodeHash(sibling, hash);
      position = Math.floor(position / 2);
    }
  }

  #node(level: number, position: number): Bytes {
    return this.#nodes.get(`${level}/${position}`) ?? defaultRoot(level);
  }

  /** RFC 6962 root over the chunks of all open lists. */
  root(): Bytes {
    return this.#range(0, this.lists * CHUNKS_PER_LIST);
  }

  #range(low: number, high: number): Bytes {
    const level = Math.ceil(Math.log2(high - low));
    const whole = 2 ** level;
    if (whole === high - low) return this.#node(level, low / whole);
    const middle = low + whole / 2;
    return nodeHash(this.#range(low, middle), this.#range(middle, high));
  }
}

function setBit(chunk: Bytes, position: number, value: boolean): void {
  const at = position >> 3;
  const mask = 0x80 >> (position & 7);
  const byte = chunk[at] as number;
  chunk[at] = value ? byte | mask : byte & ~mask;
}

export interface Change {
  /** Index in the status stream. */
  readonly leaf: number;
  readonly action: number;
}

export interface StatusHistory {
  readonly current: StatusList;
  readonly size: number;
  readonly timelines: ReadonlyMap<number, readonly Change[]>;
  /** Credential leaf → first status leaf that reaffirms it. */
  readonly reaffirmed: ReadonlyMap<number, number>;
}

/** What a whole status stream says; raises BadEvidence("status-rule") where it breaks the rules. */
export function replay(entries: readonly Entry[]): StatusHistory {
  const current = new StatusList();
  const timelines = new Map<number, Change[]>();
  const reaffirmed = new Map<number, number>();
  entries.forEach((entry, leaf) => {
    if (entry.kind === Kind.CONTINUATION) {
      if (leaf > 0) ruleBroken(leaf, "continuation after the first");
      return;
    }
    if (entry.kind !== Kind.STATUS) return ruleBroken(leaf, "not a status entry");
    follow(current, entry, leaf);
    if (!equal(entry.root, current.root())) ruleBroken(leaf, "root differs from the bits");
    if (entry.leaf !== null) {
      if (!reaffirmed.has(entry.leaf)) reaffirmed.set(entry.leaf, leaf);
    } else if (entry.statusIndex !== null) {
      const line = timelines.get(entry.statusIndex) ?? [];
      timelines.set(entry.statusIndex, [...line, { leaf, action: entry.action }]);
    }
  });
  return { current, size: entries.length, timelines, reaffirmed };
}

function follow(current: StatusList, entry: StatusEntry, leaf: number): void {
  const opens = entry.lists !== current.lists;
  if (entry.lists < current.lists || (opens && entry.action !== Action.HEARTBEAT)) {
    ruleBroken(leaf, "open lists");
  }
  current.lists = entry.lists;
  if (entry.statusIndex === null) return;
  try {
    current.apply(entry.action, entry.statusIndex);
  } catch {
    ruleBroken(leaf, "action not permitted");
  }
}
