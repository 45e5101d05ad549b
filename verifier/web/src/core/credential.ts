/**
 * Certificates as W3C Verifiable Credentials 2.0 carrying an Open Badges 3.0 achievement, read as
 * strictly as `ledger.core.credential` reads them: anything that it could not have written is
 * BadEvidence("format") naming the JSON pointer. Contexts are compared, never fetched.
 */

import { concat, equal, fromBase58, fromBase64Url, toBase58, type Bytes } from "./bytes";
import { canonicalJson, parseJson, type Json, type JsonObject } from "./canonical";
import { parseDay, parseUtc, FIRST_DAY, LAST_DAY } from "./dates";
import type { Claims } from "./frame";
import { sha256 } from "./hash";
import { BadEvidence } from "./refusal";
import { Shape } from "./shape";
import { isNumber, isWording } from "./wording";

export interface CertificateContent {
  readonly typeCode: number;
  readonly number: string;
  readonly name: string;
  /** Days since 1970-01-01. */
  readonly awardedOn: number;
  readonly romanised: string;
  readonly major: string;
  /** The degree's or the course's name. */
  readonly achievement: string;
  readonly hours: string;
  readonly credits: string;
  readonly studentNumber: string;
  readonly result: string;
}

export interface CredentialView {
  readonly content: CertificateContent;
  readonly issuerDomain: string;
  readonly issuerName: string;
  readonly statusIndex: number;
  readonly validUntil: number | null;
  readonly publicKey: Bytes;
  readonly salt: Bytes;
  readonly signature: Bytes;
  /** The 64 bytes that the proof's signature is over. */
  readonly signed: Bytes;
  /** The payload that the entry commits to: RFC 8785 bytes of the secured document. */
  readonly payload: Bytes;
}

const CONTEXTS = [
  "https://www.w3.org/ns/credentials/v2",
  "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
];
const MAX_DOCUMENT = 64 * 1024;
const TYPES = ["Degree", "Course", "MicroCredential", "ext:Transcript", "ext:TeachingWorkload"];
const ROMANISED = "ext:romanisedName";
const STUDENT = "identifier";
const RESULT = "Result";
const HOURS = "ext:ContactHours";
const RESULT_NAMES: Readonly<Record<string, string>> = { [RESULT]: "成绩", [HOURS]: "学时" };
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const AMOUNT = /^(?:0|[1-9][0-9]{0,4})(?:\.[0-9]?[1-9])?$/;
const STATUS_URL = /^(https?:\/\/[!-~]{1,200})\/status\/(\w{1,10})\/(0|[1-9][0-9]{0,4})$/;
const TOP = [
  ...["@context", "id", "type", "name", "issuer", "validFrom", "awardedDate"],
  ...["credentialSubject", "credentialStatus", "proof"],
];

/** A credential from bytes of JSON (UTF-8, at most 64 KiB). */
export function parseCredential(data: Bytes): CredentialView {
  const refuse = (expected: string): never => {
    throw new BadEvidence("format", { pointer: "/", expected });
  };
  if (data.length > MAX_DOCUMENT) refuse(`at most ${MAX_DOCUMENT} bytes`);
  let document: Json;
  try {
    document = parseJson(data);
  } catch {
    return refuse("JSON");
  }
  return readCredential(document);
}

export function readCredential(document: Json): CredentialView {
  const top = new Shape(document, "format").object(TOP, ["validUntil"]);
  top.at("@context").exactly(CONTEXTS);
  top.at("type").exactly(["VerifiableCredential", "OpenBadgeCredential"]);
  top.at("id").matching(UUID, "urn:uuid:…");
  const issuer = readIssuer(top.at("issuer"));
  const awardedOn = readMoment(top.at("validFrom"));
  top.at("awardedDate").exactly(top.at("validFrom").value as Json);
  const validUntil = top.has("validUntil") ? readMoment(top.at("validUntil")) : null;
  const content = readSubject(top.at("credentialSubject"), awardedOn);
  top.at("name").exactly(content.achievement);
  const members = document as JsonObject;
  const proof = readProof(top.at("proof"), issuer.did);
  checkContent(content);
  return {
    content,
    issuerDomain: issuer.did.slice("did:web:".length),
    issuerName: issuer.name,
    statusIndex: readStatus(top.at("credentialStatus")),
    validUntil,
    publicKey: proof.publicKey,
    salt: proof.salt,
    signature: proof.signature,
    signed: concat(
      sha256(canonicalJson(without(members["proof"] as JsonObject, "proofValue"))),
      sha256(canonicalJson(without(members, "proof"))),
    ),
    payload: canonicalJson(document),
  };
}

/** Names of the fields in which a document and a QR frame differ; empty when they agree. */
export function disagreements(content: CertificateContent, claims: Claims): string[] {
  const fields = [
    "name",
    "romanised",
    "typeCode",
    "achievement",
    "major",
    "awardedOn",
    "number",
  ] as const;
  return fields.filter((field) => content[field] !== claims[field]);
}

function without(object: JsonObject, member: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== member));
}

function readable(shape: Shape): string {
  const text = shape.text();
  return isWording(text) ? text : shape.refuse("readable characters in NFC");
}

function checkContent(content: CertificateContent): void {
  const refuse = (field: string, expected: string): never => {
    throw new BadEvidence("format", { pointer: `/credentialSubject (${field})`, expected });
  };
  if (!isNumber(content.number)) refuse("number", "[\\w.-]{1,64}");
  if (content.awardedOn < FIRST_DAY || content.awardedOn > LAST_DAY) refuse("awarded_on", "a day");
}

function readIssuer(shape: Shape): { did: string; name: string } {
  shape.object(["id", "type", "name"], ["description"]);
  shape.at("type").exactly(["Profile"]);
  if (shape.has("description")) readable(shape.at("description"));
  return {
    did: shape.at("id").matching(/^did:web:[a-z0-9.-]{1,64}$/, "did:web:<domain>"),
    name: readable(shape.at("name")),
  };
}

function readMoment(shape: Shape): number {
  const text = shape.matching(/^\d{4}-\d\d-\d\dT00:00:00\+08:00$/, "YYYY-MM-DDT00:00:00+08:00");
  return parseDay(text.slice(0, 10)) ?? shape.refuse("a day of the calendar");
}

function readSubject(shape: Shape, awardedOn: number): CertificateContent {
  const optional = ["creditsEarned", "result"];
  shape.object(["type", "identifier", "achievement", "licenseNumber"], optional);
  shape.at("type").exactly(["AchievementSubject"]);
  const names = readIdentities(shape.at("identifier"));
  const achievement = shape.at("achievement");
  const { typeCode, title, major, results } = readAchievement(achievement, shape);
  const number = shape.at("licenseNumber");
  return {
    typeCode,
    number: isNumber(number.text(64)) ? number.text(64) : number.refuse("[\\w.-]{1,64}"),
    name: names.get("name") ?? shape.at("identifier").refuse("a name"),
    awardedOn,
    romanised: names.get(ROMANISED) ?? "",
    major,
    achievement: title,
    hours: results.get(HOURS) ?? "",
    credits: shape.has("creditsEarned") ? readAmount(shape.at("creditsEarned")) : "",
    studentNumber: names.get(STUDENT) ?? "",
    result: results.get(RESULT) ?? "",
  };
}

/** identityType → text, in the order in which they are written, the name first. */
function readIdentities(shape: Shape): Map<string, string> {
  const found = new Map<string, string>();
  const order = ["name", ROMANISED, STUDENT];
  let last = -1;
  shape.items(order.length, 1).forEach((item, position) => {
    item.object(["type", "hashed", "identityHash", "identityType"]);
    item.at("type").exactly("IdentityObject");
    item.at("hashed").exactly(false);
    const kind = item.at("identityType").oneOf(order);
    const place = order.indexOf(kind);
    if (place <= last || (position === 0 && place !== 0)) {
      item.at("identityType").refuse("each once, the name first");
    }
    last = place;
    found.set(kind, readable(item.at("identityHash")));
  });
  return found;
}

function readAchievement(
  shape: Shape,
  subject: Shape,
): { typeCode: number; title: string; major: string; results: Map<string, string> } {
  shape.object(
    ["id", "type", "achievementType", "name", "description", "criteria"],
    ["fieldOfStudy", "creditsAvailable", "resultDescription"],
  );
  shape.at("type").exactly(["Achievement"]);
  const own = shape.at("id").matching(UUID, "urn:uuid:…");
  const typeCode = TYPES.indexOf(shape.at("achievementType").oneOf(TYPES)) + 1;
  shape.at("description").text(700);
  shape.at("criteria").object(["narrative"]).at("narrative").text(700);
  if (shape.has("creditsAvailable") || subject.has("creditsEarned")) {
    const earned = subject.at("creditsEarned").value;
    shape.at("creditsAvailable").exactly(earned ?? subject.at("creditsEarned").refuse("present"));
  }
  const kinds = shape.has("resultDescription")
    ? readResultKinds(shape.at("resultDescription"), own)
    : new Map<string, string>();
  return {
    typeCode,
    title: readable(shape.at("name")),
    major: shape.has("fieldOfStudy") ? readable(shape.at("fieldOfStudy")) : "",
    results: readResults(subject, kinds),
  };
}

/** Id of each result description → its type. */
function readResultKinds(shape: Shape, own: string): Map<string, string> {
  const kinds = new Map<string, string>();
  for (const item of shape.items(2, 1)) {
    item.object(["id", "type", "name", "resultType"]);
    item.at("type").exactly(["ResultDescription"]);
    const kind = item.at("resultType").oneOf(Object.keys(RESULT_NAMES));
    item.at("name").exactly(RESULT_NAMES[kind] as string);
    const id = `${own}#${kind.slice(kind.indexOf(":") + 1)}`;
    item.at("id").exactly(id);
    if (kinds.has(id)) item.at("resultType").refuse("each once");
    kinds.set(id, kind);
  }
  return kinds;
}

function readResults(subject: Shape, kinds: ReadonlyMap<string, string>): Map<string, string> {
  const results = new Map<string, string>();
  const shape = subject.at("result");
  if (!subject.has("result")) {
    if (kinds.size > 0) shape.refuse("present");
    return results;
  }
  if (kinds.size === 0) shape.refuse("absent");
  for (const item of shape.items(kinds.size, kinds.size)) {
    item.object(["type", "resultDescription", "value"]);
    item.at("type").exactly(["Result"]);
    const kind = kinds.get(item.at("resultDescription").oneOf([...kinds.keys()])) as string;
    const value = readable(item.at("value"));
    if (kind === HOURS && !AMOUNT.test(value)) item.at("value").refuse("a decimal number as text");
    if (results.has(kind)) item.at("resultDescription").refuse("each once");
    results.set(kind, value);
  }
  return results;
}

function readAmount(shape: Shape): string {
  const text = typeof shape.value === "number" ? String(shape.value) : "";
  return AMOUNT.test(text) ? text : shape.refuse("number with at most two decimals");
}

/** The status index; both entries must name the same list and position. */
function readStatus(shape: Shape): number {
  const purposes = ["revocation", "suspension"];
  const found = shape.items(2, 2).map((item, i) => {
    const purpose = purposes[i] as string;
    item.object(["type", "statusPurpose", "statusListIndex", "statusListCredential"]);
    item.at("type").exactly("BitstringStatusListEntry");
    item.at("statusPurpose").exactly(purpose);
    const index = item.at("statusListIndex");
    const position = Number(index.matching(/^(0|[1-9]\d{0,5})$/, "decimal text below 131072"));
    const url = item.at("statusListCredential");
    const parts = STATUS_URL.exec(url.text(400));
    if (parts === null || parts[2] !== purpose) return url.refuse(`…/status/${purpose}/<list>`);
    const list = Number(parts[3]);
    if (position >= 2 ** 17 || list >= 2 ** 15) index.refuse("a position in a list");
    return { index: list * 2 ** 17 + position, base: parts[1] };
  });
  const [revocation, suspension] = found;
  if (revocation?.index !== suspension?.index || revocation?.base !== suspension?.base) {
    shape.refuse("the same list and index in both entries");
  }
  return (revocation as { index: number }).index;
}

function readProof(
  shape: Shape,
  did: string,
): { publicKey: Bytes; salt: Bytes; signature: Bytes } {
  shape.object([
    ...["@context", "type", "cryptosuite", "created", "verificationMethod", "proofPurpose"],
    ...["nonce", "proofValue"],
  ]);
  shape.at("@context").exactly(CONTEXTS);
  shape.at("type").exactly("DataIntegrityProof");
  shape.at("cryptosuite").exactly("eddsa-jcs-2022");
  shape.at("proofPurpose").exactly("assertionMethod");
  const created = shape.at("created");
  if (parseUtc(created.text(20)) === null) created.refuse("YYYY-MM-DDTHH:MM:SSZ");
  return {
    publicKey: readMethod(shape.at("verificationMethod"), did),
    salt: readSalt(shape.at("nonce")),
    signature: readSignature(shape.at("proofValue")),
  };
}

function readMethod(shape: Shape, did: string): Bytes {
  const [owner, key] = shape
    .matching(/^did:web:[a-z0-9.-]{1,64}#z6Mk[1-9A-HJ-NP-Za-km-z]{40,50}$/, "did:web:<domain>#z6Mk…")
    .split("#") as [string, string];
  if (owner !== did) shape.refuse("a key of the issuer");
  const data = fromBase58(key.slice(1));
  if (data.length !== 34 || !equal(data.slice(0, 2), Uint8Array.of(0xed, 1))) {
    shape.refuse("an Ed25519 public key");
  }
  if (`z${toBase58(data)}` !== key) shape.refuse("canonical base58");
  return data.slice(2);
}

function readSalt(shape: Shape): Bytes {
  const text = shape.matching(/^[A-Za-z0-9_-]{43}$/, "32 bytes in base64url");
  try {
    return fromBase64Url(text);
  } catch {
    return shape.refuse("canonical base64url");
  }
}

function readSignature(shape: Shape): Bytes {
  const text = shape.text(100);
  try {
    const data = text.startsWith("z") ? fromBase58(text.slice(1)) : new Uint8Array(0);
    if (data.length === 64) return data;
  } catch {
    // Falls through to the one refusal of this reader.
  }
  return shape.refuse("64 bytes in base58-btc, z…");
}
