// Failures and warnings in plain words, each with what to do next.

import { Problem } from "./api.js";
import { h } from "./dom.js";
import { has, named, size, t } from "./words.js";

let limits = { upload_bytes: 0 };
export function allow(given) {
  limits = given;
}

/** problem has code and detail or reason: a refusal of the API, of this page, or a document's failure. */
export function failureNote(problem, action = null) {
  const { code } = problem;
  const values = { limit: size(limits.upload_bytes), kind: problem.more?.kind ? t(`kind.${problem.more.kind}`) : "" };
  const what = values.kind ? t("failure.unsupported-kind", values) : has(`failure.${code}`) ? t(`failure.${code}`, values) : t("failure.unknown");
  const help = t(has(`help.${code}`) ? `help.${code}` : "help.unknown", values);
  const reason = problem.reason ?? problem.detail;
  return h("div", { class: "note bad" },
    h("p", {}, h("strong", {}, what)),
    h("p", { class: "do" }, help),
    reason && reason !== code && h("details", { class: "small" }, h("summary", {}, t("details")), h("p", {}, `${code}: ${reason}`)),
    action && h("div", { class: "actions" }, action));
}

export function warningNote(warnings) {
  return h("div", { class: "note warn" },
    h("p", {}, h("strong", {}, t("warnings", { count: warnings.length }))),
    h("ul", { class: "warnings" }, warnings.map((each) => h("li", {},
      t(has(`warning.${each.code}`) ? `warning.${each.code}` : "warning.unknown"),
      each.page ? ` ${t("on-page", { page: each.page })}` : "",
      h("span", { class: "quiet small" }, ` ${each.message}`)))));
}

/** The state of a document as a tag; nothing where all is well. */
export function stateTag(state) {
  const kinds = { failed: "bad", deleted: "bad", indexed: "good" };
  return h("span", { class: `tag ${kinds[state] ?? "warn"}` }, named("state", state));
}

/** A full-width state: a picture, what it is, what to do. */
export function emptyState(title, text, ...actions) {
  return h("div", { class: "state" }, h("strong", {}, title), h("p", {}, text), actions.length ? h("div", { class: "row" }, ...actions) : null);
}

/** What stands in place of what could not be loaded. */
export function problemState(problem, again) {
  if (!(problem instanceof Problem)) reportError(problem);
  const retry = h("button", { type: "button", class: "button primary", onclick: again }, t("again"));
  if (problem.status === 0) return emptyState(t("lost.title"), t("lost.text"), retry);
  if (problem.status === 404) return emptyState(t("gone.title"), t("gone.text"), h("a", { class: "button", href: "#/" }, t("home")));
  if (problem.status === 403) return emptyState(t("forbidden.title"), t("forbidden.text"), h("a", { class: "button", href: "#/" }, t("home")));
  return emptyState(t("broken.title"), `${t("broken.text")} ${problem.detail ?? problem.message}`, retry);
}
