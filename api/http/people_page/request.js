// A signing request, {"purpose", "account", "content"} and perhaps "keys": read strictly.

import { Refused, canonical } from "./canonical.js";

export const PURPOSES = ["attestation", "approval", "recognition", "appeal", "answer"];
const MEMBERS = ["purpose", "account", "content"];
const MAX_REQUEST = 1 << 18;
const MAX_ACCOUNT = 4001;

export function readRequest(json) {
  if (json.length > MAX_REQUEST) throw new Refused("待签内容太长。", "The request is too long.");
  const value = parsed(json);
  const members = Object.keys(value).filter((key) => key !== "keys").sort();
  if (members.join() !== [...MEMBERS].sort().join()) {
    throw new Refused("这不是待签内容。", "This is no signing request.");
  }
  if (!PURPOSES.includes(value.purpose)) throw new Refused("用途不明。", "The purpose is unknown.");
  checkAccount(value.account);
  canonical(value.content);
  const keys = "keys" in value ? value.keys : [];
  if (!Array.isArray(keys)) throw new Refused("公钥列表不对。", "The list of keys is malformed.");
  return { ...value, keys };
}

function parsed(json) {
  let value;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Refused("不是 JSON。", "This is no JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refused("这不是待签内容。", "This is no signing request.");
  }
  return value;
}

// `<home page>|<name>`, as ledger/core/people.py has it.
export function checkAccount(account) {
  const bar = typeof account === "string" ? account.indexOf("|") : -1;
  const home = bar < 0 ? "" : account.slice(0, bar);
  const printable = typeof account === "string" && !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(account);
  const usable = printable && [...account].length <= MAX_ACCOUNT;
  if (!usable || !home.includes(":") || bar + 1 >= account.length) {
    throw new Refused("账户须为 主页|名称。", "An account is <home page>|<name>.");
  }
  return account;
}

// The part of the address behind #, which is never sent to a server: base64url of the request.
export function fromFragment(fragment) {
  const bytes = Uint8Array.from(
    atob(fragment.replace(/^#/, "").replace(/-/g, "+").replace(/_/g, "/")),
    (one) => one.charCodeAt(0),
  );
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
