// The page: what is on the screen, and in which order.

import { Refused, canonical } from "./canonical.js";
import { assertion, challenge, enrol, hex, keyId, readKey, signatureJson, signerOf } from "./passkey.js";
import { checkAccount, fromFragment, readRequest } from "./request.js";
import { described } from "./words.js";

const at = (id) => document.getElementById(id);
const STORED = "xuezheng-passkeys";
const SECTIONS = ["sign", "enrol"];
let request = null;

// ------------------------------------------------------- what this browser remembers: no secrets

function remembered() {
  try {
    const found = JSON.parse(localStorage.getItem(STORED) ?? "[]");
    return found.filter((one) => readKey(one.key).rp === location.hostname);
  } catch {
    return []; // forbidden, or not ours
  }
}

function remember(one) {
  try {
    localStorage.setItem(STORED, JSON.stringify([...remembered(), one]));
  } catch {
    // Without it the person gives the public key when signing.
  }
}

// --------------------------------------------------------------------------------------- saying

function say(id, error) {
  const place = at(id);
  place.hidden = error === null;
  if (error !== null) bilingual(place, sentencesOf(error));
}

function bilingual(place, [zh, en]) {
  const english = document.createElement("span");
  english.lang = "en";
  english.textContent = en;
  place.replaceChildren(`${zh} `, english);
}

const BROWSER = {
  NotAllowedError: ["已取消，或没有可用的通行密钥，或超时。", "Cancelled, or no passkey that fits, or too late."],
  SecurityError: ["此网址不能使用通行密钥。", "This address cannot use passkeys."],
  InvalidStateError: ["此设备不能创建这样的通行密钥。", "This device cannot make such a passkey."],
  NotSupportedError: ["此设备不支持所需的算法。", "This device does not have the algorithm."],
};

function sentencesOf(error) {
  if (error instanceof Refused) return error.sentences;
  return BROWSER[error.name] ?? [`没有成功（${error.name}）。`, `It did not work (${error.message}).`];
}

// Shows the refusal if there is one; the button rests meanwhile, so that nothing is done twice.
async function trying(button, place, deed) {
  say(place, null);
  button.disabled = true;
  try {
    await deed();
  } catch (error) {
    say(place, error);
  } finally {
    button.disabled = false;
  }
}

function handOut(name, value) {
  const text = canonical(value);
  at(name).value = text;
  const link = at(`${name}-file`);
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: "application/json" }));
}

function present(id) {
  at(id).hidden = false;
  at(id).querySelector("h3").focus();
}

// --------------------------------------------------------------------------------------- signing

async function show(text) {
  for (const id of ["shown", "signed"]) at(id).hidden = true;
  say("sign-error", null);
  say("request-error", null);
  request = null;
  if (!text.trim()) return;
  try {
    const read = readRequest(text);
    const { title, sentence, rows } = described(read);
    bilingual(at("what"), title);
    at("sentence").textContent = sentence[0];
    at("sentence-en").textContent = sentence[1];
    at("rows").replaceChildren(...rows.flatMap(row));
    at("digest").textContent = hex(await challenge(read.purpose, read.content));
    request = read;
    at("shown").hidden = false;
  } catch (error) {
    say("request-error", error);
  }
}

function row([[name, path], value]) {
  const term = document.createElement("dt");
  const text = document.createElement("dd");
  term.textContent = name;
  if (path) term.title = path;
  text.textContent = value;
  return [term, text];
}

async function sign(other) {
  const asked = request; // what was shown; the field may change meanwhile
  const local = remembered();
  const keys = knownKeys(asked, local);
  const here = other ? [] : local.filter((one) => keys.some((key) => key.public === one.key.public));
  const made = await assertion(asked.purpose, asked.content, here.map((one) => one.credential));
  const key = await signerOf(made, keys);
  if (key === null) {
    throw new Refused(
      "这个通行密钥的公钥不在已知的公钥里：请在“摘要与已知公钥”里粘贴您的公钥，再签一次。",
      "The public key of that passkey is not known here: paste yours under “Digest and known keys” and sign again.",
    );
  }
  handOut("signature", await signatureJson(asked.account, key, made));
  present("signed");
}

// What was pasted; else those of the request, if it names any; else what this browser remembers.
function knownKeys(asked, local) {
  const pasted = at("known").value.trim();
  const named = asked.keys.filter((one) => one?.alg !== "Ed25519");
  const keys = pasted ? [pastedKey(pasted)] : named.length ? named : local.map((one) => one.key);
  if (keys.length === 0) {
    at("known").closest("details").open = true;
    throw new Refused(
      "此浏览器不记得您的公钥：请在“摘要与已知公钥”里粘贴。",
      "This browser does not remember your public key: paste it under “Digest and known keys”.",
    );
  }
  return keys.map(readKey);
}

function pastedKey(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused("粘贴的公钥不是 JSON。", "The public key that was pasted is no JSON.");
  }
}

// --------------------------------------------------------------------------------------- enrolment

async function makePasskey() {
  at("enrolled").hidden = true;
  const account = checkAccount(at("account").value.trim());
  const made = await enrol(account, document.body.dataset.institution);
  remember(made);
  handOut("key", made.key);
  at("key-id").textContent = await keyId(made.key);
  present("enrolled");
}

// --------------------------------------------------------------------------------------- the page

function unfit() {
  if (!window.isSecureContext) {
    return ["通行密钥只能在 https 网址上使用。", "Passkeys need an https address."];
  }
  if (!window.PublicKeyCredential?.prototype || !window.AuthenticatorAttestationResponse?.prototype.getPublicKey) {
    return ["此浏览器太旧，不支持通行密钥。", "This browser is too old for passkeys."];
  }
  if (/^[\d.]+$|^\[/.test(location.hostname)) {
    return ["通行密钥要用域名，不能用 IP 地址；本机请用 localhost。", "Passkeys need a host name, not an address; on this machine use localhost."];
  }
  return null;
}

function choose(section) {
  for (const id of SECTIONS) at(id).hidden = id !== section;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${section}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function follow() {
  const section = location.hash.slice(1);
  if (SECTIONS.includes(section)) return choose(section);
  choose("sign");
  if (!section) return undefined;
  try {
    at("request").value = fromFragment(location.hash);
  } catch {
    return say("request-error", new Refused("网址里的待签内容不完整。", "The request in the address is damaged."));
  }
  history.replaceState(null, "", "#sign"); // what people sign does not stay in the history
  return show(at("request").value);
}

async function copy(button) {
  const field = at(button.dataset.copy);
  field.select();
  await navigator.clipboard.writeText(field.value);
  button.classList.add("copied");
}

at("request").addEventListener("input", (event) => show(event.target.value));
at("file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  at("request").value = await file.text();
  event.target.value = "";
  await show(at("request").value);
});
for (const [id, place, deed] of [
  ["do-sign", "sign-error", () => sign(false)],
  ["do-sign-other", "sign-error", () => sign(true)],
  ["do-enrol", "enrol-error", makePasskey],
]) {
  at(id).addEventListener("click", (event) => trying(event.currentTarget, place, deed));
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(button).catch(() => {})); // the text stays selected
}
window.addEventListener("hashchange", follow);
const why = unfit();
if (why) {
  at("unfit").hidden = false;
  bilingual(at("unfit"), why);
}
follow();
