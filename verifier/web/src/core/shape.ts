/**
 * Strict reading of parsed JSON by grammar: every mismatch names its JSON pointer (RFC 6901).
 * Mirrors `ledger.core.shape`.
 */

import { fromHex, type Bytes } from "./bytes";
import { canonicalText, type Json, type JsonObject } from "./canonical";
import { BadEvidence } from "./refusal";

export class Shape {
  readonly value: Json | undefined;
  readonly code: string;
  readonly pointer: string;

  constructor(value: Json | undefined, code: string, pointer = "") {
    this.value = value;
    this.code = code;
    this.pointer = pointer;
  }

  refuse(expected: string): never {
    throw new BadEvidence(this.code, { pointer: this.pointer || "/", expected });
  }

  /** An object with all required keys and none beside the optional ones. */
  object(required: readonly string[], optional: readonly string[] = []): this {
    const value = this.value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return this.refuse("object");
    }
    for (const key of required) if (!this.has(key)) this.at(key).refuse("present");
    for (const key of Object.keys(value)) {
      if (!required.includes(key) && !optional.includes(key)) this.at(key).refuse("absent");
    }
    return this;
  }

  at(key: string): Shape {
    const escaped = key.replaceAll("~", "~0").replaceAll("/", "~1").slice(0, 80);
    const value = this.has(key) ? (this.value as JsonObject)[key] : undefined;
    return new Shape(value, this.code, `${this.pointer}/${escaped}`);
  }

  has(key: string): boolean {
    const value = this.value;
    return typeof value === "object" && value !== null && Object.hasOwn(value, key);
  }

  /** The members of an array of bounded length. */
  items(atMost: number, atLeast = 0): Shape[] {
    const value = this.value;
    if (!Array.isArray(value) || value.length < atLeast || value.length > atMost) {
      return this.refuse(`array of ${atLeast}..${atMost}`);
    }
    return (value as Json[]).map(
      (item, i) => new Shape(item, this.code, `${this.pointer}/${i}`),
    );
  }

  /** A string of bounded length in code points. */
  text(atMost = 200, atLeast = 1): string {
    const value = this.value;
    if (typeof value !== "string") return this.refuse(`string of ${atLeast}..${atMost}`);
    const length = [...value].length;
    if (length < atLeast || length > atMost) this.refuse(`string of ${atLeast}..${atMost}`);
    return value;
  }

  /** A string that the whole pattern (anchored by its author) matches. */
  matching(pattern: RegExp, expected: string): string {
    const value = this.value;
    return typeof value === "string" && pattern.test(value) ? value : this.refuse(expected);
  }

  integer(low: number, high: number): number {
    const value = this.value;
    return typeof value === "number" && Number.isSafeInteger(value) && value >= low && value <= high
      ? value
      : this.refuse(`integer ${low}..${high}`);
  }

  /** `size` bytes in lower-case hex without prefix. */
  hex(size: number): Bytes {
    const text = this.matching(/^[0-9a-f]*$/, `${size} bytes in lower-case hex`);
    return text.length === 2 * size
      ? fromHex(text)
      : this.refuse(`${size} bytes in lower-case hex`);
  }

  /** The very value. */
  exactly(wanted: Json): void {
    const value = this.value;
    if (value === undefined || canonicalText(value) !== canonicalText(wanted)) {
      this.refuse(JSON.stringify(wanted));
    }
  }

  oneOf<T extends string>(wanted: readonly T[]): T {
    const found = wanted.find((one) => one === this.value);
    return found ?? this.refuse(wanted.join(" | "));
  }
}
