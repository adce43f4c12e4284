// All documents, newest first: pages come by cursor as one scrolls, and only the rows in sight are in the document.

import { get, patiently } from "./api.js";
import { h, icon } from "./dom.js";
import { emptyState, problemState, stateTag } from "./notes.js";
import { moment, named, size, t } from "./words.js";

const FIRST_PAGE = 26;
const PER_PAGE = 200;
const BEYOND = 8;
const STATES = { "document.classified": "classified", "document.extracted": "extracted", "document.indexed": "indexed", "document.failed": "failed" };

export class DocumentList {
  #documents = [];
  #rows = new Map();
  #cursor = undefined;
  #loading = false;
  #failed = false;
  #frame = null;

  constructor({ live }) {
    this.place = h("div");
    this.list = h("ul", { class: "rows" });
    this.element = h("section", { class: "all", "aria-labelledby": "all-title" }, h("div", { class: "head" }, h("h2", { id: "all-title" }, t("all"))), this.list, this.place);
    addEventListener("scroll", () => this.#soon(), { passive: true });
    addEventListener("resize", () => this.#soon());
    live.addEventListener("event", ({ detail }) => this.#happened(detail.name, detail.data));
    live.addEventListener("gap", () => this.#again());
  }

  shown() {
    if (this.#cursor === undefined) this.#load();
    this.#soon();
  }

  #again() {
    this.#documents = [];
    this.#cursor = undefined;
    this.#load();
  }

  #load() {
    this.#failed = false;
    this.#more();
  }

  async #more() {
    if (this.#loading || this.#failed || this.#cursor === null) return;
    this.#loading = true;
    const slow = () => this.place.replaceChildren(h("div", { class: "note row" }, h("span", { class: "spin" }), t("slow")));
    try {
      const page = await patiently(get("/documents", { limit: this.#cursor ? PER_PAGE : FIRST_PAGE, cursor: this.#cursor }), slow);
      const known = new Set(this.#documents.map((each) => each.id));
      this.#documents.push(...page.documents.filter((each) => !known.has(each.id)));
      this.#cursor = page.next_cursor;
      this.#below();
    } catch (problem) {
      this.#failed = true;
      this.place.replaceChildren(problemState(problem, () => this.#load()));
    } finally {
      this.#loading = false;
    }
    this.#soon();
  }

  #soon() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw();
    });
  }

  #draw() {
    if (!this.element.isConnected || this.element.hidden) return;
    const height = parseFloat(getComputedStyle(this.list).getPropertyValue("--row")) * 16;
    this.list.style.height = `${this.#documents.length * height}px`;
    const top = this.list.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / height) - BEYOND);
    const last = Math.min(this.#documents.length, Math.ceil((innerHeight - top) / height) + BEYOND);
    for (const [index, row] of this.#rows) {
      if ((index < first || index >= last) && !row.contains(document.activeElement)) {
        row.remove();
        this.#rows.delete(index);
      }
    }
    for (let index = first; index < last; index += 1) this.#row(index, height);
    if (last > this.#documents.length - BEYOND) this.#more();
  }

  #row(index, height) {
    const shown = this.#documents[index];
    const before = this.#rows.get(index);
    if (before?.shown === shown) return;
    const row = Object.assign(rowOf(shown, index, this.#cursor === null ? this.#documents.length : -1), { shown });
    row.style.transform = `translateY(${index * height}px)`;
    this.#rows.set(index, row);
    if (before) before.replaceWith(row);
    else {
      // In the order of the list, so that the tab key goes through them as the eye does.
      const next = [...this.#rows].filter(([other]) => other > index).sort(([a], [b]) => a - b)[0];
      this.list.insertBefore(row, next?.[1] ?? null);
    }
  }

  async #happened(name, data) {
    if (name === "document.progress" || this.#cursor === undefined) return;
    const at = this.#documents.findIndex((each) => each.id === data.subject);
    if (name === "document.deleted" && at >= 0) this.#documents.splice(at, 1);
    else if (STATES[name] && at >= 0) this.#documents[at] = changed(this.#documents[at], STATES[name], data);
    else if (name === "document.uploaded" && at < 0) this.#documents.unshift(arrived(data));
    else return;
    this.#below();
    this.#soon();
  }

  #below() {
    this.place.replaceChildren(...(this.#documents.length ? [] : [emptyState(t("empty.title"), t("empty.text"))]));
  }
}

function changed(document, state, { data }) {
  return { ...document, state, category: data.category ?? document.category, pages: data.pages ?? document.pages, warnings: state === "indexed" ? data.warnings ?? [] : document.warnings };
}

function arrived({ subject, time, data }) {
  return { id: subject, state: "uploaded", filename: data.filename, size: data.size, media_type: data.media_type, category: null, pages: null, warnings: [], created_at: time };
}

function rowOf(document, index, all) {
  const facts = [document.category && named("category", document.category), document.pages && t("pages", { count: document.pages }), size(document.size)];
  return h("li", { class: "row-item", "aria-setsize": all, "aria-posinset": index + 1 }, h("a", { href: `#/documents/${document.id}` },
    h("span", { class: "kind" }, icon("file", 20)),
    h("span", { class: "what" }, h("span", { class: "filename" }, document.filename), h("span", { class: "quiet small" }, facts.filter(Boolean).join(" · "))),
    document.warnings.length ? h("span", { class: "tag warn" }, icon("warn", 14), h("span", { class: "unseen" }, t("warnings", { count: document.warnings.length })), String(document.warnings.length)) : null,
    document.state === "indexed" ? null : stateTag(document.state),
    h("time", { class: "quiet small number", datetime: document.created_at }, moment(document.created_at))));
}
