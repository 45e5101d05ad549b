/** From what a reader hands over to what the verification takes. */

import { utf8, type Bytes } from "../core/bytes";
import type { Presented } from "../core/checks_paper";
import { frameFromFragment, frameFromText } from "../core/frame";
import { WrongUse } from "../core/refusal";

/** The fragment of this page's own address, scanned by a phone. */
export function fromHash(hash: string, origin: string): Presented {
  return { document: null, frame: frameFromFragment(hash.replace(/^#/, "")), linkHost: origin };
}

/** A pasted link, a bare BASE32 frame, or the JSON document. Raises WrongUse for anything else. */
export function fromText(text: string): Presented {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) return document(utf8(text));
  try {
    const { host, frame } = frameFromText(trimmed);
    return { document: null, frame, linkHost: host };
  } catch {
    return bareFrame(trimmed);
  }
}

/** The least that a frame can be: 70 bytes in BASE32. A word someone typed is none. */
const LEAST = 112;

function bareFrame(text: string): Presented {
  if (text.length < LEAST) throw new WrongUse("nothing-presented");
  try {
    return { document: null, frame: frameFromFragment(text), linkHost: null };
  } catch {
    throw new WrongUse("nothing-presented");
  }
}

/** A chosen or dropped file; a PDF or a picture is told apart from a text by its first bytes. */
export async function fromFile(file: File): Promise<Presented> {
  const data = new Uint8Array(await file.slice(0, 256 * 1024).arrayBuffer());
  const first = data.find((byte) => ![0x20, 0x09, 0x0a, 0x0d].includes(byte));
  if (first === 0x7b) return document(data);
  if (data.some((byte) => byte === 0 || byte > 0x7e) || first === 0x25) {
    throw new WrongUse("binary-file");
  }
  return fromText(new TextDecoder().decode(data));
}

const document = (data: Bytes): Presented => ({ document: data, frame: null, linkHost: null });
