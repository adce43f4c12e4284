// Signing in: an API key becomes a cookie that scripts cannot read; the key itself is kept nowhere.

import { send, get } from "./api.js";
import { brand, h } from "./dom.js";
import { languages, language, choose, t } from "./words.js";

/** The key in `#key=…`, as `make demo` prints it; it is gone from the address before anything else happens. */
export function keyFromAddress() {
  const found = /^#key=([\w-]+)$/.exec(location.hash);
  if (!found) return null;
  history.replaceState(null, "", "#/");
  return found[1];
}

export const open = (key) => send("POST", "/session", { key });
export const close = () => send("DELETE", "/session");
export const current = () => get("/session");

/** The form; resolves with {tenant, scopes} once a key is accepted. `why` is a key of words, or null. */
export function signIn(why) {
  return new Promise((resolve) => {
    const key = h("input", { class: "input code", type: "password", name: "key", required: true, autocomplete: "current-password", spellcheck: "false", "aria-describedby": "key-help" });
    const wrong = h("p", { class: "note bad", role: "alert", hidden: true });
    const enter = h("button", { class: "button primary", type: "submit" }, t("sign-in"));
    const form = h("form", { class: "card", onsubmit: submit },
      brand(),
      h("div", {}, h("h1", {}, t("sign-in.title")), h("p", { class: "quiet", id: "key-help" }, t("sign-in.text"))),
      why && h("p", { class: "note warn", role: "status" }, t(why)),
      wrong,
      h("label", { class: "field" }, h("span", {}, t("sign-in.key")), key),
      enter, languagePicker());
    document.body.replaceChildren(h("main", { class: "sign-in", tabindex: "-1" }, form));
    document.title = `${t("sign-in")} · Docstream`;
    key.focus();

    async function submit(event) {
      event.preventDefault();
      enter.disabled = true;
      wrong.hidden = true;
      try {
        resolve(await open(key.value.trim()));
      } catch (problem) {
        wrong.textContent = t(problem.status === 0 ? "lost.text" : problem.status < 500 ? "sign-in.wrong" : "broken.text");
        wrong.hidden = false;
        key.select();
      } finally {
        enter.disabled = false;
      }
    }
  });
}

export function languagePicker() {
  const options = languages().map(([tag, name]) => h("option", { value: tag, lang: tag, selected: tag === language() }, name));
  return h("select", { class: "select tiny", "aria-label": t("language"), onchange: (event) => choose(event.target.value) }, options);
}
