/**
 * Deterministic CBOR (RFC 8949 §4.2.1): integers below 2^64 in size, byte and text strings, lists,
 * maps, booleans, null. Anything else, and any form but the one canonical one, is refused. Integers
 * beyond ±(2^53−1) come out as bigint. Mirrors `ledger.core.cbor`.
 */

import { compare, fromUtf8, type Bytes } from "./bytes";
import { BadEvidence } from "./refusal";

export type CborKey = number | bigint | string | Bytes;
export type Cbor = CborKey | boolean | null | readonly Cbor[] | CborMap;
export type CborMap = ReadonlyMap<CborKey, Cbor>;

const MAX_DEPTH = 16;

const bad = (): BadEvidence => new BadEvidence("cbor");

class Reader {
  readonly #data: Bytes;
  at = 0;

  constructor(data: Bytes) {
    this.#data = data;
  }

  get left(): number {
    return this.#data.length - this.at;
  }

  slice(from: number): Bytes {
    return this.#data.slice(from, this.at);
  }

  take(count: number): Bytes {
    if (count > this.left) throw bad();
    this.at += count;
    return this.slice(this.at - count);
  }

  /** Initial byte and argument; the argument must be in its shortest form. */
  head(): { major: number; info: number; argument: bigint } {
    const first = this.take(1)[0] as number;
    const info = first & 31;
    const major = first >> 5;
    if (info < 24) return { major, info, argument: BigInt(info) };
    if (info > 27) throw bad();
    const width = 2 ** (info - 24);
    let argument = 0n;
    for (const byte of this.take(width)) argument = (argument << 8n) | BigInt(byte);
    if (argument < (width === 1 ? 24n : 1n << BigInt(4 * width))) throw bad();
    return { major, info, argument };
  }

  /** A length: never more than what is left, since every item takes a byte at least. */
  length(argument: bigint): number {
    if (argument > BigInt(this.left)) throw bad();
    return Number(argument);
  }
}

function integer(value: bigint): number | bigint {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return value >= -limit && value <= limit ? Number(value) : value;
}

const MAX_INT = (1n << 64n) - 1n;

function item(reader: Reader, depth: number): Cbor {
  const { major, info, argument } = reader.head();
  switch (major) {
    case 0:
      return integer(argument);
    case 1:
      if (argument === MAX_INT) throw bad();
      return integer(-1n - argument);
    case 2:
      return reader.take(reader.length(argument));
    case 3:
      return text(reader.take(reader.length(argument)));
    case 4:
    case 5:
      if (depth === 0) throw bad();
      return major === 4
        ? Array.from({ length: reader.length(argument) }, () => item(reader, depth - 1))
        : map(reader, reader.length(argument), depth - 1);
    case 7:
      if (info === 20 || info === 21) return info === 21;
      if (info === 22) return null;
  }
  throw bad();
}

function text(data: Bytes): string {
  try {
    return fromUtf8(data);
  } catch {
    throw bad();
  }
}

/** Keys strictly ascend in the order of their encoded bytes, so none comes twice. */
function map(reader: Reader, length: number, depth: number): CborMap {
  const out = new Map<CborKey, Cbor>();
  let last: Bytes = new Uint8Array(0);
  for (let i = 0; i < length; i++) {
    const start = reader.at;
    const key = item(reader, 0);
    const encoded = reader.slice(start);
    if (typeof key === "boolean" || key === null || compare(encoded, last) <= 0) throw bad();
    last = encoded;
    out.set(key as CborKey, item(reader, depth));
  }
  return out;
}

/** The one value that `data` encodes; raises BadEvidence for more than `limit` bytes. */
export function loads(data: Bytes, limit = 1 << 20): Cbor {
  if (data.length > limit) throw bad();
  const reader = new Reader(data);
  const value = item(reader, MAX_DEPTH);
  if (reader.left !== 0) throw bad();
  return value;
}

/** A map whose keys are all integers, read field by field with the reader's own refusal. */
export class Fields {
  readonly #map: CborMap;
  readonly #refuse: (part: string) => never;

  constructor(value: Cbor, refuse: (part: string) => never) {
    this.#map = value instanceof Map ? (value as CborMap) : refuse("map");
    this.#refuse = refuse;
  }

  keys(): CborKey[] {
    return [...this.#map.keys()];
  }

  has(key: number): boolean {
    return this.#map.has(key);
  }

  /** All required keys and none beside the optional ones. */
  only(required: readonly number[], optional: readonly number[] = []): void {
    if (!required.every((key) => this.#map.has(key))) this.#refuse("missing-key");
    const known: readonly CborKey[] = [...required, ...optional];
    if (!this.keys().every((key) => known.includes(key))) this.#refuse("unknown-key");
  }

  integer(key: number, low: number, high: number): number {
    const value = this.#map.get(key);
    return typeof value === "number" && value >= low && value <= high
      ? value
      : this.#refuse("integer");
  }

  text(key: number): string {
    const value = this.#map.get(key);
    return typeof value === "string" ? value : this.#refuse("text");
  }

  bytes(key: number, size: number): Bytes {
    const value = this.#map.get(key);
    return value instanceof Uint8Array && value.length === size ? value : this.#refuse("bytes");
  }
}
