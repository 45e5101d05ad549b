/**
 * The part of the Solidity ABI that the page needs: static arguments out, strict decoding of
 * structs, arrays and strings in. A node's answer is untrusted bytes: whatever does not fit the
 * type is CouldNotLook("node-garbage").
 */

import { concat, equal, fromHex, fromUtf8, toHex, utf8, type Bytes } from "../core/bytes";
import { keccak256 } from "../core/hash";
import { CouldNotLook } from "../core/refusal";

export type AbiType =
  | { readonly kind: "uint"; readonly bits: number }
  | { readonly kind: "bool" }
  | { readonly kind: "address" }
  | { readonly kind: "bytes32" }
  | { readonly kind: "string" }
  | { readonly kind: "array"; readonly of: AbiType }
  | { readonly kind: "tuple"; readonly fields: Readonly<Record<string, AbiType>> };

export const uint = <B extends number>(bits: B) => ({ kind: "uint", bits }) as const;
export const bool = { kind: "bool" } as const;
export const address = { kind: "address" } as const;
export const bytes32 = { kind: "bytes32" } as const;
export const string = { kind: "string" } as const;
export const array = <T extends AbiType>(of: T) => ({ kind: "array", of }) as const;
export const tuple = <F extends Readonly<Record<string, AbiType>>>(fields: F) =>
  ({ kind: "tuple", fields }) as const;

/** The TypeScript value of an ABI type: integers are bigint, addresses lower-case 0x-hex. */
export type AbiValue<T> = T extends { kind: "uint" }
  ? bigint
  : T extends { kind: "bool" }
    ? boolean
    : T extends { kind: "address" } | { kind: "string" }
      ? string
      : T extends { kind: "bytes32" }
        ? Bytes
        : T extends { kind: "array"; of: infer E }
          ? AbiValue<E>[]
          : T extends { kind: "tuple"; fields: infer F }
            ? { -readonly [K in keyof F]: AbiValue<F[K]> }
            : never;

const garbage = (): CouldNotLook => new CouldNotLook("node-garbage");

function isDynamic(type: AbiType): boolean {
  if (type.kind === "tuple") return Object.values(type.fields).some(isDynamic);
  return type.kind === "string" || type.kind === "array";
}

/** Bytes that a value takes in the head of its frame. */
function headSize(type: AbiType): number {
  if (isDynamic(type) || type.kind !== "tuple") return 32;
  return Object.values(type.fields).reduce((sum, field) => sum + headSize(field), 0);
}

class Data {
  readonly bytes: Bytes;
  /** Every decoded word counts, so that offsets pointing into each other cannot explode. */
  #budget: number;

  constructor(bytes: Bytes) {
    this.bytes = bytes;
    this.#budget = bytes.length + 1024;
  }

  slice(at: number, size: number): Bytes {
    this.#budget -= size;
    if (at < 0 || at + size > this.bytes.length || this.#budget < 0) throw garbage();
    return this.bytes.slice(at, at + size);
  }

  word(at: number): bigint {
    return BigInt(`0x${toHex(this.slice(at, 32))}`);
  }

  length(at: number): number {
    const value = this.word(at);
    if (value > BigInt(this.bytes.length)) throw garbage();
    return Number(value);
  }
}

function decodeAt(data: Data, type: AbiType, at: number): unknown {
  switch (type.kind) {
    case "uint": {
      const value = data.word(at);
      if (value >> BigInt(type.bits) !== 0n) throw garbage();
      return value;
    }
    case "bool": {
      const value = data.word(at);
      if (value > 1n) throw garbage();
      return value === 1n;
    }
    case "address": {
      const word = data.slice(at, 32);
      if (word.subarray(0, 12).some((byte) => byte !== 0)) throw garbage();
      return `0x${toHex(word.subarray(12))}`;
    }
    case "bytes32":
      return data.slice(at, 32);
    case "string":
      return decodeText(data.slice(at + 32, data.length(at)));
    case "array": {
      const types = Array.from({ length: data.length(at) }, () => type.of);
      return decodeSequence(data, types, at + 32);
    }
    case "tuple": {
      const values = decodeSequence(data, Object.values(type.fields), at);
      return Object.fromEntries(Object.keys(type.fields).map((name, i) => [name, values[i]]));
    }
  }
}

function decodeText(bytes: Bytes): string {
  try {
    return fromUtf8(bytes);
  } catch {
    throw garbage();
  }
}

function decodeSequence(data: Data, types: readonly AbiType[], frame: number): unknown[] {
  let head = frame;
  return types.map((type) => {
    const at = isDynamic(type) ? frame + data.length(head) : head;
    head += headSize(type);
    return decodeAt(data, type, at);
  });
}

/** Decodes the data of a call or event whose single value is of `type`. */
export function decode<T extends AbiType>(type: T, hex: unknown): AbiValue<T> {
  if (typeof hex !== "string" || !/^0x[0-9a-f]*$/.test(hex) || hex.length % 2 !== 0) {
    throw garbage();
  }
  return decodeSequence(new Data(fromHex(hex.slice(2))), [type], 0)[0] as AbiValue<T>;
}

export type Argument = bigint | number | string | Bytes;

function encodeArgument(value: Argument): { head: Bytes; tail?: Bytes } {
  if (typeof value === "string") {
    const text = utf8(value);
    const padded = new Uint8Array(Math.ceil(text.length / 32) * 32);
    padded.set(text);
    return { head: new Uint8Array(32), tail: concat(word(text.length), padded) };
  }
  if (value instanceof Uint8Array) {
    if (value.length !== 32) throw new TypeError("bytes32 expected");
    return { head: value };
  }
  return { head: word(value) };
}

function word(value: bigint | number): Bytes {
  return fromHex(BigInt(value).toString(16).padStart(64, "0"), 32);
}

export function selector(signature: string): Bytes {
  return keccak256(utf8(signature)).slice(0, 4);
}

/** Call data: integers, 32-byte values and strings, in the order of `signature`. */
export function encodeCall(signature: string, args: readonly Argument[]): string {
  const parts = args.map(encodeArgument);
  let offset = 32 * parts.length;
  const heads: Bytes[] = [];
  const tails: Bytes[] = [];
  for (const part of parts) {
    heads.push(part.tail === undefined ? part.head : word(offset));
    if (part.tail !== undefined) {
      tails.push(part.tail);
      offset += part.tail.length;
    }
  }
  return `0x${toHex(concat(selector(signature), ...heads, ...tails))}`;
}

export function sameWord(a: unknown, b: Bytes): boolean {
  return typeof a === "string" && /^0x[0-9a-f]{64}$/.test(a) && equal(fromHex(a.slice(2)), b);
}
