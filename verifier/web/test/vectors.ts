/** The shared vectors of tests/vectors: Python and browser are held to one answer. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Refusal } from "../src/core/refusal";

export interface Vectors {
  readonly valid: readonly Record<string, any>[];
  readonly invalid: readonly Record<string, any>[];
}

export function vectors(name: string): Vectors {
  const url = new URL(`../../../tests/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Vectors;
}

type Case = Record<string, any>;

/** One test a case; `refuse` must raise a Refusal for every invalid one. */
export function suite(name: string, accept: (one: Case) => void, refuse: (one: Case) => void): void {
  const { valid, invalid } = vectors(name);
  describe(name, () => {
    it("has cases", () => expect(valid.length * invalid.length).toBeGreaterThan(0));
    for (const one of valid) it(`takes ${one["description"]}`, () => accept(one));
    for (const one of invalid) {
      it(`refuses ${one["description"]}`, () => expect(() => refuse(one)).toThrow(Refusal));
    }
  });
}

/** The JSON pointer or other detail that a refusal names. */
export function detailOf(run: () => unknown, name: string): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error.detail[name];
    throw error;
  }
  throw new Error("not refused");
}
