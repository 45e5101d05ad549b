/** Every word of the page in both languages. */

import type { Step } from "../net/gather";
import type { CheckCode, Sentence, State, Word } from "../core/verdict";

export type Lang = "zh" | "en";

export const TEXT = {
  title: { zh: "学证 · 证书核验", en: "Xuezheng · Verify a certificate" },
  brand: { zh: "学证", en: "Xuezheng" },
  subtitle: { zh: "证书核验", en: "Verifier" },
  language: { zh: "English", en: "中文" },
  intro: { zh: "核验一份证书", en: "Verify a certificate" },
  introHow: {
    zh: "用手机相机扫描证书上的二维码，会直接打开本页。也可以在此粘贴二维码内容，或选择证书的 JSON 文件。",
    en: "Scan the QR code on the certificate with a phone camera and it opens here. You can also paste the QR text, or choose the certificate's JSON file.",
  },
  private: {
    zh: "核验在您的浏览器内完成；证书内容不会上传。",
    en: "Verification runs inside your browser; the certificate is not uploaded.",
  },
  paste: { zh: "粘贴二维码链接或证书文本", en: "Paste the QR link or the certificate text" },
  check: { zh: "核验", en: "Verify" },
  choose: { zh: "选择文件", en: "Choose a file" },
  drop: { zh: "或把 JSON 文件拖到这里", en: "or drop the JSON file here" },
  another: { zh: "核验另一份证书", en: "Verify another certificate" },
  checks: { zh: "逐项检查", en: "Every check" },
  details: { zh: "证据与信任", en: "Evidence and trust" },
  nameSigned: { zh: "签名所载姓名", en: "Signed name" },
  nameClaimed: { zh: "自称姓名（签名未证实）", en: "Name claimed (signature not confirmed)" },
  bearer: { zh: "未核实持证人身份", en: "Bearer not identified" },
  bearerHow: { zh: "请核对本人证件", en: "compare with an identity document" },
  issuer: { zh: "签发机构", en: "Issuer" },
  issuerUnknown: { zh: "未知", en: "Unknown" },
  type: { zh: "类型", en: "Type" },
  achievement: { zh: "内容", en: "Award" },
  major: { zh: "专业", en: "Major" },
  awarded: { zh: "颁发日期", en: "Awarded on" },
  number: { zh: "证书编号", en: "Certificate number" },
  hours: { zh: "学时", en: "Hours" },
  credits: { zh: "学分", en: "Credits" },
  result: { zh: "成绩", en: "Result" },
  until: { zh: "有效期至", en: "Valid until" },
  asOf: { zh: "账本截至", en: "Ledger as of" },
  block: { zh: "区块", en: "block" },
  notLooked: { zh: "未查账本", en: "not looked at" },
  level: { zh: "证据等级", en: "Level of evidence" },
  council: { zh: "信任的委员会", en: "Council trusted" },
  bundle: { zh: "信任包", en: "Trust bundle" },
  version: { zh: "版本", en: "version" },
  fingerprint: { zh: "信任包指纹（请与印刷件核对）", en: "Bundle fingerprint (compare with print)" },
  expires: { zh: "有效期至", en: "expires" },
  ownHost: {
    zh: "本页由被核验的机构自己运行。若要独立核验，请在另一所大学的核验页上扫描。",
    en: "This page is run by the very institution under check. For an independent answer, scan on another university's verifier.",
  },
  nothing: {
    zh: "没有找到证书：请粘贴二维码的完整内容，或选择证书的 JSON 文件。",
    en: "No certificate found: paste the whole QR text, or choose the certificate's JSON file.",
  },
  binaryFile: {
    zh: "本页读取 JSON 证书。请从 PDF 的附件中取出 JSON，或扫描二维码。",
    en: "This page reads JSON certificates. Take the JSON out of the PDF's attachments, or scan the QR code.",
  },
  badLink: {
    zh: "这个链接里没有完整的证书，请重新扫描。",
    en: "This link holds no complete certificate; please scan again.",
  },
  noTrust: {
    zh: "无法判断：信任包无法读取，因此没有核对的依据。",
    en: "Undetermined: the trust bundle cannot be read, so there is nothing to check against.",
  },
  broken: {
    zh: "无法判断：核验程序未能完成。",
    en: "Undetermined: the verification could not be completed.",
  },
} as const satisfies Record<string, Sentence>;

export const WORDS: Readonly<Record<Word, Sentence>> = {
  valid: { zh: "有效", en: "Valid" },
  invalid: { zh: "无效", en: "Invalid" },
  undetermined: { zh: "无法判断", en: "Undetermined" },
};

export const STATES: Readonly<Record<State, Sentence>> = {
  pass: { zh: "通过", en: "pass" },
  fail: { zh: "不通过", en: "fail" },
  unknown: { zh: "未能查到", en: "unknown" },
  not_checked: { zh: "未查", en: "not checked" },
  warn: { zh: "注意", en: "warning" },
};

export const CHECKS: Readonly<Record<CheckCode, Sentence>> = {
  trust: { zh: "信任包", en: "Trust bundle" },
  self_declared: { zh: "共同见证", en: "Shared witness" },
  format: { zh: "格式", en: "Format" },
  signature: { zh: "签名", en: "Signature" },
  issuer: { zh: "签发机构", en: "Issuer" },
  key: { zh: "密钥", en: "Key" },
  authority: { zh: "签发授权", en: "Authority" },
  inclusion: { zh: "记入账本", en: "In the ledger" },
  status: { zh: "当前状态", en: "Status" },
  freshness: { zh: "状态时效", en: "Freshness" },
  agreement: { zh: "内容一致", en: "Agreement" },
  host: { zh: "链接网址", en: "Link" },
  date: { zh: "颁发日期", en: "Award date" },
  bearer: { zh: "持证人", en: "Bearer" },
};

export const TYPES: readonly Sentence[] = [
  { zh: "", en: "" },
  { zh: "学位证书", en: "Degree" },
  { zh: "课程证书", en: "Course" },
  { zh: "微证书", en: "Micro-credential" },
  { zh: "成绩单", en: "Transcript" },
  { zh: "教学工作量证明", en: "Teaching workload" },
];

export const LEVELS: readonly Sentence[] = [
  { zh: "仅证实签发机构的签名", en: "the issuer's signature only" },
  { zh: "并在该机构签署的检查点之内", en: "also in a checkpoint that the institution signed" },
  {
    zh: "并与各方节点所见的链上锚定一致",
    en: "also anchored on the chain, as the nodes named in the trust bundle say",
  },
];

export const STEPS: Readonly<Record<Step, Sentence>> = {
  chain: { zh: "正在询问账本节点…", en: "Asking the ledger's nodes…" },
  registry: { zh: "正在查登记册…", en: "Reading the registry…" },
  lookup: { zh: "正在取账本证明…", en: "Fetching the ledger proof…" },
  status: { zh: "正在核对全部状态记录…", en: "Reading the whole status stream…" },
};
