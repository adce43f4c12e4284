// Dead letters: cause, message and history of each; replay or discard one or many.

import { get, send } from "./api.js";
import { ask } from "./dialogs.js";
import { button, h } from "./dom.js";
import { emptyState, problemState } from "./notes.js";
import { instant, named, t } from "./words.js";

export class Letters {
  #chosen = new Set();
  #letters = [];
  #state = "open";
  #cursor = null;

  constructor(shared) {
    this.shared = shared;
    this.count = h("span", { class: "quiet small number", role: "status" });
    this.replay = button(t("letters.replay"), () => this.#replay(), { symbol: "again", kind: "primary" });
    this.discard = button(t("letters.discard"), () => this.#discard(), { symbol: "bin", kind: "danger" });
    this.all = h("input", { type: "checkbox", onchange: () => this.#chooseAll() });
    this.actions = h("div", { class: "row letter-actions" }, h("label", { class: "row" }, this.all, t("letters.select-all")), this.count, this.replay, this.discard);
    this.place = h("div");
    const states = ["open", "resolved"].map((state) => h("label", {}, h("input", { type: "radio", name: "letters", value: state, checked: state === "open", onchange: () => { this.#state = state; this.load(); } }), h("span", {}, t(`letters.${state}`))));
    this.element = h("section", { class: "card panel letters", "aria-labelledby": "letters-title" },
      h("div", { class: "head" }, h("h2", { id: "letters-title" }, t("letters")), h("fieldset", { class: "segments" }, h("legend", { class: "unseen" }, t("letters")), states)),
      h("p", { class: "quiet small" }, t("letters.text")), this.actions, this.place);
    this.#buttons();
  }

  async load() {
    try {
      const page = await get("/dead-letters", { state: this.#state, limit: 50 });
      this.#letters = page.dead_letters;
      this.#cursor = page.next_cursor;
      this.#chosen = new Set([...this.#chosen].filter((id) => this.#letters.some((each) => each.id === id)));
      this.#draw();
    } catch (problem) {
      this.place.replaceChildren(problemState(problem, () => this.load()));
    }
  }

  async #more() {
    const page = await get("/dead-letters", { state: this.#state, limit: 50, cursor: this.#cursor });
    this.#letters.push(...page.dead_letters);
    this.#cursor = page.next_cursor;
    this.#draw();
  }

  #draw() {
    const none = emptyState(t("letters.none.title"), t("letters.none.text"));
    this.place.replaceChildren(this.#letters.length ? h("ul", { class: "letter-list" }, this.#letters.map((each) => this.#row(each))) : none, this.#cursor ? button(t("letters.more"), () => this.#more()) : "");
    this.#buttons();
  }

  #row(letter) {
    const box = h("input", { type: "checkbox", checked: this.#chosen.has(letter.id), "aria-label": t("letters.select", { function: letter.function }), onchange: () => {
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
    const ids = [...this.#chosen];
    for (const id of ids) await act(id).catch((problem) => problems.push(problem));
    this.#chosen.clear();
    await this.load();
    const fine = ids.length - problems.length;
    if (fine) this.shared.frame.toast(t(done, { count: fine }));
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
