/** RFC 6962 trees and RFC 9162 proofs (§2.1.3, §2.1.4), SHA-256. Mirrors `ledger.core.merkle`. */

import { equal, type Bytes } from "./bytes";
import { sha256 } from "./hash";
import { BadEvidence } from "./refusal";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Bytes = sha256(new Uint8Array(0));

export function leafHash(entry: Bytes): Bytes {
  return sha256(LEAF, entry);
}

export function nodeHash(left: Bytes, right: Bytes): Bytes {
  return sha256(NODE, left, right);
}

/** Compact range: the roots of the perfect subtrees of a growing tree, largest first. */
export class Frontier {
  #peaks: Bytes[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  append(leaf: Bytes): void {
    let carried = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      carried = nodeHash(this.#peaks.pop() as Bytes, carried);
    }
    this.#peaks.push(carried);
    this.#size += 1;
  }

  root(): Bytes {
    if (this.#peaks.length === 0) return EMPTY_ROOT;
    return this.#peaks.reduceRight((right, left) => nodeHash(left, right));
  }
}

export function root(leaves: Iterable<Bytes>): Bytes {
  const frontier = new Frontier();
  for (const leaf of leaves) frontier.append(leaf);
  return frontier.root();
}

function checkSizes(...values: readonly number[]): void {
  if (!values.every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw new BadEvidence("merkle-size");
  }
}

/**
 * RFC 9162 §2.1.3.2. Raises BadEvidence when `leaf` is not at `index` of the tree (size, root).
 * The numbers are doubles: shifts are written as arithmetic, exact up to 2^53.
 */
export function verifyInclusion(
  leaf: Bytes,
  index: number,
  size: number,
  path: readonly Bytes[],
  expected: Bytes,
): void {
  checkSizes(index, size);
  if (index >= size) throw new BadEvidence("merkle-index", { index, size });
  if (path.some((hash) => hash.length !== 32)) throw new BadEvidence("merkle-path");
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (sn === 0) throw new BadEvidence("merkle-path-length", { index, size });
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  if (sn !== 0) throw new BadEvidence("merkle-path-length", { index, size });
  if (!equal(hash, expected)) throw new BadEvidence("merkle-root", { index, size });
}

/**
 * RFC 9162 §2.1.4.2. From size 0 nothing is proved, so it is refused; equal sizes need an empty
 * path and equal roots.
 */
export function verifyConsistency(
  oldSize: number,
  newSize: number,
  oldRoot: Bytes,
  newRoot: Bytes,
  path: readonly Bytes[],
): void {
  checkSizes(oldSize, newSize);
  if (oldSize === 0 || oldSize > newSize) throw new BadEvidence("merkle-size");
  if (path.some((hash) => hash.length !== 32)) throw new BadEvidence("merkle-path");
  if (oldSize === newSize) {
    if (path.length > 0) throw new BadEvidence("merkle-path-length");
    if (!equal(oldRoot, newRoot)) throw new BadEvidence("merkle-root");
    return;
  }
  const nodes = isPowerOfTwo(oldSize) ? [oldRoot, ...path] : [...path];
  let fn = oldSize - 1;
  let sn = newSize - 1;
  while (fn % 2 === 1) {
    fn = (fn - 1) / 2;
    sn = Math.floor(sn / 2);
  }
  const first = nodes[0];
  if (first === undefined) throw new BadEvidence("merkle-path-length");
  let fr = first;
  let sr = first;
  for (const node of nodes.slice(1)) {
    if (sn === 0) throw new BadEvidence("merkle-path-length");
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(node, fr);
      sr = nodeHash(node, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      sr = nodeHash(sr, node);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  if (sn !== 0) throw new BadEvidence("merkle-path-length");
  if (!equal(fr, oldRoot) || !equal(sr, newRoot)) throw new BadEvidence("merkle-root");
}

function isPowerOfTwo(value: number): boolean {
  return 2 ** Math.round(Math.log2(value)) === value;
}
