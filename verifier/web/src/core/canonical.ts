/**
 * Strict JSON in, RFC 8785 out. The browser's own parser keeps the last of two equal keys and lets
 * lone surrogates through, so two readers could see two documents: here both are refused, as are
 * a byte order mark, trailing bytes, excessive depth and numbers that are not exact.
 * Mirrors `ledger.core.canonical`.
 */

import { fromUtf8, utf8, type Bytes } from "./bytes";
import { BadEvidence } from "./refusal";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

const MAX_DEPTH = 64;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

const bad = (): BadEvidence => new BadEvidence("json");

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Json {
    const value = this.#value(0);
    this.#match(SPACE);
    if (this.#at !== this.#text.length) throw bad();
    return value;
  }

  #match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw bad();
    this.#at = pattern.lastIndex;
    return match;
  }

  #peek(): string {
    this.#match(SPACE);
    return this.#text.charAt(this.#at);
  }

  #literal<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw bad();
    this.#at += word.length;
    return value;
  }

  #value(depth: number): Json {
    switch (this.#peek()) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#literal("true", true);
      case "f":
        return this.#literal("false", false);
      case "n":
        return this.#literal("null", null);
      default:
        return this.#number();
    }
  }

  #string(): string {
    let text: string;
    try {
      text = JSON.parse(this.#match(STRING)[0]) as string;
    } catch {
      throw bad();
    }
    if (!isWellFormed(text)) throw bad();
    return text;
  }

  #number(): number {
    const [text, fraction, exponent] = this.#match(NUMBER);
    const value = Number(text);
    if (!Number.isFinite(value)) throw bad();
    if (fraction === undefined && exponent === undefined && !Number.isSafeInteger(value)) {
      throw bad();
    }
    return value;
  }

  #array(depth: number): Json[] {
    if (depth === MAX_DEPTH) throw bad();
    this.#at += 1;
    const out: Json[] = [];
    if (this.#peek() === "]") {
      this.#at += 1;
      return out;
    }
    for (;;) {
      out.push(this.#value(depth + 1));
      if (this.#more("]")) return out;
    }
  }

  #object(depth: number): JsonObject {
    if (depth === MAX_DEPTH) throw bad();
    this.#at += 1;
    const out: Record<string, Json> = Object.create(null) as Record<string, Json>;
    if (this.#peek() === "}") {
      this.#at += 1;
      return out;
    }
    for (;;) {
      this.#match(SPACE);
      const key = this.#string();
      if (key in out) throw bad();
      if (this.#peek() !== ":") throw bad();
      this.#at += 1;
      out[key] = this.#value(depth + 1);
      if (this.#more("}")) return out;
    }
  }

  /** After a member: true at the closing bracket, false after a comma. */
  #more(close: string): boolean {
    const char = this.#peek();
    if (char !== close && char !== ",") throw bad();
    this.#at += 1;
    return char === close;
  }
}

/** A lone surrogate does not survive UTF-8. (Look-behind would end the page on older phones.) */
function isWellFormed(text: string): boolean {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(utf8(text)) === text;
}

export function parseJson(data: Bytes): Json {
  let text: string;
  try {
    text = fromUtf8(data);
  } catch {
    throw bad();
  }
  return new Parser(text).document();
}

/** RFC 8785: members sorted by UTF-16 code units, ECMAScript numbers, shortest escapes. */
export function canonicalText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = value as JsonObject;
    const keys = Object.keys(members).sort();
    return `{${keys.map((k) => `${JSON.stringify(k)}:${canonicalText(members[k] as Json)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

export function canonicalJson(value: Json): Bytes {
  return utf8(canonicalText(value));
}
