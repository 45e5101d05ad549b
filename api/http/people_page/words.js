// What a request says, in words: a sentence for what everybody should notice, and then every value
// of the content, so that nothing is signed unseen.

import { Refused } from "./canonical.js";

const PROFILE = "https://w3id.org/xuezheng/xapi/teaching/extensions/";

export const PURPOSES = {
  attestation: ["证实或质疑教学记录", "Attest or dispute a teaching record"],
  approval: ["批准评价规则", "Approve rules of evaluation"],
  recognition: ["认定评价报告", "Recognise a report of an evaluation"],
  appeal: ["对评价报告提出申诉", "Appeal against a report"],
  answer: ["答复申诉", "Answer an appeal"],
};

const ROLES = {
  platform: ["平台", "platform"],
  teacher: ["教师", "teacher"],
  registrar: ["教务处", "registrar"],
  department: ["院系", "department"],
  observer: ["督导", "observer"],
  student: ["学生", "student"],
};

const NAMES = {
  institution: ["机构", "institution"],
  rules: ["规则集", "rule set"],
  "rules/id": ["规则集", "rule set"],
  "rules/version": ["版本", "version"],
  "rules/hash": ["规则集的散列", "hash of the rule set"],
  effective: ["生效日期", "in effect from"],
  report: ["报告", "report"],
  leaf: ["流中序号", "leaf"],
  role: ["身份", "as"],
  reason: ["理由", "reason"],
  appeal: ["申诉", "appeal"],
  decision: ["决定", "decision"],
  timestamp: ["时间", "time"],
  id: ["编号", "id"],
  "actor/account/homePage": ["本人账户的主页", "home page of your account"],
  "actor/account/name": ["本人账户", "your account"],
  "context/contextActivities/category/0/id": ["规范", "profile"],
  "context/extensions/reason": ["理由", "reason"],
  "context/extensions/role": ["身份", "as"],
  "context/instructor/account/homePage": ["教师账户的主页", "home page of the teacher's account"],
  "context/instructor/account/name": ["教师", "teacher"],
  "context/platform": ["来源系统", "source"],
  "object/id": ["记录", "record"],
  "result/extensions/leaf_hash": ["记录的叶散列", "leaf hash of the record"],
  "result/success": ["属实", "right"],
};

// [title, sentences, rows of [[zh, en] or path, value as text]]
export function described({ purpose, account, content }) {
  const title = PURPOSES[purpose];
  if (purpose === "attestation") checkActor(content?.actor?.account, account);
  const sentence = SENTENCES[purpose](content ?? {}, account).map(visible);
  return { title, sentence, rows: [...rows(content, "")] };
}

function checkActor(actor, account) {
  if (`${actor?.homePage}|${actor?.name}` !== account) {
    throw new Refused("陈述的主体不是这个账户。", "The statement is another account's.");
  }
}

// What has no look of its own, or turns the direction of the text around, shows as its number.
const visible = (text) =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => `⟨U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);

const role = (name) => ROLES[name] ?? [String(name), String(name)];
const shown = (value) => (value === undefined ? "…" : String(value));

const SENTENCES = {
  attestation(statement, account) {
    const said = (name) =>
      statement.context?.extensions?.[PROFILE + name] ?? statement.result?.extensions?.[PROFILE + name];
    const right = statement.result?.success;
    const verbs = right === true ? ["证实", "attests"] : right === false ? ["质疑", "disputes"] : ["（不明）", "(unclear)"];
    const [zh, en] = role(said("role"));
    const teacher = shown(statement.context?.instructor?.account?.name);
    const record = shown(statement.object?.id);
    const reason = said("reason");
    return [
      `${account} 以“${zh}”身份${verbs[0]}教师 ${teacher} 的记录 ${record}${reason ? `，理由：${reason}` : ""}。`,
      `${account}, as ${en}, ${verbs[1]} record ${record} of teacher ${teacher}${reason ? `, because: ${reason}` : ""}.`,
    ];
  },
  approval(content, account) {
    const { id, version } = content.rules ?? {};
    return [
      `${account} 批准 ${shown(content.institution)} 的规则集 ${shown(id)} 第 ${shown(version)} 版，自 ${shown(content.effective)} 起生效。`,
      `${account} approves version ${shown(version)} of the rule set ${shown(id)} of ${shown(content.institution)}, in effect from ${shown(content.effective)}.`,
    ];
  },
  recognition(content, account) {
    const [zh, en] = role(content.role);
    return [
      `${account} 以“${zh}”身份认定 ${shown(content.institution)} 的第 ${shown(content.leaf)} 条报告。`,
      `${account}, as ${en}, recognises the report at leaf ${shown(content.leaf)} of ${shown(content.institution)}.`,
    ];
  },
  appeal(content, account) {
    return [
      `${account} 对 ${shown(content.institution)} 的第 ${shown(content.leaf)} 条报告提出申诉，理由：${shown(content.reason)}`,
      `${account} appeals against the report at leaf ${shown(content.leaf)} of ${shown(content.institution)}, because: ${shown(content.reason)}`,
    ];
  },
  answer(content, account) {
    const [zh, en] = role(content.role);
    const decision = { upheld: ["成立", "upheld"], rejected: ["驳回", "rejected"] }[content.decision];
    const [said, told] = decision ?? [shown(content.decision), shown(content.decision)];
    return [
      `${account} 以“${zh}”身份答复第 ${shown(content.appeal)} 条申诉：${said}，理由：${shown(content.reason)}`,
      `${account}, as ${en}, answers the appeal at leaf ${shown(content.appeal)}: ${told}, because: ${shown(content.reason)}`,
    ];
  },
};

function* rows(value, path) {
  const inner = value !== null && typeof value === "object" ? Object.entries(value) : [];
  if (inner.length === 0) {
    const empty = value !== null && typeof value === "object";
    yield [named(path), empty ? (Array.isArray(value) ? "[ ]" : "{ }") : written(value)];
  }
  for (const [key, one] of inner) yield* rows(one, path ? `${path}/${short(key)}` : short(key));
}

// Text stands as it is; anything else as JSON, so that "7" and 7 look different.
const written = (value) => (typeof value === "string" ? visible(value) || '""' : JSON.stringify(value));
const short = (key) => (key.startsWith(PROFILE) ? key.slice(PROFILE.length) : key);

function named(path) {
  const name = NAMES[path];
  return name ? [`${name[0]} ${name[1]}`, visible(path)] : [visible(path), ""];
}
