// One hit of a search: where it stands, the words in their surroundings, the fields worth a glance.

import { h, icon } from "./dom.js";
import { amount, day, named, t } from "./words.js";

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'", "#39": "'", "#x2F": "/" };
const SHOWN_FIELDS = 4;
const BEFORE = 70;

export function hit(found) {
  const where = [found.heading?.replaceAll(" > ", " › "), found.page && t("page", { page: found.page })].filter(Boolean).join(" · ");
  const fields = Object.entries(found.fields).filter(([, value]) => typeof value !== "object").slice(0, SHOWN_FIELDS);
  return h("li", {}, h("article", { class: "card hit" },
    h("div", { class: "head" }, h("h3", { class: "name" }, icon("file", 18), h("a", { href: `#/documents/${found.document_id}` }, found.filename)),
      found.category && h("span", { class: "tag accent" }, named("category", found.category))),
    h("p", { class: "excerpt" }, excerpt(found.highlight)),
    h("div", { class: "row small" }, where && h("span", { class: "quiet" }, where),
      fields.map(([name, value]) => h("span", { class: "fact" }, h("span", { class: "quiet" }, named("field", name)), ` ${shownValue(value)}`)))));
}

/** The excerpt from a little before its first match on, so that a short one shows it. */
function excerpt(highlight) {
  const text = highlight.replaceAll(/\s+/g, " ").trim();
  const before = text.indexOf("<em>");
  const cut = before > BEFORE ? text.indexOf(" ", before - BEFORE) : -1;
  return marked(cut < 0 || cut > before ? text : `… ${text.slice(cut + 1)}`);
}

/** Text with <em> around what was found, everything else escaped; becomes text and mark elements. */
function marked(highlight) {
  return highlight.split(/<em>(.*?)<\/em>/s).map((part, index) => (index % 2 ? h("mark", {}, plain(part)) : plain(part)));
}

const plain = (text) => text.replaceAll(/&(#?\w+);/g, (all, name) => ENTITIES[name] ?? all);

/** A day and an amount of money as the language writes them, anything else as it is. */
export function shownValue(value) {
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return day(value);
  return /^-?\d{1,12}\.\d\d$/.test(value) ? amount(value) : String(value);
}
