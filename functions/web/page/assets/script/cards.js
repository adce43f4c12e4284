// The files of this tab on their way: upload, steps, seconds, warnings and failures in plain words.

import { button, h, icon } from "./dom.js";
import { named, percent, seconds, size, t } from "./words.js";
import { failureNote, warningNote } from "./notes.js";
import { STEPS } from "./journeys.js";

export class Cards {
  #items = new Map();

  constructor(uploads, { again, reprocess }) {
    this.uploads = uploads;
    this.actions = { again, reprocess };
    this.count = h("span", { class: "quiet small number" });
    this.clear = button(t("cards.clear"), () => uploads.clear(), { kind: "plain tiny" });
    this.list = h("ul", { class: "cards" });
    this.element = h("section", { class: "activity", "aria-labelledby": "cards-title", hidden: true },
      h("div", { class: "head" }, h("div", { class: "row" }, h("h2", { id: "cards-title" }, t("cards.title")), this.count), this.clear), this.list);
    uploads.addEventListener("added", () => this.#all());
    uploads.addEventListener("change", (told) => this.#one(told.detail));
    setInterval(() => this.#tick(), 200);
    this.#all();
  }

  #all() {
    const items = this.uploads.all.map((upload) => {
      const item = this.#items.get(upload) ?? h("li", { class: "card journey" });
      this.#items.set(upload, item);
      return item;
    });
    for (const upload of this.#items.keys()) if (!this.uploads.all.includes(upload)) this.#items.delete(upload);
    this.list.replaceChildren(...items);
    for (const upload of this.uploads.all) this.#one(upload);
    this.#head();
  }

  #one(upload) {
    const item = this.#items.get(upload);
    if (!item) return this.#all();
    const view = upload.journey.view();
    item.dataset.state = upload.state === "accepted" ? view.state : upload.state;
    // A card is drawn anew with every change, so what had the focus gets it back.
    const focused = item.contains(document.activeElement) ? [...item.querySelectorAll("a, button")].indexOf(document.activeElement) : -1;
    item.replaceChildren(...card(upload, view, this.actions).flat().filter(Boolean));
    if (focused >= 0) item.querySelectorAll("a, button")[focused]?.focus();
    this.#head();
  }

  #head() {
    const open = this.uploads.all.filter((each) => !each.over).length;
    this.element.hidden = this.uploads.all.length === 0;
    this.count.textContent = open ? t("cards.open", { count: open }) : t("cards.done", { count: this.uploads.all.length });
    this.clear.hidden = this.uploads.all.length === open;
  }

  #tick() {
    if (document.hidden) return;
    for (const clock of this.list.querySelectorAll("[data-since]")) clock.textContent = seconds((performance.now() - Number(clock.dataset.since)) / 1000);
  }
}

function card(upload, view, actions) {
  return [title(upload, view), track(upload, view), saying(upload, view), notes(upload, view, actions)];
}

function title(upload, view) {
  const name = upload.document ? h("a", { href: `#/documents/${upload.document}` }, upload.name) : h("span", {}, upload.name);
  const category = view.category && h("span", { class: "tag accent" }, named("category", view.category), h("span", { class: "quiet-in number" }, percent(view.confidence)));
  const took = view.state === "indexed" && h("span", { class: "tag good number" }, icon("check", 14), t("cards.searchable-after", { time: seconds(view.seconds) }));
  const known = upload.state === "known" && h("span", { class: "tag" }, t("cards.known"));
  return h("div", { class: "head" }, h("strong", { class: "name" }, icon("file", 18), name), h("span", { class: "row" }, category, took, known));
}

/** Sending and the three steps, as a list that reads well aloud. */
function track(upload, view) {
  if (["refused", "known"].includes(upload.state)) return null;
  const sending = upload.state === "accepted" ? "done" : upload.state === "sending" ? "working" : "next";
  const steps = upload.state === "accepted" && upload.journey.run ? view.steps : STEPS.map((stage) => ({ stage, state: "waiting", seconds: null }));
  return h("ol", { class: "track" }, [{ stage: "upload", state: sending, seconds: null }, ...steps].map((step) => h("li", { data: { state: step.state } },
    h("span", { class: "step-mark", "aria-hidden": "true" }, step.state === "done" ? icon("check", 12) : step.state === "failed" ? icon("close", 12) : null),
    h("span", { class: "step-name" }, t(`step.${step.stage}`), h("span", { class: "unseen" }, t(`step-state.${step.state}`))),
    h("span", { class: "step-time number", ...(["working", "next"].includes(step.state) && upload.state === "accepted" ? { data: { since: upload.journey.heard } } : {}) },
      step.seconds === null ? "" : seconds(step.seconds)))));
}

/** What happens now, in one line, with how far it is. */
function saying(upload, view) {
  if (upload.state === "sending") {
    const share = upload.file.size ? upload.sent / upload.file.size : 0;
    return [h("p", { class: "now" }, t("now.sending", { done: size(upload.sent), all: size(upload.file.size) })), gauge(share, upload.name)];
  }
  if (upload.state === "waiting") return h("p", { class: "now" }, t(navigator.onLine && upload.problem?.status ? "now.retrying" : "now.offline"));
  if (upload.state !== "accepted") return ["checking", "queued"].includes(upload.state) ? h("p", { class: "now" }, t(`now.${upload.state}`)) : null;
  if (["indexed", "failed", "deleted"].includes(view.state)) return null;
  const { stage, page, pages } = view.working ?? {};
  if (page && pages) return [h("p", { class: "now" }, t("now.page", { page, pages })), gauge(page / pages, upload.name)];
  return h("p", { class: "now" }, t(stage ? `now.${stage}` : `now.after-${view.state}`));
}

function gauge(share, name) {
  const bar = h("i");
  bar.style.width = `${Math.round(share * 100)}%`;
  return h("div", { class: "gauge", role: "progressbar", "aria-label": name, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round(share * 100) }, bar);
}

function notes(upload, view, { again, reprocess }) {
  if (upload.state === "refused") {
    const retry = ![413, 415].includes(upload.problem.status) && button(t("again"), () => again(upload), { kind: "tiny", symbol: "again" });
    return failureNote(upload.problem, retry);
  }
  if (view.failure) return failureNote(view.failure, button(t("again"), () => reprocess(upload.document), { kind: "tiny", symbol: "again" }));
  return view.warnings.length ? warningNote(view.warnings) : null;
}
