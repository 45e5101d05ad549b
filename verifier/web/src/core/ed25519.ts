/**
 * Ed25519 (RFC 8032 §5.1.7) with the cofactorless equation, canonical encodings of A and R, S < L,
 * and keys of prime order only. Always in JavaScript: WebCrypto is absent over plain HTTP, and it
 * accepts small-order keys, under which one signature fits any message. One implementation gives
 * one answer everywhere. Mirrors `ledger.core.ed25519`.
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concat, equal, type Bytes } from "./bytes";
import { sha256 } from "./hash";
import { BadEvidence } from "./refusal";

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;

function littleEndian(data: Bytes): bigint {
  return data.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function decodePoint(data: Bytes, code: string): InstanceType<typeof Point> {
  try {
    return Point.fromBytes(data, false);
  } catch {
    throw new BadEvidence(code);
  }
}

/** A 32-byte public key of prime order: no identity, small-order or mixed-order point. */
export function checkPublicKey(publicKey: Bytes): InstanceType<typeof Point> {
  if (publicKey.length !== 32) throw new BadEvidence("public-key");
  const point = decodePoint(publicKey, "public-key");
  if (point.isSmallOrder() || !point.isTorsionFree()) throw new BadEvidence("public-key");
  return point;
}

/** Raises BadEvidence("signature") unless `signature` (64 bytes) is right for `message`. */
export function verify(publicKey: Bytes, message: Bytes, signature: Bytes): void {
  const a = checkPublicKey(publicKey);
  if (signature.length !== 64) throw new BadEvidence("signature");
  const encodedR = signature.slice(0, 32);
  const s = littleEndian(signature.slice(32));
  if (s >= ORDER || decodePoint(encodedR, "signature").isSmallOrder()) {
    throw new BadEvidence("signature");
  }
  const k = littleEndian(sha512(concat(encodedR, publicKey, message))) % ORDER;
  const r = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
  if (!equal(r.toBytes(), encodedR)) throw new BadEvidence("signature");
}

/** Key id: SHA-256 of the raw public key. */
export function keyId(publicKey: Bytes): Bytes {
  return sha256(publicKey);
}
