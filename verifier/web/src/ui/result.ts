/** A verdict as the page shows it: the word, the signed name, every check, and what it rests on. */

import { hostOf, type Paper } from "../core/checks_paper";
import { chinaText, dayText } from "../core/dates";
import type { TrustBundle } from "../core/trust";
import type { Check, Sentence, Word } from "../core/verdict";
import type { Verdict } from "../core/verification";
import { h, icon, type IconName } from "./dom";
import { CHECKS, LEVELS, STATES, TEXT, TYPES, WORDS, type Lang } from "./text";

const ICONS: Readonly<Record<Word, IconName>> = {
  valid: "pass",
  invalid: "fail",
  undetermined: "unknown",
};

/** The word of the verdict under the signed name, where there is one. */
export function banner(
  word: Word,
  reason: Sentence,
  lang: Lang,
  verdict: Verdict | null = null,
): HTMLElement {
  const other = lang === "zh" ? "en" : "zh";
  return h(
    "section",
    { class: `banner ${word}`, "data-verdict": word, role: "status" },
    ...(verdict === null ? [] : holder(verdict, lang)),
    h("div", { class: "seal" }, icon(ICONS[word])),
    h("h1", {}, WORDS[word][lang], h("small", { lang: langTag(other) }, WORDS[word][other])),
    h("p", { class: "reason" }, reason[lang]),
    verdict === null ? null : h("p", { class: "as-of" }, `${TEXT.asOf[lang]}: ${when(verdict, lang)}`),
  );
}

/** Whose certificate it says it is: a verdict begins with the name, and that nobody looked. */
function holder({ paper, level }: Verdict, lang: Lang): HTMLElement[] {
  if (paper === null) return [];
  const label = level === null ? TEXT.nameClaimed : TEXT.nameSigned;
  return [
    h(
      "div",
      { class: "holder" },
      h("p", { class: "label" }, label[lang]),
      h("p", { class: nameClass(paper.name), lang: "zh-CN", "data-name": true }, paper.name),
      paper.romanised === "" ? null : h("p", { class: "romanised", lang: "en" }, paper.romanised),
      h(
        "p",
        { class: "bearer" },
        h("b", {}, TEXT.bearer[lang]),
        ` · ${TEXT.bearerHow[lang]}`,
      ),
    ),
  ];
}

function when({ asOf }: Verdict, lang: Lang): string {
  if (asOf === null) return TEXT.notLooked[lang];
  return `${TEXT.block[lang]} ${asOf.block} · ${chinaText(asOf.time)}`;
}

export const langTag = (lang: Lang): string => (lang === "zh" ? "zh-CN" : "en");

export function result(
  verdict: Verdict,
  trust: TrustBundle,
  ownHost: string,
  lang: Lang,
): HTMLElement[] {
  return [
    banner(verdict.word, verdict.reason, lang, verdict),
    ...notices(verdict, ownHost, lang),
    ...(verdict.paper === null ? [] : [certificate(verdict.paper, verdict, lang)]),
    checkList(verdict.checks, lang),
    evidence(verdict, trust, lang),
  ];
}

/** What a reader must not overlook: warnings, and whose page this is. */
function notices(verdict: Verdict, ownHost: string, lang: Lang): HTMLElement[] {
  const warnings = verdict.checks.filter((one) => one.state === "warn").map((one) => one.detail);
  const facts = verdict.issuer?.facts;
  const own = [facts?.verifyUrl, facts?.publicUrl].some((url) => url && hostOf(url) === ownHost);
  const all: Sentence[] = own ? [...warnings, TEXT.ownHost] : warnings;
  return all.map((text) => h("p", { class: "notice" }, icon("warn"), h("span", {}, text[lang])));
}

function certificate(paper: Paper, { issuer }: Verdict, lang: Lang): HTMLElement {
  const content = paper.document?.content;
  const until = paper.document?.validUntil ?? null;
  const rows: [Sentence, string][] = [
    [TEXT.issuer, issuerName(issuer?.facts, lang)],
    [TEXT.type, TYPES[paper.typeCode]?.[lang] ?? ""],
    [TEXT.achievement, paper.achievement],
    [TEXT.major, paper.major],
    [TEXT.awarded, dayText(paper.awardedOn)],
    [TEXT.hours, content?.hours ?? ""],
    [TEXT.credits, content?.credits ?? ""],
    [TEXT.result, content?.result ?? ""],
    [TEXT.until, until === null ? "" : dayText(until)],
    [TEXT.number, paper.number],
  ];
  return h(
    "section",
    { class: "card" },
    list(rows.filter(([, value]) => value !== ""), lang),
  );
}

/** A name of 25 characters must stay whole on a phone. */
function nameClass(name: string): string {
  const length = [...name].length;
  return `name${length > 14 ? " long" : length > 6 ? " middling" : ""}`;
}

function issuerName(facts: { name: string; nameEn: string } | undefined, lang: Lang): string {
  if (facts === undefined) return TEXT.issuerUnknown[lang];
  return lang === "en" && facts.nameEn !== "" ? `${facts.nameEn} (${facts.name})` : facts.name;
}

function list(rows: readonly [Sentence, string | HTMLElement][], lang: Lang): HTMLElement {
  return h(
    "dl",
    {},
    ...rows.map(([label, value]) => h("div", {}, h("dt", {}, label[lang]), h("dd", {}, value))),
  );
}

function checkList(checks: readonly Check[], lang: Lang): HTMLElement {
  const rows = checks.map((check) =>
    h(
      "li",
      { class: `check ${check.state}`, "data-check": check.code, "data-state": check.state },
      h("span", { class: "mark" }, icon(check.state)),
      h(
        "div",
        {},
        h(
          "p",
          { class: "what" },
          h("b", {}, CHECKS[check.code][lang]),
          h("span", { class: "state" }, STATES[check.state][lang]),
        ),
        h("p", { class: "detail" }, check.detail[lang]),
      ),
    ),
  );
  const passed = checks.filter((check) => check.state === "pass").length;
  const summary = h(
    "summary",
    {},
    h("h2", {}, TEXT.checks[lang]),
    h("span", { class: "count" }, `${passed} ${STATES.pass[lang]}`),
  );
  return h("details", { class: "card", open: true }, summary, h("ul", { class: "checks" }, ...rows));
}

function evidence(verdict: Verdict, trust: TrustBundle, lang: Lang): HTMLElement {
  const { level, trust: shown } = verdict;
  const reach = level === null ? "—" : `${level} · ${LEVELS[level]?.[lang] ?? ""}`;
  const council = `${shown.council.join(", ")} (${shown.threshold} / ${shown.council.length})`;
  const bundle = `${TEXT.version[lang]} ${shown.version}, ${TEXT.expires[lang]} ${chinaText(trust.expires)}`;
  const print = (shown.fingerprint.match(/.{4}/g) ?? []).join(" ");
  return h(
    "section",
    { class: "card" },
    h("h2", {}, TEXT.details[lang]),
    list(
      [
        [TEXT.asOf, when(verdict, lang)],
        [TEXT.level, reach],
        [TEXT.council, council],
        [TEXT.bundle, bundle],
        [TEXT.fingerprint, h("code", { "data-fingerprint": shown.fingerprint }, print)],
      ],
      lang,
    ),
  );
}
