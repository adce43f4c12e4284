// The pages as pictures, with a box where a field stands; or the text, where there are no pictures.

import { text } from "./api.js";
import { button, h } from "./dom.js";
import { markdown, quoted } from "./markdown.js";
import { t } from "./words.js";

const AT_ONCE = 20;

export class Viewer {
  #pages = new Map();
  #shown = null;
  #text = null;

  constructor(path) {
    this.path = path;
    this.tabs = h("div", { class: "segments", role: "radiogroup", "aria-label": t("document.shown") });
    this.place = h("div", { class: "sheets", tabindex: "0", role: "group", "aria-label": t("document.pages") });
    this.element = h("div", { class: "viewer" }, this.tabs, this.place);
  }

  show(shown) {
    const same = this.#shown?.id === shown.id && this.#shown.run === shown.run && this.#shown.pages === shown.pages && this.#shown.state === shown.state;
    this.#shown = shown;
    if (same) return;
    this.#text = null;
    const views = shown.links.picture ? ["pages", "text"] : ["text"];
    this.tabs.hidden = views.length === 1;
    this.tabs.replaceChildren(...views.map((view) => h("label", {}, h("input", { type: "radio", name: "sheet", value: view, checked: view === views[0], onchange: () => this.#view(view) }), h("span", {}, t(`document.${view}`)))));
    this.#view(views[0]);
  }

  /** Show where a field stands, or nothing; with `go` also bring it into sight. */
  point(field, go = false) {
    for (const box of this.place.querySelectorAll(".box")) box.remove();
    if (this.#text) quoted(this.#text, field?.quote, go);
    const page = field && this.#pages.get(field.page);
    if (!page) return;
    if (field.box) {
      const [x0, y0, x1, y1] = field.box;
      const box = h("div", { class: "box" });
      Object.assign(box.style, { left: `${x0 * 100}%`, top: `${y0 * 100}%`, width: `${(x1 - x0) * 100}%`, height: `${(y1 - y0) * 100}%` });
      page.append(box);
    }
    if (go) (page.querySelector(".box") ?? page).scrollIntoView({ block: "center", behavior: "smooth" });
  }

  async #view(view) {
    this.#pages.clear();
    if (view === "pages") {
      this.#text = null;
      this.place.replaceChildren();
      return this.#more(1);
    }
    try {
      this.#text = h("article", { class: "card sheet-text" }, markdown(await text(`${this.path}/text`)));
      this.place.replaceChildren(this.#text);
    } catch (problem) {
      const key = problem.code === "not-made" ? "document.not-made" : "document.not-yet";
      this.place.replaceChildren(h("div", { class: "card panel quiet" }, t(key)));
    }
  }

  #more(first) {
    const { pages, filename } = this.#shown;
    const last = Math.min(pages ?? 1, first + AT_ONCE - 1);
    for (let number = first; number <= last; number += 1) {
      const picture = h("img", { src: `/api${this.path}/pages/${number}.png`, alt: t("document.picture", { page: number, name: filename }), loading: number > 2 ? "lazy" : "eager", decoding: "async" });
      const page = h("figure", { class: "sheet", "aria-busy": "true" }, picture);
      picture.onload = () => page.removeAttribute("aria-busy");
      picture.onerror = () => page.replaceChildren(h("figcaption", { class: "quiet small" }, t("document.no-picture")));
      this.#pages.set(number, page);
      this.place.append(page);
    }
    if (last < (pages ?? 1)) {
      const further = button(t("document.more-pages"), () => {
        further.remove();
        this.#more(last + 1);
      });
      this.place.append(further);
    }
  }
}
