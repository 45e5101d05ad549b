/**
 * Deterministic CBOR (RFC 8949 §4.2.1), decoding only what Xuezheng writes: unsigned and negative
 * integers within ±(2^53−1), byte and text strings, arrays, maps with unsigned keys. Anything
 * else, and any form but the one canonical one, is refused. Mirrors `ledger.core.cbor`.
 */

import { fromUtf8, type Bytes } from "./bytes";
import { BadEvidence } from "./refusal";

export type Cbor = number | string | Bytes | readonly Cbor[] | CborMap;
export type CborMap = ReadonlyMap<number, Cbor>;

const MAX_DEPTH = 8;

class Reader {
  readonly #data: Bytes;
  #at = 0;

  constructor(data: Bytes) {
    this.#data = data;
  }

  get done(): boolean {
    return this.#at === this.#data.length;
  }

  take(count: number): Bytes {
    const end = this.#at + count;
    if (end > this.#data.length) throw new BadEvidence("cbor");
    const out = this.#data.slice(this.#at, end);
    this.#at = end;
    return out;
  }

  /** Initial byte and argument; the argument must be in its shortest form. */
  head(): { major: number; argument: number } {
    const first = this.take(1)[0] as number;
    const info = first & 31;
    const major = first >> 5;
    if (info < 24) return { major, argument: info };
    if (info > 27) throw new BadEvidence("cbor");
    const width = 2 ** (info - 24);
    let value = 0n;
    for (const byte of this.take(width)) value = (value << 8n) | BigInt(byte);
    const least = width === 1 ? 24n : 1n << BigInt(4 * width);
    if (value < least || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new BadEvidence("cbor");
    return { major, argument: Number(value) };
  }
}

function item(reader: Reader, depth: number): Cbor {
  if (depth > MAX_DEPTH) throw new BadEvidence("cbor");
  const { major, argument } = reader.head();
  switch (major) {
    case 0:
      return argument;
    case 1:
      return -1 - argument;
    case 2:
      return reader.take(argument);
    case 3:
      return fromUtf8(reader.take(argument));
    case 4:
      return Array.from({ length: bounded(argument) }, () => item(reader, depth + 1));
    case 5:
      return map(reader, bounded(argument), depth);
    default:
      throw new BadEvidence("cbor");
  }
}

/** A claimed length costs memory before the items are seen: no honest item is this long. */
function bounded(length: number): number {
  if (length > 1024) throw new BadEvidence("cbor");
  return length;
}

/** Keys are unsigned integers, strictly ascending: then byte order and numeric order agree. */
function map(reader: Reader, length: number, depth: number): CborMap {
  const out = new Map<number, Cbor>();
  let last = -1;
  for (let i = 0; i < length; i++) {
    const { major, argument } = reader.head();
    if (major !== 0 || argument <= last) throw new BadEvidence("cbor");
    last = argument;
    out.set(argument, item(reader, depth + 1));
  }
  return out;
}

/** The one value that `data` encodes; raises BadEvidence for more than `limit` bytes. */
export function loads(data: Bytes, limit: number): Cbor {
  if (data.length > limit) throw new BadEvidence("cbor");
  const reader = new Reader(data);
  const value = item(reader, 0);
  if (!reader.done) throw new BadEvidence("cbor");
  return value;
}

/** A map with typed access: every key must be asked for, or `finish` refuses the left-over. */
export class Fields {
  readonly #map: CborMap;
  readonly #asked = new Set<number>();

  constructor(value: Cbor) {
    if (!(value instanceof Map)) throw new BadEvidence("cbor");
    this.#map = value as CborMap;
  }

  #get(key: number): Cbor | undefined {
    this.#asked.add(key);
    return this.#map.get(key);
  }

  uint(key: number): number {
    const value = this.#get(key);
    if (typeof value !== "number" || value < 0) throw new BadEvidence("cbor");
    return value;
  }

  int(key: number): number {
    const value = this.#get(key);
    if (typeof value !== "number") throw new BadEvidence("cbor");
    return value;
  }

  text(key: number): string {
    const value = this.#get(key);
    if (typeof value !== "string") throw new BadEvidence("cbor");
    return value;
  }

  bytes(key: number, size: number): Bytes {
    const value = this.#get(key);
    if (!(value instanceof Uint8Array) || value.length !== size) throw new BadEvidence("cbor");
    return value;
  }

  has(key: number): boolean {
    return this.#map.has(key);
  }

  finish(): void {
    for (const key of this.#map.keys()) {
      if (!this.#asked.has(key)) throw new BadEvidence("cbor");
    }
  }
}
