// Dead letters: cause, message and history of each; replay or discard one or many.

import { get, send } from "./api.js";
import { ask } from "./dialogs.js";
import { button, h } from "./dom.js";
import { emptyState, problemState } from "./notes.js";
import { instant, named, t } from "./words.js";

const PER_PAGE = 50;
const MOST = 200;

export class Letters {
  #chosen = new Set();
  #letters = [];
  #state = "open";
  #cursor = null;
  #rows = new Map();
  #asked = 0;

  constructor(shared) {
    this.shared = shared;
    this.count = h("span", { class: "quiet small number", role: "status" });
    this.replay = button(t("letters.replay"), () => this.#replay(), { symbol: "again", kind: "primary" });
    this.discard = button(t("letters.discard"), () => this.#discard(), { symbol: "bin", kind: "danger" });
    this.all = h("input", { type: "checkbox", onchange: () => this.#chooseAll() });
    this.actions = h("div", { class: "row letter-actions" }, h("label", { class: "row" }, this.all, t("letters.select-all")), this.count, this.replay, this.discard);
    this.place = h("div");
    const states = ["open", "resolved"].map((state) => h("label", {}, h("input", { type: "radio", name: "letters", value: state, checked: state === "open", onchange: () => this.#turn(state) }), h("span", {}, t(`letters.${state}`))));
    this.element = h("section", { class: "card panel letters", "aria-labelledby": "letters-title" },
      h("div", { class: "head" }, h("h2", { id: "letters-title" }, t("letters")), h("fieldset", { class: "segments" }, h("legend", { class: "unseen" }, t("letters")), states)),
      h("p", { class: "quiet small" }, t("letters.text")), this.actions, this.place);
    this.#buttons();
  }

  #turn(state) {
    this.#state = state;
    this.#letters = [];
    this.#rows.clear();
    this.load();
  }

  /** As many as are shown, at most MOST, anew; of several answers under way the last one asked for counts. */
  async load() {
    const asked = ++this.#asked;
    try {
      const page = await get("/dead-letters", { state: this.#state, limit: Math.min(Math.max(this.#letters.length, PER_PAGE), MOST) });
      if (asked !== this.#asked) return;
      this.#letters = page.dead_letters;
      this.#cursor = page.next_cursor;
      this.#chosen = new Set([...this.#chosen].filter((id) => this.#letters.some((each) => each.id === id)));
      this.#draw();
    } catch (problem) {
      if (asked === this.#asked) this.place.replaceChildren(problemState(problem, () => this.load()));
    }
  }

  async #more() {
    const asked = ++this.#asked;
    try {
      const page = await get("/dead-letters", { state: this.#state, limit: PER_PAGE, cursor: this.#cursor });
      if (asked !== this.#asked) return;
      this.#letters.push(...page.dead_letters);
      this.#cursor = page.next_cursor;
      this.#draw();
    } catch (problem) {
      this.shared.frame.toast(problem.detail || t("lost.title"));
    }
  }

  #draw() {
    // Rows stay what they are while others come: one may be open, or have the focus.
    const focused = document.activeElement;
    this.#rows = new Map(this.#letters.map((each) => [each.id, this.#rows.get(each.id) ?? this.#row(each)]));
    if (this.#state === "open") for (const [id, row] of this.#rows) row.firstChild.checked = this.#chosen.has(id);
    const none = emptyState(t("letters.none.title"), t("letters.none.text"));
    this.place.replaceChildren(this.#rows.size ? h("ul", { class: "letter-list" }, [...this.#rows.values()]) : none, this.#cursor ? button(t("letters.more"), () => this.#more()) : "");
    if (focused.isConnected) focused.focus({ preventScroll: true });
    this.#buttons();
  }

  #row(letter) {
    const box = h("input", { type: "checkbox", "aria-label": t("letters.select", { function: letter.function }), onchange: () => {
      if (box.checked) this.#chosen.add(letter.id);
      else this.#chosen.delete(letter.id);
      this.#buttons();
    } });
    const more = h("details", { ontoggle: () => more.open && this.#look(letter, more) }, h("summary", {}, t("letters.look")));
    return h("li", { class: "letter" }, this.#state === "open" && box,
      h("div", {}, h("div", { class: "row" }, h("strong", {}, letter.function), h("span", { class: "tag bad" }, letter.code), letter.resolution && h("span", { class: "tag" }, named("resolution", letter.resolution)),
        h("span", { class: "quiet small number" }, t("letters.attempts", { count: letter.attempts ?? 0 })), h("time", { class: "quiet small number", datetime: letter.recorded_at }, instant(letter.recorded_at))),
      h("p", {}, letter.reason), letter.document_id && h("a", { class: "small", href: `#/documents/${letter.document_id}` }, t("letters.document")), more));
  }

  async #look(letter, place) {
    const found = await get(`/dead-letters/${letter.id}`).catch((problem) => ({ body: problem.message, headers: {}, history: [] }));
    const block = (name, content) => [h("h3", {}, t(name)), h("pre", { class: "code", tabindex: "0" }, content)];
    place.replaceChildren(place.firstChild, ...block("letters.body", pretty(found.body)), ...block("letters.headers", JSON.stringify(found.headers, null, 2)),
      h("h3", {}, t("document.history")), h("ol", { class: "small" }, found.history.map((each) => h("li", {}, `${t("document.run", { run: each.run })} · ${t(`event.${each.type}`, { category: "" })}`))));
  }

  #chooseAll() {
    this.#chosen = new Set(this.all.checked ? this.#letters.map((each) => each.id) : []);
    this.#draw();
  }

  #buttons() {
    this.actions.hidden = this.#state !== "open" || this.#letters.length === 0;
    this.count.textContent = this.#chosen.size ? t("letters.selected", { count: this.#chosen.size }) : "";
    this.all.checked = this.#chosen.size > 0 && this.#chosen.size === this.#letters.length;
    this.replay.disabled = this.discard.disabled = this.#chosen.size === 0;
  }

  #replay() {
    return this.#each("letters.replayed", (id) => send("POST", `/dead-letters/${id}/replay`, {}));
  }

  async #discard() {
    const given = await ask({ title: t("letters.discard.title", { count: this.#chosen.size }), text: t("letters.discard.text"), yes: t("letters.discard"), kind: "danger",
      content: h("label", { class: "field" }, h("span", {}, t("letters.reason")), h("input", { class: "input", name: "reason", required: true, maxlength: 500 })) });
    if (given) await this.#each("letters.discarded", (id) => send("POST", `/dead-letters/${id}/discard`, { reason: given.reason }));
  }

  /** One after the other; what could be done counts, and the first reason of what could not is told. */
  async #each(done, act) {
    this.replay.disabled = this.discard.disabled = true;
    const problems = [];
    const fine = new Set();
    for (const id of [...this.#chosen]) await act(id).then(() => fine.add(id), (problem) => problems.push(problem));
    this.#chosen.clear();
    this.#letters = this.#letters.filter((each) => !fine.has(each.id));
    this.#draw();
    await this.load();
    if (fine.size) this.shared.frame.toast(t(done, { count: fine.size }));
    if (problems.length) this.shared.frame.toast(t("letters.trouble", { count: problems.length, reason: problems[0].detail || problems[0].message }));
  }
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
