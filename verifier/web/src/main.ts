/** The page: takes a certificate, verifies it in this browser, shows the verdict. */

import type { Presented } from "./core/checks_paper";
import { Refusal } from "./core/refusal";
import { parseTrust, type TrustBundle } from "./core/trust";
import type { Sentence } from "./core/verdict";
import { verify, type Verdict } from "./core/verification";
import { fetchBytes } from "./net/fetch";
import { gather, type Step } from "./net/gather";
import { h, icon } from "./ui/dom";
import { fromFile, fromHash, fromText } from "./ui/present";
import { banner, langTag, result } from "./ui/result";
import { STEPS, TEXT, type Lang } from "./ui/text";

type State =
  | { readonly kind: "ready"; readonly problem: Sentence | null }
  | { readonly kind: "working"; readonly step: Step }
  | { readonly kind: "stuck"; readonly reason: Sentence }
  | { readonly kind: "done"; readonly verdict: Verdict; readonly trust: TrustBundle };

const MAX_TRUST = 8 * 1024 * 1024;
const LANG_KEY = "xuezheng-lang";

const app = document.getElementById("app") as HTMLElement;
let lang: Lang = remembered();
let state: State = { kind: "ready", problem: null };
/** Every new certificate makes the answers about the one before worthless. */
let run = 0;
let trust = loadTrust();

/** A browser that keeps nothing still verifies. */
function remembered(): Lang {
  try {
    return localStorage.getItem(LANG_KEY) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

function remember(chosen: Lang): void {
  try {
    localStorage.setItem(LANG_KEY, chosen);
  } catch {
    // Only this visit will be in the chosen language.
  }
}

async function loadTrust(): Promise<TrustBundle | null> {
  try {
    return parseTrust(await fetchBytes("/trust.json", { limit: MAX_TRUST }));
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function show(next: State): void {
  state = next;
  draw();
}

async function check(presented: Presented): Promise<void> {
  const mine = ++run;
  show({ kind: "working", step: "chain" });
  try {
    const bundle = (await trust) ?? (await (trust = loadTrust()));
    if (bundle === null) {
      if (mine === run) show({ kind: "stuck", reason: TEXT.noTrust });
      return;
    }
    const view = await gather(presented, bundle, (step) => {
      if (mine === run) show({ kind: "working", step });
    });
    const now = Math.floor(Date.now() / 1000);
    const verdict = verify(presented, bundle, view, now);
    if (mine === run) show({ kind: "done", verdict, trust: bundle });
  } catch (error) {
    console.error(error);
    if (mine === run) show({ kind: "stuck", reason: TEXT.broken });
  }
}

async function take(read: () => Presented | Promise<Presented>, problem: Sentence): Promise<void> {
  let presented: Presented;
  try {
    presented = await read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    run += 1;
    const told = error.code === "binary-file" ? TEXT.binaryFile : problem;
    return show({ kind: "ready", problem: told });
  }
  await check(presented);
}

function followHash(): void {
  if (location.hash.length > 1) {
    void take(() => fromHash(location.hash, location.origin), TEXT.badLink);
  }
}

function restart(): void {
  run += 1;
  history.replaceState(null, "", location.pathname);
  show({ kind: "ready", problem: null });
}

function toggleLanguage(): void {
  lang = lang === "zh" ? "en" : "zh";
  remember(lang);
  draw();
}

function draw(): void {
  document.documentElement.lang = langTag(lang);
  document.title = TEXT.title[lang];
  app.replaceChildren(header(), h("main", {}, ...body()), footer());
}

function header(): HTMLElement {
  return h(
    "header",
    {},
    h("a", { class: "brand", href: "/v" }, TEXT.brand[lang]),
    h("span", { class: "subtitle" }, TEXT.subtitle[lang]),
    h("button", { class: "language", type: "button", click: toggleLanguage }, TEXT.language[lang]),
  );
}

function footer(): HTMLElement {
  return h("footer", {}, h("p", {}, TEXT.private[lang]));
}

function body(): HTMLElement[] {
  switch (state.kind) {
    case "ready":
      return [entrance(state.problem)];
    case "working":
      return [
        h(
          "section",
          { class: "card working", role: "status" },
          h("div", { class: "spinner" }),
          h("p", {}, STEPS[state.step][lang]),
        ),
      ];
    case "stuck":
      return [banner("undetermined", state.reason, lang), again()];
    case "done":
      return [...result(state.verdict, state.trust, location.host, lang), again()];
  }
}

function again(): HTMLElement {
  return h("button", { class: "again", type: "button", click: restart }, TEXT.another[lang]);
}

function entrance(problem: Sentence | null): HTMLElement {
  const area = h("textarea", {
    id: "paste",
    rows: "4",
    spellcheck: "false",
    autocomplete: "off",
    placeholder: "https://…/v#…",
  });
  const file = h("input", {
    id: "file",
    type: "file",
    accept: ".json,.txt,application/json",
    change: () => takeFile(file.files?.[0]),
  });
  const submit = (event: Event): void => {
    event.preventDefault();
    void take(() => fromText(area.value), TEXT.nothing);
  };
  return h(
    "form",
    { class: "card entrance", submit },
    h("h1", {}, TEXT.intro[lang]),
    h("p", {}, TEXT.introHow[lang]),
    problem === null
      ? null
      : h("p", { class: "notice", role: "alert" }, icon("warn"), h("span", {}, problem[lang])),
    h("label", { for: "paste" }, TEXT.paste[lang]),
    area,
    h("button", { class: "primary", type: "submit" }, TEXT.check[lang]),
    h("div", { class: "files" }, h("label", { class: "file" }, file, TEXT.choose[lang]), h("span", {}, TEXT.drop[lang])),
  );
}

function takeFile(file: File | undefined): void {
  if (file !== undefined) void take(() => fromFile(file), TEXT.nothing);
}

addEventListener("hashchange", followHash);
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  takeFile(event.dataTransfer?.files[0]);
});
draw();
followHash();
