/**
 * Fetches what the verification of one certificate needs; judges nothing. Mirrors
 * `verifier.gather`: chain parts are what enough nodes say as of one block; host parts come from
 * the issuer's public address as registered on chain. What cannot be had becomes `Missing`.
 */

import { equal, type Bytes } from "../core/bytes";
import { wantedOf } from "../core/checks_ledger";
import { checkFormat, type Paper, type Presented } from "../core/checks_paper";
import { bucketName, depth, parseBucket, type Bucket } from "../core/lookup";
import { BadEvidence, CouldNotLook, Refusal } from "../core/refusal";
import { streamId } from "../core/streams";
import { bundlesOf, entriesPath, unpackEntries } from "../core/tiles";
import type { TrustBundle } from "../core/trust";
import {
  Missing,
  nothing,
  type AnchorFacts,
  type HeadFacts,
  type InstitutionFacts,
  type LedgerView,
} from "../core/view";
import { Chain } from "./chain";
import { fetchBytes } from "./fetch";

const MAX_BACK_LINKS = 4096;
const MAX_STATUS = 4_000_000;
const MAX_BYTES = 16 * 1024 * 1024;
const AT_ONCE = 6;
/** The host may anchor between our reading of the chain and of the host; then look again. */
const TRIES = 3;

export type Step = "chain" | "registry" | "lookup" | "status";

/** What the nodes and the issuer's host say about a certificate; `step` tells how far it is. */
export async function gather(
  presented: Presented,
  trust: TrustBundle,
  step: (step: Step) => void = () => undefined,
): Promise<LedgerView> {
  const [, paper] = checkFormat(presented);
  if (paper === null) return nothing(new Missing("offline"));
  let view = nothing(new Missing("offline"));
  for (let i = 0; i < TRIES; i++) {
    view = await look(paper, trust, step);
    if (!overtaken(view)) break;
  }
  return view;
}

/** Whether the host answered at a size that the chain reached only after we had read it. */
function overtaken({ bucket, credentialHead: head }: LedgerView): boolean {
  return !(bucket instanceof Missing) && !(head instanceof Missing) && bucket.size > head.size;
}

async function look(
  paper: Paper,
  trust: TrustBundle,
  step: (step: Step) => void,
): Promise<LedgerView> {
  step("chain");
  const chain = await attempt(() => Chain.open(trust));
  if (chain instanceof Missing) return nothing(chain);
  step("registry");
  const institution = await attempt(() => chain.institution(issuerOf(paper)));
  const view = await gatherFrom(chain, institution ?? new Missing("not-registered"), paper, step);
  return {
    ...view,
    block: chain.block,
    nodesAgreeing: chain.agreeing,
    nodesNeeded: chain.needed,
  };
}

function issuerOf({ document, frame }: Paper): { domain: string } | { code: string } {
  return document === null
    ? { code: frame?.claims.code ?? "" }
    : { domain: document.issuerDomain };
}

async function gatherFrom(
  chain: Chain,
  institution: InstitutionFacts | Missing,
  paper: Paper,
  step: (step: Step) => void,
): Promise<LedgerView> {
  if (institution instanceof Missing) return nothing(institution);
  const { domain, publicUrl } = institution;
  const credential = streamId(`${domain}/credential`);
  const status = streamId(`${domain}/status`);
  const base = publicUrl.replace(/\/+$/, "");
  step("lookup");
  const credentialHead = await attempt(() => chain.head(credential));
  const statusHead = await attempt(() => chain.head(status));
  const keys = wantedOf(paper);
  const key = (keys.commitment ?? keys.frameHash) as Bytes;
  const bucket = await lookUp(base, key, credentialHead);
  const covering = await coveringAnchor(chain, credential, key, bucket);
  const bucketHead = await anchorAt(chain, credential, credentialHead, bucket);
  const checkpoint = `${base}/streams/credential/checkpoint`;
  step("status");
  return {
    ...nothing(new Missing("offline")),
    institution,
    credentialHead,
    bucket,
    covering,
    bucketHead,
    statusHead,
    statusEntries: await readStatus(base, statusHead),
    statusClosed: await attempt(() => chain.closed(status)),
    checkpoint: await attempt(() => fetchBytes(checkpoint, { limit: 1 << 20 })),
  };
}

async function lookUp(
  base: string,
  key: Bytes,
  head: HeadFacts | Missing,
): Promise<Bucket | Missing> {
  if (head instanceof Missing) return head;
  if (head.size === 0) return new Missing("not-anchored");
  const bits = depth(head.size);
  const url = `${base}/lookup/${bits}/${bucketName(key, bits)}`;
  return attempt(async () => parseBucket(await fetchBytes(url, { limit: MAX_BYTES })));
}

async function coveringAnchor(
  chain: Chain,
  stream: Bytes,
  key: Bytes,
  bucket: Bucket | Missing,
): Promise<AnchorFacts | Missing> {
  if (bucket instanceof Missing) return bucket;
  const member = bucket.members.find((one) => equal(one.key, key));
  if (member === undefined) return new Missing("not-listed");
  return attempt(() => chain.anchored(stream, member.anchorSeq, member.anchorBlock));
}

/** The anchor at the bucket's size, where the host is some anchors behind the chain. */
async function anchorAt(
  chain: Chain,
  stream: Bytes,
  head: HeadFacts | Missing,
  bucket: Bucket | Missing,
): Promise<{ size: number; root: Bytes } | Missing> {
  if (head instanceof Missing) return head;
  if (bucket instanceof Missing) return bucket;
  if (bucket.size === head.size) return { size: head.size, root: head.root };
  return attempt(async () => {
    let { seq, block } = head;
    for (let i = 0; i < MAX_BACK_LINKS && seq > 0; i++) {
      const event = await chain.anchored(stream, seq, block);
      if (event.prevSize === bucket.size) return { size: event.prevSize, root: event.prevRoot };
      if (event.prevSize < bucket.size) break;
      seq -= 1;
      block = event.prevBlock;
    }
    throw new CouldNotLook("host-garbage");
  });
}

/** The whole status stream, never a single index: the host does not learn which one matters. */
async function readStatus(
  base: string,
  head: HeadFacts | Missing,
): Promise<readonly Bytes[] | Missing> {
  if (head instanceof Missing) return head;
  if (head.size === 0) return [];
  if (head.size > MAX_STATUS) return new Missing("garbage", `${head.size}`);
  return attempt(async () => {
    const waiting = bundlesOf(head.size);
    const found: Bytes[][] = [];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const url = `${base}/streams/status/${entriesPath(next.n, next.width)}`;
        const entries = unpackEntries(await fetchBytes(url, { limit: MAX_BYTES }));
        if (entries.length !== next.width) throw new CouldNotLook("host-garbage", { url });
        found[next.n] = entries;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return found.flat();
  });
}

/** What `look` finds; a refusal becomes the reason why it is missing. */
async function attempt<T>(look: () => Promise<T>): Promise<T | Missing> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const garbage = error instanceof BadEvidence || error.code.endsWith("garbage");
    return new Missing(reasonOf(error, garbage), detailOf(error));
  }
}

function reasonOf(error: Refusal, garbage: boolean): Missing["reason"] {
  if (error.code === "nodes-too-few" || error.code === "nodes-disagree") return "nodes";
  return garbage ? "garbage" : "unreachable";
}

function detailOf({ code, detail }: Refusal): string {
  if ("needed" in detail) return `${detail["answered"]}/${detail["needed"]}`;
  const shown = detail["url"];
  return shown === undefined ? code : `${code}: ${shown}`;
}
