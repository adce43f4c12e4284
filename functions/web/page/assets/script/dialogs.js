// Questions before what cannot be taken back. The browser's own dialog holds the focus and closes with Escape.

import { button, h } from "./dom.js";
import { t } from "./words.js";

/** Resolves with the values of the named inputs in `content`, or null when it is called off. */
export function ask({ title, text, content = [], yes, kind = "primary" }) {
  return new Promise((resolve) => {
    const form = h("form", { method: "dialog", onsubmit: () => { outcome = Object.fromEntries(new FormData(form)); } },
      h("h2", { id: "dialog-title" }, title), text && h("p", { class: "quiet" }, text), content,
      h("div", { class: "row" }, button(t("cancel"), () => dialog.close()), h("button", { type: "submit", class: `button ${kind}` }, yes)));
    let outcome = null;
    const dialog = h("dialog", { "aria-labelledby": "dialog-title", onclose: () => { dialog.remove(); resolve(outcome); } }, form);
    document.body.append(dialog);
    dialog.showModal();
  });
}
