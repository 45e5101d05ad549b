// Passkeys by Web Authentication Level 2; the formats are those of docs/spec/people.md.

import { Refused, canonical } from "./canonical.js";

const ALG = "ES256-webauthn";
const ES256 = -7;
const SPKI_P256 = "3059301306072a8648ce3d020106082a8648ce3d030107034200"; // RFC 5480, a point follows
const UP = 0x01;
const UV = 0x04;
const SECONDS = 300;

const bytesOf = (text) => new TextEncoder().encode(text);
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

export const hex = (bytes) =>
  Array.from(new Uint8Array(bytes), (one) => one.toString(16).padStart(2, "0")).join("");

export function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Refused("不是十六进制。", "This is no hex.");
  return Uint8Array.from(text.match(/../g) ?? [], (one) => parseInt(one, 16));
}

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

// "xuezheng/signed/v1" ‖ 00 ‖ purpose ‖ 00 ‖ SHA-256(RFC 8785 bytes of the content)
export async function message(purpose, content) {
  const digest = await sha256(bytesOf(canonical(content)));
  return joined(bytesOf(`xuezheng/signed/v1\0${purpose}\0`), digest);
}

export const challenge = async (purpose, content) => sha256(await message(purpose, content));

export const keyId = async (key) => hex(await sha256(bytesOf(canonical(key))));

export function readKey(value) {
  const members = Object.keys(value ?? {}).sort().join();
  const formed = members === "alg,public,rp" && value.alg === ALG && typeof value.rp === "string";
  if (!formed || !/^04[0-9a-f]{128}$/.test(value.public)) {
    throw new Refused("这不是通行密钥的公钥。", "This is no public key of a passkey.");
  }
  return value;
}

// ------------------------------------------------------------------------------------- enrol

// The key as JSON, and the credential's id in hex, which only this device needs.
export async function enrol(account, institution) {
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      rp: { id: location.hostname, name: institution },
      // Random, so that a second passkey never replaces the first one on the authenticator.
      user: { id: crypto.getRandomValues(new Uint8Array(32)), name: account, displayName: account },
      pubKeyCredParams: [{ type: "public-key", alg: ES256 }],
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      attestation: "none",
      timeout: SECONDS * 1000,
    },
  });
  checkFlags(new Uint8Array(made.response.getAuthenticatorData()));
  const key = { alg: ALG, public: pointOf(made.response), rp: location.hostname };
  await imported(key);
  return { key, credential: hex(made.rawId) };
}

function checkFlags(data) {
  if ((data[32] & (UP | UV)) !== (UP | UV)) {
    throw new Refused("此设备没有核实本人（指纹、面容或 PIN）。", "The device did not verify that it is you.");
  }
}

// The point of SubjectPublicKeyInfo in DER, whose only form for P-256 has a fixed beginning.
export function pointOf(response) {
  const spki = response.getPublicKeyAlgorithm() === ES256 ? response.getPublicKey() : null;
  const text = spki ? hex(spki) : "";
  if (!text.startsWith(SPKI_P256) || text.length !== SPKI_P256.length + 130) {
    throw new Refused("此设备给出的公钥不是 ES256。", "The device gave a key that is not ES256.");
  }
  return text.slice(SPKI_P256.length);
}

// Also refuses a point that is not on the curve.
const imported = (key) =>
  crypto.subtle.importKey("raw", unhex(key.public), { name: "ECDSA", namedCurve: "P-256" }, false, [
    "verify",
  ]);

// -------------------------------------------------------------------------------------- sign

// `credentials`: ids in hex that may answer, or none: then whatever the person chooses.
export async function assertion(purpose, content, credentials) {
  const { response } = await navigator.credentials.get({
    publicKey: {
      challenge: await challenge(purpose, content),
      rpId: location.hostname,
      allowCredentials: credentials.map((id) => ({ type: "public-key", id: unhex(id) })),
      userVerification: "required",
      timeout: SECONDS * 1000,
    },
  });
  const data = new Uint8Array(response.authenticatorData);
  checkFlags(data);
  return { data, client: new Uint8Array(response.clientDataJSON), value: new Uint8Array(response.signature) };
}

// Which of the keys made the assertion; null if none.
export async function signerOf(made, keys) {
  const signed = joined(made.data, await sha256(made.client));
  for (const key of keys.filter((one) => one.rp === location.hostname)) {
    const fits = await crypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" }, await imported(key), rawOf(made.value), signed,
    );
    if (fits) return key;
  }
  return null;
}

export async function signatureJson(account, key, made) {
  return {
    account,
    authenticator_data: hex(made.data),
    client_data: hex(made.client),
    key: await keyId(key),
    value: hex(made.value),
  };
}

// DER of (r, s) to the 64 bytes that WebCrypto wants: 30 len 02 len r 02 len s, lengths of a byte.
export function rawOf(der) {
  const r = integerAt(der, 2);
  const s = integerAt(der, r.end);
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || s.end !== der.length) throw malformed();
  return joined(r.digits, s.digits);
}

function integerAt(der, at) {
  const end = at + 2 + der[at + 1];
  const bytes = der.slice(at + 2, end);
  const digits = bytes[0] === 0 ? bytes.slice(1) : bytes;
  if (der[at] !== 0x02 || bytes.length === 0 || digits.length > 32) throw malformed();
  return { digits: joined(new Uint8Array(32 - digits.length), digits), end };
}

const malformed = () => new Refused("签名的编码不对。", "The signature is malformed.");
