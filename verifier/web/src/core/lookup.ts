/** The public look-up: from a frame or a document to its leaf. Mirrors `ledger.core.lookup`. */

import { fromBase64, toHex, type Bytes } from "./bytes";
import { parseJson, type Json } from "./canonical";
import { BadEvidence } from "./refusal";
import { Shape } from "./shape";

const MIN_MEMBERS = 64;
const MAX_MEMBERS = 4096;
const MAX_SIZE = Number.MAX_SAFE_INTEGER;
const MAX_PATH = 64;
const MAX_ENTRY = 400;

export interface Member {
  readonly key: Bytes;
  readonly index: number;
  readonly entry: Bytes;
  readonly path: readonly Bytes[];
  readonly anchorSeq: number;
  readonly anchorBlock: number;
}

/** A look-up answer: the anchored size that the paths lead to, and the members. */
export interface Bucket {
  readonly size: number;
  readonly members: readonly Member[];
}

/** Bits to ask for with a stream of `size` entries: the longest d with size / 2^d >= 64. */
export function depth(size: number): number {
  let bits = 0;
  while (size / 2 ** (bits + 1) >= MIN_MEMBERS) bits += 1;
  return bits;
}

/** The hex of the look-up address: max(1, ⌈bits/4⌉) digits, unused low bits zero. */
export function bucketName(key: Bytes, bits: number): string {
  const digits = Math.max(1, Math.ceil(bits / 4));
  const unused = 4 * digits - bits;
  const head = BigInt(`0x${toHex(key).slice(0, digits)}`);
  return ((head >> BigInt(unused)) << BigInt(unused)).toString(16).padStart(digits, "0");
}

/** An answer read strictly; no proof is checked here. */
export function parseBucket(data: Bytes): Bucket {
  let value: Json;
  try {
    value = parseJson(data);
  } catch {
    throw new BadEvidence("lookup-format", { pointer: "/", expected: "JSON" });
  }
  const top = new Shape(value, "lookup-format").object(["size", "members"]);
  const size = top.at("size").integer(0, MAX_SIZE);
  return { size, members: top.at("members").items(MAX_MEMBERS).map((one) => member(one, size)) };
}

function member(shape: Shape, size: number): Member {
  shape.object(["key", "index", "entry", "path", "anchor"]);
  const anchor = shape.at("anchor").object(["seq", "block"]);
  return {
    key: shape.at("key").hex(32),
    index: shape.at("index").integer(0, size - 1),
    entry: entry(shape.at("entry")),
    path: shape.at("path").items(MAX_PATH).map((node) => node.hex(32)),
    anchorSeq: anchor.at("seq").integer(1, MAX_SIZE),
    anchorBlock: anchor.at("block").integer(0, MAX_SIZE),
  };
}

function entry(shape: Shape): Bytes {
  const text = shape.text(Math.floor((4 * MAX_ENTRY) / 3) + 4);
  try {
    const data = fromBase64(text);
    if (data.length <= MAX_ENTRY) return data;
  } catch {
    // Falls through to the one refusal of this reader.
  }
  return shape.refuse(`canonical base64 of at most ${MAX_ENTRY} bytes`);
}
