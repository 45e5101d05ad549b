/** The trust bundle that the page was deployed with. Mirrors `ledger.core.trust`. */

import { concat, toHex, utf8, type Bytes } from "./bytes";
import { canonicalJson, parseJson, type Json, type JsonObject } from "./canonical";
import { parseUtc } from "./dates";
import { checkPublicKey, keyId, verify } from "./ed25519";
import { sha256 } from "./hash";
import { BadEvidence } from "./refusal";
import { Shape } from "./shape";
import { CODE } from "./wording";

export interface Contract {
  readonly address: string;
  readonly codeHash: string;
}

export interface Member {
  readonly code: string;
  readonly account: string;
  readonly trustKey: Bytes;
}

export interface KeyFacts {
  readonly publicKey: Bytes;
  readonly purpose: number;
  readonly algorithm: number;
  readonly fromSize: number;
  /** null: no cut-off. */
  readonly cutOff: number | null;
}

export interface Institution {
  readonly code: string;
  readonly domain: string;
  readonly name: string;
  readonly nameEn: string;
  readonly publicUrl: string;
  readonly verifyUrl: string;
  readonly keys: readonly KeyFacts[];
}

export interface TrustBundle {
  readonly version: number;
  /** Unix seconds, as `expires` and `asOfTime`. */
  readonly issued: number;
  readonly expires: number;
  readonly maxStatusAge: number;
  readonly chainId: number;
  readonly genesisHash: string;
  readonly engine: string;
  readonly contracts: {
    readonly council: Contract;
    readonly registry: Contract;
    readonly recordLog: Contract;
  };
  readonly nodes: readonly { readonly code: string; readonly url: string }[];
  readonly members: readonly Member[];
  readonly threshold: number;
  readonly institutions: readonly Institution[];
  readonly asOfBlock: number;
  readonly asOfTime: number;
  readonly signatures: readonly { readonly key: Bytes; readonly signature: Bytes }[];
  /** What members sign: the tag and the JCS of all but the signatures. */
  readonly signed: Bytes;
}

const MAX_INT = Number.MAX_SAFE_INTEGER;
const ENGINES = ["embedded", "qbft", "clique", "anvil", "other"] as const;
const TOP = [
  ...["type", "version", "issued", "expires", "max_status_age", "chain", "validators", "nodes"],
  ...["witnesses", "members", "threshold", "institutions", "as_of", "signatures"],
];

/** One operator speaks for everything: the embedded chain, or a council of one. */
export function selfDeclared(bundle: TrustBundle): boolean {
  return bundle.engine === "embedded" || bundle.members.length < 2;
}

export function fingerprint(bundle: TrustBundle): string {
  return toHex(sha256(bundle.signed));
}

/** How many distinct members of the bundle's own council signed it. */
export function countSignatures(bundle: TrustBundle): number {
  const keys = new Map(bundle.members.map((m) => [toHex(keyId(m.trustKey)), m.trustKey]));
  const signed = new Set<string>();
  for (const given of bundle.signatures) {
    const id = toHex(given.key);
    const key = keys.get(id);
    if (key !== undefined && holds(key, bundle.signed, given.signature)) signed.add(id);
  }
  return signed.size;
}

function holds(key: Bytes, message: Bytes, signature: Bytes): boolean {
  try {
    verify(key, message, signature);
    return true;
  } catch {
    return false;
  }
}

export function parseTrust(data: Bytes): TrustBundle {
  let value: Json;
  try {
    value = parseJson(data);
  } catch {
    throw new BadEvidence("trust-format", { pointer: "/", expected: "JSON" });
  }
  const top = new Shape(value, "trust-format").object(TOP);
  top.at("type").exactly("XuezhengTrustBundle");
  const members = top.at("members").items(1000, 1).map(member);
  const institutions = top.at("institutions").items(10_000).map(institution);
  const chain = top.at("chain").object(["chain_id", "genesis_hash", "engine", "contracts"]);
  const contracts = chain.at("contracts").object(["council", "registry", "record_log"]);
  const asOf = top.at("as_of").object(["block", "time"]);
  const issued = time(top.at("issued"));
  const expires = time(top.at("expires"));
  if (expires <= issued) top.at("expires").refuse("later than issued");
  top.at("validators").items(1000).forEach(address);
  top.at("witnesses").items(1000).forEach(witness);
  unique(top.at("members"), members.map((one) => one.code));
  unique(top.at("members"), members.map((one) => one.account.toLowerCase()));
  unique(top.at("members"), members.map((one) => toHex(one.trustKey)));
  unique(top.at("institutions"), institutions.map((one) => one.code));
  unique(top.at("institutions"), institutions.map((one) => one.domain));
  const keys = institutions.flatMap((one) => one.keys.map((key) => toHex(key.publicKey)));
  unique(top.at("institutions"), keys);
  return {
    version: top.at("version").integer(1, MAX_INT),
    issued,
    expires,
    maxStatusAge: top.at("max_status_age").integer(1, 366 * 86_400),
    chainId: chain.at("chain_id").integer(1, MAX_INT),
    genesisHash: hash(chain.at("genesis_hash")),
    engine: chain.at("engine").oneOf(ENGINES),
    contracts: {
      council: contract(contracts.at("council")),
      registry: contract(contracts.at("registry")),
      recordLog: contract(contracts.at("record_log")),
    },
    nodes: top.at("nodes").items(1000).map(node),
    members,
    threshold: top
      .at("threshold")
      .integer(Math.floor(members.length / 2) + 1, members.length),
    institutions,
    asOfBlock: asOf.at("block").integer(0, MAX_INT),
    asOfTime: time(asOf.at("time")),
    signatures: top.at("signatures").items(1000).map(signature),
    signed: signingBytes(value as JsonObject),
  };
}

function signingBytes(value: JsonObject): Bytes {
  const rest = Object.fromEntries(Object.entries(value).filter(([k]) => k !== "signatures"));
  return concat(utf8("xuezheng/trust-bundle/v1\0"), canonicalJson(rest));
}

function unique(shape: Shape, values: readonly string[]): void {
  if (new Set(values).size !== values.length) {
    shape.refuse("codes, domains, accounts and keys each once");
  }
}

function contract(shape: Shape): Contract {
  shape.object(["address", "code_hash"]);
  return { address: address(shape.at("address")), codeHash: hash(shape.at("code_hash")) };
}

function node(shape: Shape): { code: string; url: string } {
  shape.object(["code", "url"]);
  return { code: code(shape.at("code")), url: url(shape.at("url")) };
}

function witness(shape: Shape): void {
  shape.object(["name", "public_key"]);
  shape.at("name").text();
  shape.at("public_key").hex(32);
}

function member(shape: Shape): Member {
  shape.object(["code", "account", "trust_key"]);
  const trustKey = shape.at("trust_key").hex(32);
  try {
    checkPublicKey(trustKey);
  } catch {
    shape.at("trust_key").refuse("an Ed25519 key of prime order");
  }
  return { code: code(shape.at("code")), account: address(shape.at("account")), trustKey };
}

function institution(shape: Shape): Institution {
  shape.object(["code", "domain", "name", "name_en", "public_url", "verify_url", "keys"]);
  return {
    code: code(shape.at("code")),
    domain: shape.at("domain").matching(/^[a-z0-9.-]{1,64}$/, "a domain"),
    name: shape.at("name").text(),
    nameEn: shape.at("name_en").text(200, 0),
    publicUrl: url(shape.at("public_url")),
    verifyUrl: url(shape.at("verify_url")),
    keys: shape.at("keys").items(1000).map(key),
  };
}

function key(shape: Shape): KeyFacts {
  shape.object(["public_key", "purpose", "algorithm", "from_size", "cut_off"]);
  const cutOff = shape.at("cut_off");
  return {
    publicKey: shape.at("public_key").hex(32),
    purpose: shape.at("purpose").integer(1, 255),
    algorithm: shape.at("algorithm").integer(1, 255),
    fromSize: shape.at("from_size").integer(0, MAX_INT),
    cutOff: cutOff.value === null ? null : cutOff.integer(0, MAX_INT),
  };
}

function signature(shape: Shape): { key: Bytes; signature: Bytes } {
  shape.object(["code", "key", "signature"]);
  code(shape.at("code"));
  return { key: shape.at("key").hex(32), signature: shape.at("signature").hex(64) };
}

function time(shape: Shape): number {
  return parseUtc(shape.text(20)) ?? shape.refuse("YYYY-MM-DDTHH:MM:SSZ");
}

const code = (shape: Shape): string => shape.matching(CODE, "an institution's code");
const url = (shape: Shape): string => shape.matching(/^https?:\/\/[!-~]{1,192}$/, "an http(s) URL");
const address = (shape: Shape): string => shape.matching(/^0x[0-9a-fA-F]{40}$/, "a 0x address");
const hash = (shape: Shape): string => shape.matching(/^0x[0-9a-f]{64}$/, "32 bytes in 0x-hex");
