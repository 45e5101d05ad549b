/** The two hash functions. Pure JavaScript: `crypto.subtle` is absent over plain HTTP. */

import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concat, type Bytes } from "./bytes";

export function sha256(...parts: readonly Bytes[]): Bytes {
  return nobleSha256(parts.length === 1 ? (parts[0] as Bytes) : concat(...parts));
}

export function keccak256(data: Bytes): Bytes {
  return keccak_256(data);
}
