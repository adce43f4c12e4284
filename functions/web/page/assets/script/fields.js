// The fields of a document with their evidence; pointing at one shows where it stands, and a person may correct it.

import { get } from "./api.js";
import { button, h, icon, symbolButton } from "./dom.js";
import { shownValue } from "./hits.js";
import { named, percent, t } from "./words.js";

export class Fields {
  editing = false;

  constructor({ shared, path, point, correct, left }) {
    Object.assign(this, { shared, path, point, correct, left });
    this.list = h("div");
    this.element = h("section", { class: "card panel fields-panel", "aria-labelledby": "fields-title" }, h("h2", { id: "fields-title" }, t("document.fields")), this.list);
  }

  async show(shown) {
    this.document = shown;
    let found;
    try {
      found = await get(`${this.path}/fields`);
    } catch (problem) {
      const key = problem.code === "not-made" ? "document.not-made" : "document.not-yet";
      this.list.replaceChildren(h("p", { class: "quiet small" }, t(key)));
      return;
    }
    this.#draw(found.fields);
  }

  #draw(fields) {
    const rows = Object.entries(fields).map(([name, found]) => (Array.isArray(found) ? this.#several(name, found) : this.#row(name, found)));
    const none = h("p", { class: "quiet small" }, t("document.no-fields"));
    this.list.replaceChildren(...(rows.length ? [h("ul", { class: "field-list" }, rows)] : [none]), this.#missing(fields) ?? "");
  }

  get #writable() {
    return this.shared.may.write && this.document.state === "indexed";
  }

  #several(name, found) {
    return h("li", { class: "several" }, h("span", { class: "label" }, named("field", name)), h("ul", {}, found.map((each) => this.#row(name, each, false))));
  }

  #row(name, found, own = true) {
    const single = typeof found.value !== "object";
    const row = h("li", { class: "field-row", onpointerenter: () => this.point(found), onpointerleave: () => this.point(null), onfocusin: () => this.point(found), onfocusout: () => this.point(null) });
    const evidence = [found.page && t("document.on-page", { page: found.page }), found.method && named("method", found.method), found.confidence !== null && found.confidence !== undefined && found.method !== "correction" && percent(found.confidence)].filter(Boolean).join(" · ");
    const value = single ? h("span", { class: "field-value" }, shownValue(found.value)) : rows([found.value].flat());
    const show = h("button", { type: "button", class: "field-main", onclick: () => this.point(found, true) },
      own && h("span", { class: "label" }, named("field", name)), single && value,
      h("span", { class: "quiet small" }, evidence), found.quote && found.quote !== found.value && h("q", { class: "quiet small" }, found.quote));
    const find = single && h("a", { class: "button plain tiny", href: `#/?${new URLSearchParams([[`field.${name}`, found.value]])}`, "aria-label": t("document.find", { name: named("field", name) }), title: t("document.find", { name: named("field", name) }) }, icon("search", 16));
    const edit = single && own && this.#writable && symbolButton("edit", t("document.correct", { name: named("field", name) }), () => this.#edit(row, name, found.value));
    row.append(show, h("span", { class: "field-tools" }, ...[find, edit].filter(Boolean)), ...(single ? [] : [value]));
    return row;
  }

  /** The row becomes a form; null takes the field away. */
  #edit(row, name, value) {
    this.editing = true;
    const kept = [...row.childNodes];
    const input = h("input", { class: "input", value, "aria-label": t("document.correct", { name: named("field", name) }), maxlength: 500 });
    const done = () => {
      this.editing = false;
      row.replaceChildren(...kept);
      row.querySelector(".field-tools button")?.focus();
      this.left();
    };
    const give = async (given) => {
      await this.correct({ fields: { [name]: given } }).catch(() => {});
      done();
    };
    const form = h("form", { class: "field-form", onsubmit: (event) => { event.preventDefault(); give(input.value.trim() || null); }, onkeydown: (event) => event.key === "Escape" && done() },
      h("label", { class: "field" }, h("span", {}, named("field", name)), input),
      h("div", { class: "row" }, h("button", { type: "submit", class: "button primary tiny" }, t("save")), button(t("cancel"), done, { kind: "tiny" }), value && button(t("document.remove-field"), () => give(null), { kind: "tiny danger" })));
    row.replaceChildren(form);
    input.select();
  }

  /** Fields of this kind of document that were not found. */
  #missing(fields) {
    const known = this.shared.installation.categories[this.document.category] ?? {};
    const names = Object.entries(known).filter(([name, kind]) => kind !== "list" && !(name in fields)).map(([name]) => name);
    if (!this.#writable || names.length === 0) return null;
    const place = h("div", { class: "add-field" });
    const select = h("select", { class: "select tiny", "aria-label": t("document.add-field"), onchange: () => select.value && this.#edit(place, select.value, "") },
      h("option", { value: "" }, t("document.add-field")), names.map((name) => h("option", { value: name }, named("field", name))));
    place.append(select);
    return place;
  }
}

/** What has parts, one or several, as a table; its columns are those of all rows. */
function rows(values) {
  const columns = [...new Set(values.flatMap((each) => (each && typeof each === "object" ? Object.keys(each) : [])))];
  if (columns.length === 0) return h("span", { class: "field-value" }, values.map(String).join(", "));
  return h("div", { class: "scroll", tabindex: "0", role: "group" }, h("table", { class: "table small" }, h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, named("field", name))))),
    h("tbody", {}, values.map((each) => h("tr", {}, columns.map((name) => h("td", { class: "number" }, each[name] ?? "")))))));
}
