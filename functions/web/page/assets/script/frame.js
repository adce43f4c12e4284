// What stays while views change: the bar, the banner of a lost connection, the toasts, the voice for screen readers.

import { brand, h, symbolButton } from "./dom.js";
import { t } from "./words.js";
import { languagePicker } from "./session.js";

export class Frame {
  constructor({ scopes, signOut }) {
    const links = [["home", "#/"], ...(scopes.includes("operate") ? [["operations", "#/operations"]] : [])];
    this.links = links.map(([view, href]) => h("a", { href, data: { view } }, t(view)));
    this.state = h("span", { class: "link-state", data: { state: "opening" } }, h("span", { class: "long" }, t("live.opening")));
    this.banner = h("div", { class: "banner", role: "status", hidden: true });
    this.voice = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
    this.toasts = h("div", { class: "toasts" });
    this.main = h("main", { id: "main", tabindex: "-1" });
    this.element = [
      h("a", { class: "skip", href: "#main", onclick: (event) => { event.preventDefault(); this.main.focus(); } }, t("skip")),
      h("header", { class: "bar" }, brand(), h("nav", { "aria-label": t("views") }, this.links), h("div", { class: "bar-end" }, this.state, languagePicker(), symbolButton("out", t("sign-out"), signOut))),
      this.banner, this.main, this.toasts, this.voice,
    ];
  }

  /** Put a view in; focus goes there, save at the first time. */
  show(view, element, title) {
    for (const link of this.links) {
      if (link.dataset.view === view) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = title ? `${title} · Docstream` : "Docstream";
    const first = !this.main.hasChildNodes();
    this.main.replaceChildren(element);
    scrollTo(0, 0);
    if (!first) this.main.focus({ preventScroll: true });
  }

  connection(state) {
    this.state.dataset.state = state;
    this.state.firstChild.textContent = t(`live.${state}`);
    this.banner.hidden = state !== "lost";
    if (state === "lost") this.banner.replaceChildren(h("strong", {}, t("lost.title")), t("lost.banner"));
  }

  say(text) {
    this.voice.textContent = text;
  }

  toast(text, { action = null, label = "" } = {}) {
    const shown = h("div", { class: "toast" }, h("span", {}, text), action && h("button", { type: "button", onclick: () => { shown.remove(); action(); } }, label));
    this.toasts.append(shown);
    this.say(text);
    setTimeout(() => shown.remove(), 8000);
  }
}
