// One document: its pages beside its fields, its history, what can be done with it.

import { get, Problem, send } from "./api.js";
import { ask } from "./dialogs.js";
import { button, h, icon } from "./dom.js";
import { Fields } from "./fields.js";
import { timeline } from "./history.js";
import { TERMINAL } from "./journeys.js";
import { failureNote, problemState, stateTag, warningNote } from "./notes.js";
import { Viewer } from "./viewer.js";
import { instant, languageName, named, percent, size, t } from "./words.js";

export class DocumentView {
  title = "";
  #away = new AbortController();
  #corrected = false;
  #missed = false;
  #focused = null;

  constructor(shared, id) {
    Object.assign(this, { shared, id });
    this.path = `/documents/${id}`;
    this.element = h("div", { class: "document" }, h("div", { class: "state" }, h("span", { class: "spin" })));
    this.viewer = new Viewer(this.path);
    this.fields = new Fields({ shared, path: this.path, point: (field) => this.viewer.point(field), correct: (body) => this.#correct(body), left: () => this.#missed && this.#load() });
    this.element.addEventListener("focusin", ({ target }) => (this.#focused = target.ariaLabel ?? target.textContent));
    shared.live.addEventListener("event", ({ detail }) => this.#happened(detail), { signal: this.#away.signal });
    shared.live.addEventListener("gap", () => this.#load(), { signal: this.#away.signal });
  }

  shown() {
    this.#load();
  }

  leave() {
    this.#away.abort();
  }

  async #load() {
    const { signal } = this.#away;
    this.#missed = false;
    try {
      const [document, history] = await Promise.all([get(this.path, {}, signal), get(`${this.path}/history`, {}, signal)]);
      if (document.state === "deleted") throw new Problem(404);
      this.#draw(document, history.events);
      this.#similar(signal);
    } catch (problem) {
      if (!signal.aborted) this.element.replaceChildren(problemState(problem, () => this.#load()));
    }
  }

  async #draw(shown, events) {
    const { filename } = shown;
    document.title = `${filename} · Docstream`;
    this.similar = h("div");
    this.viewer.show(shown);
    const drawn = this.fields.show(shown);
    const failed = shown.failure && shown.state === "failed";
    this.element.replaceChildren(this.#head(shown),
      h("div", { class: "notes" }, failed && failureNote(shown.failure, this.shared.may.write && button(t("again"), () => this.shared.reprocess(this.id), { kind: "tiny", symbol: "again" })),
        shown.warnings.length > 0 && warningNote(shown.warnings)),
      h("div", { class: "desk" }, this.viewer.element,
        h("div", { class: "side" }, this.fields.element, this.similar, history(events), facts(shown, events))));
    await drawn;
    this.#refocus();
  }

  /** What was drawn anew under a person's hands has the focus again. */
  #refocus() {
    if (!this.#focused || document.activeElement !== document.body) return;
    const controls = [...this.element.querySelectorAll("a, button, input, select")];
    controls.find((each) => (each.ariaLabel ?? each.textContent) === this.#focused)?.focus({ preventScroll: true });
  }

  #head(shown) {
    const { may } = this.shared;
    return h("header", { class: "document-head" },
      h("a", { class: "quiet small back", href: "#/" }, icon("back", 16), t("document.back")),
      h("div", { class: "head" }, h("h1", {}, shown.filename), h("div", { class: "row" },
        h("a", { class: "button", href: `/api${this.path}/original`, download: shown.filename }, icon("down", 16), t("document.original")),
        may.write && TERMINAL.has(shown.state) && button(t("reprocess"), () => this.#reprocess(shown), { symbol: "again" }),
        may.write && button(t("delete"), () => this.#delete(), { symbol: "bin", kind: "danger" }))),
      h("div", { class: "row" }, this.#category(shown), stateTag(shown.state)));
  }

  /** The kind of the document, with how sure it is; a person may choose another. */
  #category(shown) {
    if (!shown.category) return null;
    const sure = shown.category_method === "correction" ? null : shown.category_confidence;
    const certain = sure !== null && h("span", { class: "quiet small number" }, percent(sure));
    if (!this.shared.may.write || !TERMINAL.has(shown.state)) return h("span", { class: "row" }, h("span", { class: "tag accent" }, named("category", shown.category)), certain);
    const names = Object.keys(this.shared.installation.categories).sort((a, b) => named("category", a).localeCompare(named("category", b)));
    const select = h("select", { class: "select tiny kind-select", "aria-label": t("document.change-kind"), onchange: () => this.#correct({ category: select.value }) },
      names.map((name) => h("option", { value: name, selected: name === shown.category }, named("category", name))));
    return h("span", { class: "row" }, select, certain);
  }

  async #correct(body) {
    // The events of a quick pipeline come before the answer.
    this.#corrected = true;
    try {
      await send("PATCH", this.path, body);
      this.shared.frame.toast(t("document.corrected"));
    } catch (problem) {
      this.#corrected = false;
      this.shared.frame.toast(problem.status === 409 ? t("document.busy") : problem.detail || t("lost.title"));
      throw problem;
    }
  }

  async #reprocess(shown) {
    const from = shown.state === "failed" ? ["classify"] : ["classify", "extract", "index"];
    const given = await ask({ title: t("reprocess.title"), yes: t("reprocess"), content: h("label", { class: "field" }, h("span", {}, t("reprocess.from")),
      h("select", { class: "select", name: "from" }, from.map((stage) => h("option", { value: stage }, t(`reprocess.${stage}`))))) });
    if (given) await this.shared.reprocess(this.id, given.from);
  }

  async #delete() {
    if (!(await ask({ title: t("delete.title"), text: t("delete.text"), yes: t("delete"), kind: "danger" }))) return;
    try {
      await send("DELETE", this.path);
      this.shared.frame.toast(t("delete.done"));
      location.hash = "#/";
    } catch (problem) {
      this.shared.frame.toast(problem.detail || t("lost.title"));
    }
  }

  #happened({ name, data }) {
    if (data.subject !== this.id) return;
    if (name === "document.indexed" && this.#corrected) {
      this.#corrected = false;
      this.shared.frame.toast(t("document.applied"));
    }
    // What a person is typing stays; the document is drawn anew after it.
    if (this.fields.editing) this.#missed = true;
    else this.#load();
  }

  async #similar(signal) {
    const place = this.similar;
    const { hits } = await get(`${this.path}/similar`, { limit: 4 }, signal).catch(() => ({ hits: [] }));
    place.replaceChildren(h("section", { class: "card panel" }, h("h2", {}, t("document.similar")),
      hits.length ? h("ul", { class: "links" }, hits.map((each) => h("li", {}, h("a", { href: `#/documents/${each.document_id}` }, each.filename),
        each.category && h("span", { class: "quiet small" }, named("category", each.category))))) : h("p", { class: "quiet small" }, t("document.no-similar"))));
  }
}

function history(events) {
  return h("section", { class: "card panel" }, h("h2", {}, t("document.history")), timeline(events));
}

function facts(shown, events) {
  const names = new Map(events.filter((each) => each.event === "document.uploaded").map((each) => [each.subject, each.data.filename]));
  const lines = [["type", shown.media_type], ["size", size(shown.size)], ["language", shown.language && shown.language !== "und" && languageName(shown.language)], ["added", instant(shown.created_at)], ["run", String(shown.run)], ["sha256", h("span", { class: "code" }, shown.sha256)]];
  return h("section", { class: "card panel" }, h("h2", {}, t("document.facts")),
    h("dl", { class: "facts" }, lines.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, t(`fact.${name}`)), h("dd", {}, value)))),
    shown.parent_id && h("a", { href: `#/documents/${shown.parent_id}` }, t("document.parent")),
    shown.children.length > 0 && h("div", {}, h("h3", {}, t("document.attachments")), h("ul", { class: "links" }, shown.children.map((child, index) => h("li", {}, h("a", { href: `#/documents/${child}` }, names.get(child) ?? `${t("document.attachments")} ${index + 1}`))))));
}
