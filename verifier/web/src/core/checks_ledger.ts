/**
 * What the ledger shows: inclusion, the status history, key, authority, status and freshness.
 * Everything that came from the issuer's host is proved here against what the nodes agree on; a
 * host's bad or missing proof is unknown, never a fail. Mirrors `ledger.core.checks_ledger`.
 */

import { equal, type Bytes } from "./bytes";
import type { Issuer, Paper } from "./checks_paper";
import { commit } from "./commitment";
import { chinaText, dayText } from "./dates";
import { keyId } from "./ed25519";
import { decode, type CredentialEntry } from "./entry";
import { failed, missing, passed, unknown } from "./findings";
import { frameHash } from "./frame";
import { CREDENTIAL_TYPES, Kind, Purpose } from "./kinds";
import type { Bucket, Member } from "./lookup";
import { leafHash, root as merkleRoot, verifyInclusion } from "./merkle";
import { Refusal } from "./refusal";
import { parseCheckpoint, parseNote, verifyNote, type Note } from "./signed_note";
import { replay, type StatusHistory } from "./status";
import { parseOrigin } from "./streams";
import type { KeyFacts } from "./trust";
import type { Check, Sentence } from "./verdict";
import {
  chainMissing,
  Missing,
  type AnchorFacts,
  type HeadFacts,
  type LedgerView,
} from "./view";

/** Seconds by which a block may lie ahead of this clock before the clock is doubted. */
const CLOCK_SKEW = 3600;

const STATES: Readonly<Record<string, Sentence>> = {
  revoked: { zh: "已撤销", en: "revoked" },
  suspended: { zh: "已暂停", en: "suspended" },
  superseded: { zh: "已被新证书取代", en: "superseded by a newer certificate" },
};

/** An entry proved under an anchored root. `allForms`: it commits to every form presented. */
export interface Proved {
  readonly index: number;
  readonly entry: CredentialEntry;
  readonly covering: AnchorFacts | null;
  readonly allForms: boolean;
}

/** The look-up keys of the forms presented, the document's first. */
export interface Wanted {
  readonly commitment: Bytes | null;
  readonly frameHash: Bytes | null;
}

export function wantedOf({ document, frame }: Paper): Wanted {
  return {
    commitment: document === null ? null : commit(document.salt, document.payload),
    frameHash: frame === null ? null : frameHash(frame.raw),
  };
}

const same = (a: Bytes, b: Bytes | null): boolean => b !== null && equal(a, b);

/** The entry is under a root that the chain anchored, and says what was signed. */
export function checkInclusion(
  paper: Paper,
  keys: readonly KeyFacts[],
  view: LedgerView,
): [Check, Proved | null] {
  const code = "inclusion";
  const lost = chainMissing(view);
  if (lost !== null) return [missing(code, "账本", "the ledger", lost), null];
  const { credentialHead: head, bucket } = view;
  if (head instanceof Missing) {
    return [missing(code, "锚定记录", "the anchored head", head), null];
  }
  if (head.size === 0) {
    return [missing(code, "锚定记录", "the ledger", new Missing("not-anchored")), null];
  }
  if (bucket instanceof Missing) {
    return [missing(code, "签发机构的查询服务", "the issuer's look-up", bucket), null];
  }
  const root = anchoredRoot(bucket.size, head, view);
  if (root === null) {
    const check = unknown(
      code,
      `签发机构的证明针对 ${bucket.size} 条记录，与链上锚定的 ${head.size} 条不符。`,
      `The issuer's proof is for ${bucket.size} entries; the chain has ${head.size}.`,
    );
    return [check, null];
  }
  const wanted = wantedOf(paper);
  const { found, bad } = find(bucket, root, wanted);
  if (found === null) return [notFound(bad, head), null];
  return judge(found.member.index, found.entry, paper, keys, view, head, wanted);
}

function judge(
  index: number,
  entry: CredentialEntry,
  paper: Paper,
  keys: readonly KeyFacts[],
  view: LedgerView,
  head: HeadFacts,
  wanted: Wanted,
): [Check, Proved] {
  const covering = coveringAnchor(view, head, index);
  const allForms =
    (wanted.commitment === null || equal(entry.commitment, wanted.commitment)) &&
    (wanted.frameHash === null || equal(entry.frameHash, wanted.frameHash));
  const proved = { index, entry, covering, allForms };
  const differing = contradictions(entry, paper, keys);
  if (differing !== "") {
    const check = failed(
      "inclusion",
      `账本中第 ${index} 条记录与签名内容矛盾：${differing}。`,
      `Entry ${index} of the ledger contradicts what was signed: ${differing}.`,
    );
    return [check, proved];
  }
  const when = covering === null ? "" : chinaText(covering.time);
  const check = passed(
    "inclusion",
    `已记入账本（第 ${index} 条${when && `，记账时间 ${when}`}）。`,
    `In the ledger: entry ${index}${when && `, by ${when}`}.`,
  );
  return [check, proved];
}

/** The root that the chain anchored at this size, as far as the view knows it. */
function anchoredRoot(size: number, head: HeadFacts, view: LedgerView): Bytes | null {
  if (size > head.size) return null;
  if (size === head.size) return head.root;
  const { covering, bucketHead } = view;
  if (!(covering instanceof Missing) && covering.size === size) return covering.root;
  if (!(bucketHead instanceof Missing) && bucketHead.size === size) return bucketHead.root;
  return null;
}

/** The first member that proves an entry of ours, and whether a member failed to. */
function find(
  bucket: Bucket,
  root: Bytes,
  wanted: Wanted,
): { found: { member: Member; entry: CredentialEntry } | null; bad: boolean } {
  let bad = false;
  for (const member of [...bucket.members].sort((a, b) => a.index - b.index)) {
    if (!same(member.key, wanted.commitment) && !same(member.key, wanted.frameHash)) continue;
    const entry = provedEntry(member, bucket.size, root);
    const ours =
      entry !== null &&
      (same(entry.commitment, wanted.commitment) || same(entry.frameHash, wanted.frameHash));
    if (ours) return { found: { member, entry }, bad };
    bad = true;
  }
  return { found: null, bad };
}

function provedEntry(member: Member, size: number, root: Bytes): CredentialEntry | null {
  try {
    verifyInclusion(leafHash(member.entry), member.index, size, member.path, root);
    const entry = decode(member.entry);
    return entry.kind === Kind.CREDENTIAL ? entry : null;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function notFound(bad: boolean, head: HeadFacts): Check {
  if (bad) {
    return unknown(
      "inclusion",
      "签发机构给出的证明不成立，无法确认已记入账本。",
      "The issuer's proof does not hold; inclusion could not be confirmed.",
    );
  }
  return unknown(
    "inclusion",
    `在签发机构已锚定的 ${head.size} 条记录中没有查到这份证书：可能尚未锚定，也可能从未登记过。`,
    `Not found among the issuer's ${head.size} anchored entries: not anchored yet, or never ` +
      "entered at all.",
  );
}

/** The covering anchor, if what the view holds really is the one for this index. */
function coveringAnchor(view: LedgerView, head: HeadFacts, index: number): AnchorFacts | null {
  const at = view.covering;
  if (at instanceof Missing || view.block instanceof Missing) return null;
  const covers = at.prevSize <= index && index < at.size && at.size <= head.size;
  return covers && at.block <= view.block.number ? at : null;
}

function contradictions(
  entry: CredentialEntry,
  { document, frame }: Paper,
  keys: readonly KeyFacts[],
): string {
  const forms = [
    ...(document === null
      ? []
      : [{ index: document.statusIndex, type: document.content.typeCode }]),
    ...(frame === null
      ? []
      : [{ index: frame.claims.statusIndex, type: frame.claims.typeCode }]),
  ];
  const differing = [];
  if (forms.some((form) => form.index !== entry.statusIndex)) differing.push("status_index");
  if (forms.some((form) => form.type !== entry.typeCode)) differing.push("type");
  if (keys.some((key) => !equal(keyId(key.publicKey), entry.keyId))) differing.push("key_id");
  return differing.join(", ");
}

/** Level 1: the entry is in a checkpoint that a checkpoint key of the institution signed. */
export function inSignedCheckpoint(paper: Paper, issuer: Issuer, view: LedgerView): boolean {
  if (view.checkpoint instanceof Missing || view.bucket instanceof Missing) return false;
  try {
    const note = parseNote(view.checkpoint);
    const head = parseCheckpoint(note);
    const origin = parseOrigin(head.origin);
    return (
      origin.domain === issuer.facts.domain &&
      origin.kind === "credential" &&
      head.size === view.bucket.size &&
      noteSigned(note, head.origin, issuer) &&
      find(view.bucket, head.root, wantedOf(paper)).found !== null
    );
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function noteSigned(note: Note, origin: string, issuer: Issuer): boolean {
  return issuer.facts.keys
    .filter((key) => key.purpose === Purpose.CHECKPOINT && key.cutOff === null)
    .some((key) => {
      try {
        verifyNote(note, origin, key.publicKey);
        return true;
      } catch {
        return false;
      }
    });
}

/** The whole status stream replayed, or the status check that says why it cannot be. */
export function statusHistory(view: LedgerView): StatusHistory | Check {
  const lost = chainMissing(view);
  if (lost !== null) return missing("status", "账本", "the ledger", lost);
  const { statusHead: head, statusEntries: raw } = view;
  if (head instanceof Missing) {
    return missing("status", "状态记录的锚定", "the status head", head);
  }
  if (head.size === 0) {
    return missing("status", "状态记录", "the status", new Missing("not-anchored"));
  }
  if (raw instanceof Missing) return missing("status", "状态记录", "the status entries", raw);
  if (raw.length !== head.size || !equal(merkleRoot(raw.map(leafHash)), head.root)) {
    return unknown(
      "status",
      "签发机构给出的状态记录与链上锚定的不符，无法判断是否撤销。",
      "The issuer's status entries are not those anchored on chain; revocation is unknown.",
    );
  }
  try {
    return replay(raw.map(decode));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return unknown(
      "status",
      "该机构锚定的状态记录自相矛盾，无法判断是否撤销。",
      "The institution's anchored status stream breaks its own rules; revocation is unknown.",
    );
  }
}

/** The key counts at the entry's place in the stream: from-size <= index < cut-off. */
export function checkKey(
  keys: readonly KeyFacts[],
  index: number | null,
  history: StatusHistory | null,
): Check {
  for (const key of keys) {
    const check = checkOneKey(key, index, history);
    if (check !== null) return check;
  }
  return passed("key", "密钥已登记，且对这条记录有效。", "The key is registered and counts here.");
}

function checkOneKey(
  key: KeyFacts,
  index: number | null,
  history: StatusHistory | null,
): Check | null {
  const { fromSize, cutOff } = key;
  if (index === null) {
    if (fromSize === 0 && cutOff === null) return null;
    return unknown(
      "key",
      "密钥有起止位置，而这份证书在账本中的位置未能确定。",
      "The key has a from-size or a cut-off, and the certificate's place is not proved.",
    );
  }
  if (index < fromSize) {
    return failed(
      "key",
      `这条记录（第 ${index} 条）早于密钥生效的位置 ${fromSize}。`,
      `Entry ${index} lies before the key's from-size ${fromSize}.`,
    );
  }
  if (cutOff === null || index < cutOff) return null;
  if (history === null) {
    return unknown(
      "key",
      "密钥已停用，状态记录未能读取，不知这条记录是否被重新确认。",
      "The key was cut off; whether this entry was reaffirmed could not be read.",
    );
  }
  if (history.reaffirmed.has(index)) return null;
  return failed(
    "key",
    `密钥自第 ${cutOff} 条起停用，这条记录（第 ${index} 条）在其后。`,
    `The key was cut off at ${cutOff}; entry ${index} comes after it.`,
  );
}

/** At the covering anchor's block the institution was accredited for this type. */
export function checkAuthority(
  paper: Paper,
  issuer: Issuer,
  proved: Proved | null,
  view: LedgerView,
): Check {
  if (!issuer.fromChain) {
    const why = chainMissing(view) ?? new Missing("offline");
    return missing("authority", "授权记录", "the accreditation", why);
  }
  if (proved === null) {
    return unknown(
      "authority",
      "未能确定记账时间，无法判断当时是否有授权。",
      "Authority is judged at the entry's ledger time, which is not known.",
    );
  }
  const at = proved.covering;
  if (at === null) {
    const why = view.covering instanceof Missing ? view.covering : new Missing("garbage");
    return missing("authority", "记账区块", "the covering anchor", why);
  }
  const name = CREDENTIAL_TYPES[paper.typeCode] ?? "";
  const when = chinaText(at.time);
  const accredited = issuer.facts.accreditations.some((row) => {
    const names =
      ((row.kinds >> BigInt(Kind.CREDENTIAL)) & 1n) === 1n &&
      ((row.types >> BigInt(paper.typeCode)) & 1n) === 1n;
    const begun = row.grantedBlock <= at.block && row.from <= at.time && at.time < row.until;
    const ended = row.ended !== null && at.time >= row.ended && at.block > row.endedBlock;
    return names && begun && !ended;
  });
  return accredited
    ? passed(
        "authority",
        `记账时（${when}）有权签发此类证书（${name}）。`,
        `It was accredited for this type (${name}) at ${when}.`,
      )
    : failed(
        "authority",
        `记账时（${when}）该机构没有签发此类证书（${name}）的授权。`,
        `At ${when} the institution was not accredited for this type (${name}).`,
      );
}

/** The state of the certificate's status index after the whole stream. */
export function checkStatus(paper: Paper, history: StatusHistory): Check {
  let state: string;
  try {
    state = history.current.state(paper.statusIndex);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return unknown(
      "status",
      "状态编号不在该机构已开放的状态列表内。",
      "The status index is in none of the institution's open status lists.",
    );
  }
  if (state === "active") {
    return passed("status", "未撤销、未暂停。", "Neither revoked nor suspended.");
  }
  const { zh, en } = STATES[state] as Sentence;
  return failed("status", `证书${zh}。`, `The certificate is ${en}.`);
}

/** A failed status when the document's own end has come; null otherwise. */
export function checkExpiry(paper: Paper, now: number): Check | null {
  const until = paper.document?.validUntil ?? null;
  if (until === null || now < until * 86_400 - 8 * 3600) return null;
  const day = dayText(until);
  return failed("status", `证书已于 ${day} 到期。`, `The certificate expired on ${day}.`);
}

/** The status stream's newest anchor is young enough for its silence to mean something. */
export function checkFreshness(view: LedgerView, maxAge: number, now: number): Check {
  const lost = chainMissing(view);
  const head = view.statusHead;
  if (lost !== null) return missing("freshness", "账本", "the ledger", lost);
  if (head instanceof Missing) {
    return missing("freshness", "状态记录的锚定", "the status head", head);
  }
  if (head.size === 0) {
    return missing("freshness", "状态记录", "the status", new Missing("not-anchored"));
  }
  const shown = chinaText(head.time);
  if (head.time > now + CLOCK_SKEW) {
    return unknown(
      "freshness",
      `状态锚定时间 ${shown} 晚于本机时钟，请校准时钟。`,
      `The status anchor (${shown}) is ahead of this machine's clock: set the clock.`,
    );
  }
  if (view.statusClosed === true || now - head.time < maxAge) {
    return passed("freshness", `状态信息截至 ${shown}。`, `Status is known up to ${shown}.`);
  }
  return unknown(
    "freshness",
    `状态信息只到 ${shown}，已过时，无法排除之后撤销。`,
    `Status is known only up to ${shown}: too old to exclude a later revocation.`,
  );
}
