/** C2SP signed notes and tlog checkpoints. Mirrors `ledger.core.signed_note`. */

import { concat, equal, fromBase64, fromUtf8, utf8, type Bytes } from "./bytes";
import { verify } from "./ed25519";
import { sha256 } from "./hash";
import { EMPTY_ROOT } from "./merkle";
import { BadEvidence } from "./refusal";

export interface NoteSignature {
  readonly name: string;
  readonly keyHash: Bytes;
  readonly signature: Bytes;
}

export interface Note {
  /** The signed text: ends with a newline, without the blank line. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

const ED25519 = 0x01;
const LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u;

const bad = (): BadEvidence => new BadEvidence("note");

export function parseNote(data: Bytes): Note {
  const text = fromUtf8(data);
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) throw bad();
  const split = text.lastIndexOf("\n\n");
  if (split < 0 || !text.endsWith("\n")) throw bad();
  const lines = text.slice(split + 2, -1).split("\n");
  if (lines.length > 100) throw bad();
  return { text: text.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const match = LINE.exec(line);
  if (match === null) throw bad();
  const raw = fromBase64(match[2] as string);
  if (raw.length < 5) throw bad();
  return { name: match[1] as string, keyHash: raw.slice(0, 4), signature: raw.slice(4) };
}

export function noteKeyId(name: string, publicKey: Bytes): Bytes {
  return sha256(concat(utf8(`${name}\n`), Uint8Array.of(ED25519), publicKey)).slice(0, 4);
}

/** Refuses unless the named key signed, and if any line of that key fails. */
export function verifyNote(note: Note, name: string, publicKey: Bytes): void {
  const keyHash = noteKeyId(name, publicKey);
  const ours = note.signatures.filter((s) => s.name === name && equal(s.keyHash, keyHash));
  if (ours.length === 0) throw new BadEvidence("note-unsigned");
  for (const { signature } of ours) verify(publicKey, utf8(note.text), signature);
}

export function parseCheckpoint(note: Note): Checkpoint {
  const lines = note.text.split("\n");
  if (lines.pop() !== "" || lines.length < 3 || lines.includes("")) throw bad();
  const [origin, size, root] = lines as [string, string, string];
  const count = /^(0|[1-9][0-9]{0,15})$/.test(size) ? Number(size) : Number.NaN;
  const hash = fromBase64(root);
  if (!Number.isSafeInteger(count) || hash.length !== 32) throw bad();
  if (count === 0 && !equal(hash, EMPTY_ROOT)) throw bad();
  return { origin, size: count, root: hash };
}
