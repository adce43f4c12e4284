// What an operator looks at: throughput and lag as they are now, queues, circuits, and dead letters.

import { get } from "./api.js";
import { h } from "./dom.js";
import { Letters } from "./letters.js";
import { problemState } from "./notes.js";
import { Plot } from "./plot.js";
import { instant, named, number, seconds, t } from "./words.js";

const EVERY_MS = 2000;
const KEPT_MS = 300_000;
const MINUTE_MS = 60_000;

export class OperationsView {
  title = t("operations");
  #away = new AbortController();
  #finished = [];
  #began = new Map();

  constructor(shared) {
    this.shared = shared;
    this.plots = {
      finished: new Plot(t("operations.finished"), (value) => number(value, 1), KEPT_MS),
      waiting: new Plot(t("operations.waiting"), (value) => number(value), KEPT_MS),
      latency: new Plot(t("operations.latency"), seconds, KEPT_MS, { dots: true }),
    };
    this.place = h("div");
    this.tables = h("div", { class: "tables" });
    this.letters = new Letters(shared);
    this.element = h("div", { class: "operations" }, h("div", { class: "head" }, h("h1", {}, t("operations")), h("span", { class: "quiet small" }, t("operations.live"))),
      this.place, h("div", { class: "plots" }, Object.values(this.plots).map((plot) => plot.element)), this.letters.element, this.tables);
    shared.live.addEventListener("event", ({ detail }) => this.#happened(detail), { signal: this.#away.signal });
  }

  shown() {
    this.letters.load();
    this.#look();
  }

  leave() {
    this.#away.abort();
  }

  async #look() {
    const { signal } = this.#away;
    if (signal.aborted) return;
    try {
      if (!document.hidden) this.#draw(await get("/operations", {}, signal));
    } catch (problem) {
      if (signal.aborted) return;
      this.place.replaceChildren(problemState(problem, () => this.place.replaceChildren()));
    }
    setTimeout(() => this.#look(), EVERY_MS);
  }

  #happened({ name, data }) {
    if (name === "document.progress") return;
    const now = Date.now();
    if (name === "document.uploaded") this.#began.set(data.subject, Date.parse(data.time));
    if (name === "document.failed") this.letters.load();
    if (!["document.indexed", "document.failed"].includes(name)) return;
    this.#finished.push(now);
    const began = this.#began.get(data.subject);
    this.#began.delete(data.subject);
    if (began && name === "document.indexed") this.plots.latency.add(now, (Date.parse(data.time) - began) / 1000);
  }

  #draw(found) {
    const now = Date.now();
    this.#finished = this.#finished.filter((at) => at > now - MINUTE_MS);
    this.place.replaceChildren();
    this.plots.finished.add(now, this.#finished.length);
    this.plots.waiting.add(now, found.queues.reduce((sum, each) => sum + each.ready + each.unacked, 0));
    this.plots.latency.draw(now);
    this.tables.replaceChildren(queues(found), circuits(found.breakers), states(found));
  }
}

function queues({ queues: found, consumers }) {
  const of = (name) => consumers.filter((each) => each.function === name);
  const sum = (some, what) => some.reduce((all, each) => all + each[what], 0);
  const heads = ["queue", "state", "ready", "unacked", "workers", "handled", "failed"];
  const body = found.map(({ name, ready, unacked }) => h("tr", {}, h("th", { scope: "row" }, name),
    h("td", {}, [...new Set(of(name).map((each) => each.state))].map((state) => h("span", { class: `tag ${state === "consuming" ? "good" : "warn"}` }, named("consumer", state)))),
    [ready, unacked, sum(of(name), "workers"), sum(of(name), "handled"), sum(of(name), "failed")].map((value) => h("td", { class: "number" }, number(value)))));
  const table = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("operations.queues") }, h("table", { class: "table" }, h("thead", {}, h("tr", {}, heads.map((name) => h("th", { scope: "col" }, t(`operations.${name}`))))), h("tbody", {}, body)));
  return h("section", { class: "card panel wide" }, h("h2", {}, t("operations.queues")), found.length ? table : h("p", { class: "note warn" }, t("operations.no-connector")));
}

function circuits(breakers) {
  const open = breakers.filter((each) => each.state !== "closed");
  return h("section", { class: "card panel" }, h("h2", {}, t("operations.breakers")), open.length === 0 ? h("p", { class: "quiet" }, t("operations.no-breakers"))
    : h("ul", { class: "links" }, open.map((each) => h("li", {}, h("span", {}, each.name), h("span", { class: "row" }, each.opened_at && h("span", { class: "quiet small" }, `${t("operations.since")} ${instant(each.opened_at)}`), h("span", { class: "tag bad" }, named("breaker", each.state)))))));
}

function states({ documents, unsent_events: unsent }) {
  return h("section", { class: "card panel" }, h("h2", {}, t("operations.documents")), h("dl", { class: "facts" },
    [...Object.entries(documents).map(([state, count]) => [named("state", state), count]), [t("operations.unsent"), unsent]].map(([name, count]) => h("div", {}, h("dt", {}, name), h("dd", { class: "number" }, number(count))))));
}
