/** The QR frame, read strictly. Mirrors `ledger.core.frame`. */

import { concat, fromBase32, toBase32, utf8, type Bytes } from "./bytes";
import { Fields, loads } from "./cbor";
import { FIRST_DAY, LAST_DAY } from "./dates";
import { sha256 } from "./hash";
import { BadEvidence } from "./refusal";
import { CODE, isNumber, isWording } from "./wording";

const VERSION = 1;
const HEADER = 5;
const SIGNATURE = 64;
const MAX_FRAME = 343;
const MAX_TEXT = 1024;
const LINK = /^(https?:\/\/[^\s#?]{1,200})\/v#([A-Za-z0-9%]{1,900})$/i;

export interface Claims {
  readonly code: string;
  readonly name: string;
  readonly romanised: string;
  readonly typeCode: number;
  readonly achievement: string;
  readonly major: string;
  /** Days since 1970-01-01. */
  readonly awardedOn: number;
  readonly number: string;
  readonly statusIndex: number;
}

export interface Frame {
  readonly kid: Bytes;
  readonly claims: Claims;
  readonly signature: Bytes;
  /** The bytes that the signature is over. */
  readonly signed: Bytes;
  readonly raw: Bytes;
}

function refuse(part: string): never {
  throw new BadEvidence("frame", { part });
}

function wording(fields: Fields, key: number, part: string, optional = false): string {
  if (optional && !fields.has(key)) return "";
  const text = fields.text(key);
  return isWording(text) ? text : refuse(part);
}

export function decodeClaims(data: Bytes): Claims {
  let fields: Fields;
  try {
    fields = new Fields(loads(data, MAX_FRAME), refuse);
  } catch {
    return refuse("claims");
  }
  fields.only([0, 1, 3, 4, 6, 7, 8, 9], [2, 5]);
  const code = fields.text(0);
  if (!CODE.test(code)) refuse("institution code");
  const number = fields.text(7);
  if (!isNumber(number)) refuse("certificate number");
  fields.bytes(9, 16);
  return {
    code,
    name: wording(fields, 1, "name"),
    romanised: wording(fields, 2, "romanised name", true),
    typeCode: fields.integer(3, 1, 5),
    achievement: wording(fields, 4, "achievement"),
    major: wording(fields, 5, "major", true),
    awardedOn: fields.integer(6, FIRST_DAY, LAST_DAY),
    number,
    statusIndex: fields.integer(8, 0, 2 ** 32 - 1),
  };
}

export function parseFrame(data: Bytes): Frame {
  if (data.length <= HEADER + SIGNATURE || data.length > MAX_FRAME) refuse("frame");
  if (data[0] !== VERSION) refuse("version");
  const body = data.slice(0, -SIGNATURE);
  return {
    kid: data.slice(1, HEADER),
    claims: decodeClaims(body.slice(HEADER)),
    signature: data.slice(-SIGNATURE),
    signed: concat(utf8("XZ-QR1"), body),
    raw: data,
  };
}

/** SHA-256 of the frame: as its entry holds it, and its key in the public look-up. */
export function frameHash(frame: Bytes): Bytes {
  return sha256(frame);
}

/** (address before `/v#`, frame bytes) of a scanned or typed QR text. */
export function frameFromText(text: string): { host: string; frame: Bytes } {
  const link = text.trim();
  const match = link.length <= MAX_TEXT ? LINK.exec(link) : null;
  if (match === null) throw new BadEvidence("frame-text");
  return { host: match[1] as string, frame: frameFromFragment(match[2] as string) };
}

export function frameFromFragment(fragment: string): Bytes {
  if (fragment.length > MAX_TEXT) throw new BadEvidence("frame-text");
  let text: string;
  try {
    text = decodeURIComponent(fragment).toUpperCase();
  } catch {
    throw new BadEvidence("frame-text");
  }
  if (!/^[A-Z2-7]+$/.test(text)) throw new BadEvidence("frame-text");
  try {
    const data = fromBase32(text);
    if (toBase32(data) === text) return data;
  } catch {
    // Falls through to the one refusal of this reader.
  }
  throw new BadEvidence("frame-text");
}
