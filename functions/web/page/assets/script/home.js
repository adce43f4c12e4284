// The first view: search, what is on its way, and all documents.

import { get, patiently } from "./api.js";
import { button, h, icon } from "./dom.js";
import { picker } from "./drop.js";
import { Facets } from "./facets.js";
import { DocumentList } from "./list.js";
import { emptyState, problemState } from "./notes.js";
import { hit } from "./hits.js";
import { address, replace } from "./route.js";
import { has, t } from "./words.js";

const TYPING_MS = 180;
const PER_PAGE = 20;
const MODES = ["hybrid", "keyword", "semantic"];

export class Home {
  title = "";
  #asked = new URLSearchParams();
  #running = null;
  #timer = null;
  #cursor = null;

  constructor(shared, cards) {
    this.shared = shared;
    this.list = new DocumentList(shared);
    this.facets = new Facets(shared.installation.categories, (asked) => this.#change(asked));
    this.input = h("input", { type: "search", class: "search-input", placeholder: t("search.placeholder"), "aria-label": t("search"), autocomplete: "off", spellcheck: "false", enterkeyhint: "search", maxlength: 900, oninput: () => this.#typed() });
    this.modes = MODES.map((mode) => h("label", {}, h("input", { type: "radio", name: "mode", value: mode, onchange: () => this.#mode(mode) }), h("span", {}, t(`mode.${mode}`))));
    this.status = h("p", { class: "found quiet", role: "status" });
    this.hits = h("ol", { class: "hits" });
    this.place = h("div");
    this.more = button(t("search.more"), () => this.#further());
    this.results = h("section", { class: "results", hidden: true, "aria-labelledby": "results-title" }, this.facets.element,
      h("div", {}, h("h2", { class: "unseen", id: "results-title" }, t("results")), this.status, this.place, this.hits, this.more));
    this.element = h("div", { class: "home" }, this.#hero(), this.results, cards.element, this.list.element);
    addEventListener("keydown", (event) => this.#slash(event));
  }

  #hero() {
    const { may } = this.shared;
    const take = (files) => this.shared.take(files);
    return h("section", { class: "hero" }, h("h1", {}, t("hero")),
      h("form", { class: "search-box", role: "search", onsubmit: (event) => { event.preventDefault(); this.#now(); } },
        h("div", { class: "search-field" }, icon("search", 22), this.input, h("kbd", { "aria-hidden": "true" }, "/")),
        h("div", { class: "search-row" }, h("fieldset", { class: "segments" }, h("legend", { class: "unseen" }, t("mode")), this.modes),
          may.write && h("div", { class: "row" }, h("span", { class: "quiet drop-hint" }, t("drop.hint")), picker(t("drop.files"), "up", take, { kind: "primary" }), picker(t("drop.folder"), "folder", take, { folder: true }))),
        this.facets.chips));
  }

  /** What the address asks for. */
  ask(asked) {
    this.#asked = asked;
    this.input.value = asked.get("q") ?? "";
    for (const each of this.modes) each.firstChild.checked = each.firstChild.value === (asked.get("mode") ?? "hybrid");
    this.#now();
  }

  shown() {
    if (matchMedia("(hover: hover)").matches) this.input.focus({ preventScroll: true });
    this.list.shown();
  }

  leave() {
    this.#running?.abort();
  }

  get searching() {
    return [...this.#asked.keys()].some((name) => name !== "mode");
  }

  #typed() {
    const text = this.input.value.trim();
    if (text) this.#asked.set("q", text);
    else this.#asked.delete("q");
    replace(this.#asked);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#now(), text ? TYPING_MS : 0);
  }

  #mode(mode) {
    this.#asked.set("mode", mode);
    replace(this.#asked);
    if (this.searching) this.#now();
  }

  #change(asked) {
    history.pushState(null, "", address(asked));
    this.ask(asked);
  }

  /** One search at a time: a newer one ends the one under way. */
  async #now() {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.facets.draw(this.#asked, null);
    this.results.hidden = !this.searching;
    this.list.element.hidden = this.searching;
    if (!this.searching) return this.list.shown();
    const { signal } = this.#running = new AbortController();
    this.results.setAttribute("aria-busy", "true");
    try {
      const found = await patiently(this.#page(null, signal), () => this.#slow(signal));
      this.#show(found);
    } catch (problem) {
      if (!signal.aborted) this.#failed(problem);
    } finally {
      if (!signal.aborted) this.results.removeAttribute("aria-busy");
    }
  }

  #page(cursor, signal) {
    const asked = {};
    for (const name of new Set(this.#asked.keys())) asked[name] = this.#asked.getAll(name);
    return get("/search", { ...asked, limit: PER_PAGE, cursor }, signal);
  }

  #show(found) {
    this.#cursor = found.next_cursor;
    this.place.replaceChildren();
    this.facets.draw(this.#asked, found.facets);
    this.status.textContent = found.total ? this.#counted(found) : "";
    if (found.warnings.length) this.status.append(" ", t("search.words-only"));
    this.hits.replaceChildren(...found.hits.map(hit));
    this.more.hidden = !this.#cursor;
    if (found.hits.length === 0) this.place.replaceChildren(emptyState(t("nothing.title"), t("nothing.text"), button(t("nothing.reset"), () => this.#change(new URLSearchParams()))));
  }

  /** By words alone a document is found or not; what is near in meaning is said to be that, and no more. */
  #counted({ total, total_is, mode }) {
    const key = this.#asked.has("q") && has(`found.${mode}`) ? `found.${mode}` : "found";
    const found = t(key, { count: total });
    return total_is === "exact" ? found : t(`found.${total_is}`, { found });
  }

  #slow(signal) {
    if (signal.aborted) return;
    this.place.replaceChildren(h("div", { class: "note row" }, h("span", { class: "spin" }), t("slow")));
  }

  #failed(problem) {
    this.hits.replaceChildren();
    this.status.textContent = "";
    this.more.hidden = true;
    const refused = problem.status === 400;
    this.place.replaceChildren(refused ? emptyState(t("refused.title"), problem.detail) : problemState(problem, () => this.#now()));
  }

  async #further() {
    this.more.disabled = true;
    try {
      const found = await this.#page(this.#cursor, this.#running.signal);
      const first = this.hits.children.length;
      this.#cursor = found.next_cursor;
      this.hits.append(...found.hits.map(hit));
      this.hits.children[first]?.querySelector("a")?.focus();
      this.more.hidden = !this.#cursor;
    } catch (problem) {
      this.#failed(problem);
    } finally {
      this.more.disabled = false;
    }
  }

  #slash(event) {
    const typing = event.target.closest?.("input, textarea, select, dialog");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey || !this.element.isConnected) return;
    event.preventDefault();
    this.input.focus();
  }
}
