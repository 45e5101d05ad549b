/** The salted commitment of an entry to its payload. Mirrors `ledger.core.commitment`. */

import { utf8, type Bytes } from "./bytes";
import { sha256 } from "./hash";
import { BadEvidence } from "./refusal";

export function commit(salt: Bytes, payload: Bytes): Bytes {
  if (salt.length !== 32) throw new BadEvidence("commitment");
  return sha256(utf8("xuezheng/commitment/v1\0"), salt, sha256(payload));
}
