/** C2SP tlog-tiles: paths and the bundles of entries. Mirrors `ledger.core.tiles`. */

import { BadEvidence } from "./refusal";
import type { Bytes } from "./bytes";

export const TILE_WIDTH = 256;

/** 1234067 -> "x001/x234/067". */
export function encodeIndex(n: number): string {
  const digits = String(n).padStart(Math.ceil(String(n).length / 3) * 3, "0");
  const groups = digits.match(/.{3}/g) ?? [];
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
}

/** Path of the n-th bundle of entries; `width` below 256 names a partial one. */
export function entriesPath(n: number, width: number): string {
  return `tile/entries/${encodeIndex(n)}${width < TILE_WIDTH ? `.p/${width}` : ""}`;
}

/** The bundles that together hold the entries 0 … size-1. */
export function bundlesOf(size: number): { n: number; width: number }[] {
  const bundles = [];
  for (let start = 0; start < size; start += TILE_WIDTH) {
    bundles.push({ n: start / TILE_WIDTH, width: Math.min(TILE_WIDTH, size - start) });
  }
  return bundles;
}

/** Entries of a bundle: each a big-endian u16 length and its bytes; nothing left over. */
export function unpackEntries(data: Bytes): Bytes[] {
  const entries: Bytes[] = [];
  let at = 0;
  while (at < data.length) {
    const start = at + 2;
    if (start > data.length) throw new BadEvidence("tile-entries");
    const end = start + (((data[at] as number) << 8) | (data[at + 1] as number));
    if (end > data.length) throw new BadEvidence("tile-entries");
    entries.push(data.slice(start, end));
    at = end;
  }
  return entries;
}
