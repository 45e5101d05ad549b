// RFC 8785 for what people sign: strings, integers, null, booleans, arrays, objects. Anything else
// is refused, so that no number is ever written in another way than the ledger writes it.

const MAX_DEPTH = 32;

export function canonical(value, depth = 0) {
  if (depth > MAX_DEPTH) throw new Refused("太深。", "Too deep.");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return integer(value);
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, depth + 1)).join(",")}]`;
  if (typeof value !== "object") throw new Refused("不是 JSON。", "No JSON.");
  // The default order is by UTF-16 code units, which RFC 8785 §3.2.3 asks for.
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${text(key)}:${canonical(value[key], depth + 1)}`).join(",")}}`;
}

function integer(value) {
  if (!Number.isSafeInteger(value)) {
    throw new Refused("数字不是 ±(2⁵³ − 1) 以内的整数。", "A number that is no integer within ±(2⁵³ − 1).");
  }
  return String(value); // -0 is "0", as ECMAScript and RFC 8785 have it
}

function text(value) {
  if (/\p{Surrogate}/u.test(value)) throw new Refused("字符不成对。", "Half a character.");
  return JSON.stringify(value); // as RFC 8785 §3.2.2.2 writes well-formed text
}

// A sentence in Chinese and English.
export class Refused extends Error {
  constructor(zh, en) {
    super(en);
    this.sentences = [zh, en];
  }
}
