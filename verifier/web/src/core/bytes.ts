/** Byte strings and their text forms. Every decoder refuses anything but the one canonical form. */

import { BadEvidence } from "./refusal";

export type Bytes = Uint8Array;

const HEX = "0123456789abcdef";
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export function concat(...parts: readonly Bytes[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function equal(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Byte-wise order, shorter first when one is a prefix of the other. */
export function compare(a: Bytes, b: Bytes): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Strict UTF-8: malformed sequences and a byte order mark are refused. */
export function fromUtf8(data: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new BadEvidence("utf8");
  }
}

export function toHex(data: Bytes): string {
  let out = "";
  for (const byte of data) out += HEX.charAt(byte >> 4) + HEX.charAt(byte & 15);
  return out;
}

/** Lower-case hex, exactly `size` bytes when given. */
export function fromHex(text: string, size?: number): Bytes {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw new BadEvidence("hex");
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  if (size !== undefined && out.length !== size) throw new BadEvidence("hex");
  return out;
}

function decodeBits(text: string, alphabet: string, bits: number, code: string): Bytes {
  const out = new Uint8Array(Math.floor((text.length * bits) / 8));
  let held = 0;
  let value = 0;
  let at = 0;
  for (const char of text) {
    const digit = alphabet.indexOf(char);
    if (digit < 0) throw new BadEvidence(code);
    value = (value << bits) | digit;
    held += bits;
    if (held >= 8) {
      held -= 8;
      out[at++] = value >> held;
      value &= (1 << held) - 1;
    }
  }
  // Left-over bits must be padding only: fewer than one digit, and all zero.
  if (held >= bits || value !== 0) throw new BadEvidence(code);
  return out;
}

/** RFC 4648 base32, upper case, no padding, pad bits zero. */
export function fromBase32(text: string): Bytes {
  return decodeBits(text, BASE32, 5, "base32");
}

export function toBase32(data: Bytes): string {
  let out = "";
  let held = 0;
  let value = 0;
  for (const byte of data) {
    value = (value << 8) | byte;
    held += 8;
    while (held >= 5) {
      held -= 5;
      out += BASE32.charAt((value >> held) & 31);
    }
    value &= (1 << held) - 1;
  }
  return held > 0 ? out + BASE32.charAt((value << (5 - held)) & 31) : out;
}

/** RFC 4648 base64 with padding, the canonical form only. */
export function fromBase64(text: string): Bytes {
  if (text.length % 4 !== 0) throw new BadEvidence("base64");
  return decodeBits(text.replace(/={1,2}$/, ""), BASE64, 6, "base64");
}

export function toBase64(data: Bytes): string {
  let out = "";
  for (let i = 0; i < data.length; i += 3) {
    const three = ((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
    out += BASE64.charAt(three >> 18) + BASE64.charAt((three >> 12) & 63);
    out += i + 1 < data.length ? BASE64.charAt((three >> 6) & 63) : "=";
    out += i + 2 < data.length ? BASE64.charAt(three & 63) : "=";
  }
  return out;
}

/** base64url without padding. */
export function fromBase64Url(text: string): Bytes {
  return decodeBits(text.replace(/-/g, "+").replace(/_/g, "/"), BASE64, 6, "base64");
}

/** Bitcoin's base58, as multibase `z` uses it. `limit` bounds the work on hostile text. */
export function fromBase58(text: string, limit = 128): Bytes {
  if (text.length > limit) throw new BadEvidence("base58");
  let value = 0n;
  for (const char of text) {
    const digit = BASE58.indexOf(char);
    if (digit < 0) throw new BadEvidence("base58");
    value = value * 58n + BigInt(digit);
  }
  let hex = value === 0n ? "" : value.toString(16);
  if (hex.length % 2 !== 0) hex = `0${hex}`;
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  return concat(new Uint8Array(zeros), fromHex(hex));
}

export function toBase58(data: Bytes): string {
  let value = data.length === 0 ? 0n : BigInt(`0x${toHex(data)}`);
  let out = "";
  while (value > 0n) {
    out = BASE58.charAt(Number(value % 58n)) + out;
    value /= 58n;
  }
  for (const byte of data) {
    if (byte !== 0) break;
    out = `1${out}`;
  }
  return out;
}

export function u64(value: number): Bytes {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
}
