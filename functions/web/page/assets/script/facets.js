// What narrows a search: facets with counts, filters on fields, and a chip for each that is on.

import { button, h, icon, symbolButton } from "./dom.js";
import { languageName, month, named, number, t } from "./words.js";
import { shownValue } from "./hits.js";

const SHOWN = 8;

export class Facets {
  #asked = new URLSearchParams();

  /** change is called with what is asked for then. */
  constructor(categories, change) {
    this.categories = categories;
    this.change = change;
    this.chips = h("ul", { class: "row chips", "aria-label": t("filters") });
    this.lists = h("div", { class: "facet-lists" });
    this.fields = h("div");
    this.element = h("details", { class: "facets", open: matchMedia("(min-width: 56rem)").matches }, h("summary", { class: "button tiny" }, icon("filter", 16), t("filters")), this.lists, this.fields);
  }

  draw(asked, facets) {
    this.#asked = asked;
    this.chips.replaceChildren(...this.#chips());
    this.chips.hidden = !this.chips.hasChildNodes();
    if (facets) this.lists.replaceChildren(...Object.entries(facets).map(([name, values]) => this.#facet(name, values)).filter(Boolean));
    if (facets && !this.fields.contains(document.activeElement)) this.fields.replaceChildren(this.#filter());
  }

  #without(name, value) {
    const asked = new URLSearchParams(this.#asked);
    asked.delete(name, value);
    return asked;
  }

  #with(name, value) {
    const asked = new URLSearchParams(this.#asked);
    if (name === "created") asked.delete(name);
    asked.append(name, value);
    return asked;
  }

  #chips() {
    return [...this.#asked].filter(([name]) => name !== "q" && name !== "mode").map(([name, value]) => {
      const label = name.startsWith("field.") ? `${named("field", name.slice(6))}: ${range(value)}` : shown(name, value);
      return h("li", { class: "chip" }, label, h("button", { type: "button", "aria-label": t("filter.remove", { name: label }), onclick: () => this.change(this.#without(name, value)) }, icon("close", 14)));
    });
  }

  #facet(name, values) {
    if (values.length === 0) return null;
    return h("fieldset", { class: "facet" }, h("legend", { class: "label" }, t(`facet.${name}`)), values.slice(0, SHOWN).map(({ value, count }) => {
      const asked = name === "created" ? monthRange(value) : value;
      const on = this.#asked.has(name, asked);
      return h("label", {}, h("input", { type: "checkbox", checked: on, onchange: () => this.change(on ? this.#without(name, asked) : this.#with(name, asked)) }), h("span", {}, shown(name, value)), h("span", { class: "quiet number" }, number(count)));
    }));
  }

  /** Which field, and which value or range. */
  #filter() {
    const chosen = this.#asked.getAll("category");
    const known = Object.entries(this.categories).filter(([name]) => chosen.length === 0 || chosen.includes(name)).flatMap(([, fields]) => Object.entries(fields)).filter(([, kind]) => kind !== "list");
    const kinds = new Map(known.sort(([a], [b]) => named("field", a).localeCompare(named("field", b))));
    const select = h("select", { class: "select", "aria-label": t("filter.field"), onchange: () => values() }, [...kinds.keys()].map((name) => h("option", { value: name }, named("field", name))));
    const place = h("div", { class: "row" });
    const values = () => {
      const kind = kinds.get(select.value);
      const input = (label) => h("input", { class: "input", type: kind === "date" ? "date" : "text", inputmode: kind === "number" ? "decimal" : null, "aria-label": label, placeholder: kind === "date" ? null : label });
      place.replaceChildren(...(kind === "text" ? [input(t("filter.value"))] : [input(t("filter.from")), input(t("filter.to"))]));
    };
    values();
    return h("form", { class: "facet field-filter", onsubmit: (event) => {
      event.preventDefault();
      const given = [...place.children].map((each) => each.value.trim().replace(",", kinds.get(select.value) === "number" ? "." : ","));
      if (given.some(Boolean)) this.change(this.#with(`field.${select.value}`, given.length === 1 ? given[0] : given.join("..")));
    } }, h("span", { class: "label" }, t("filter.fields")), select, place, h("button", { class: "button tiny", type: "submit" }, icon("plus", 14), t("filter.add")));
  }
}

function shown(name, value) {
  if (name === "category") return named("category", value);
  if (name === "language") return languageName(value);
  return /^\d{4}-\d\d$/.test(value) ? month(value) : /^\d{4}-\d\d-01\.\./.test(value) ? month(value.slice(0, 7)) : value;
}

const range = (value) => value.split("..").map((each) => shownValue(each)).join(" – ");

function monthRange(value) {
  const [year, number_] = value.split("-").map(Number);
  return `${value}-01..${value}-${new Date(Date.UTC(year, number_, 0)).getUTCDate()}`;
}
