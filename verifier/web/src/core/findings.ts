/** Small makers of checks. Mirrors `ledger.core.findings`. */

import type { Check, CheckCode, Sentence } from "./verdict";
import type { Missing, Reason } from "./view";

const REASONS: Readonly<Record<Reason, Sentence>> = {
  offline: { zh: "未联网查询账本", en: "the ledger was not looked at" },
  "not-registered": {
    zh: "登记册中没有这一机构",
    en: "the registry has no such institution",
  },
  "not-anchored": {
    zh: "该机构尚未向账本锚定任何记录",
    en: "the institution has anchored nothing yet",
  },
  "not-listed": { zh: "其中没有这份证书", en: "this certificate is not in it" },
  unreachable: { zh: "无法连接", en: "could not be reached" },
  garbage: { zh: "应答无法识别", en: "the answer made no sense" },
  nodes: { zh: "同意的节点数不足", en: "too few nodes agree" },
};

type Maker = (code: CheckCode, zh: string, en: string) => Check;

const maker =
  (state: Check["state"]): Maker =>
  (code, zh, en) => ({ code, state, detail: { zh, en } });

export const passed = maker("pass");
export const failed = maker("fail");
export const unknown = maker("unknown");
export const warned = maker("warn");
const unchecked = maker("not_checked");

export function notChecked(
  code: CheckCode,
  zh = "因前面的检查未通过，此项未查。",
  en = "Not checked: see above.",
): Check {
  return unchecked(code, zh, en);
}

/** A part that is not there: not checked when nobody was asked on purpose, else unknown. */
export function missing(code: CheckCode, zh: string, en: string, why: Missing): Check {
  const reason = REASONS[why.reason];
  const detail = why.detail === "" ? "" : ` (${why.detail})`;
  if (why.reason === "offline") {
    return unchecked(code, `${reason.zh}。`, `Offline: ${reason.en}.`);
  }
  return unknown(code, `${zh}：${reason.zh}${detail}。`, `${en}: ${reason.en}${detail}.`);
}
