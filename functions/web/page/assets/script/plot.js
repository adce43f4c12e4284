// A live plot of one value over the last minutes; the same in words for who cannot see it.

import { h, svg } from "./dom.js";
import { t } from "./words.js";

const WIDTH = 320;
const HEIGHT = 88;
const ROOM = 6;

export class Plot {
  #points = [];

  constructor(name, format, span, { dots = false } = {}) {
    Object.assign(this, { name, format, span, dots });
    this.value = h("strong", { class: "now-value number" }, "–");
    this.top = h("span", { class: "quiet small number" });
    this.drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": name });
    this.element = h("section", { class: "card panel plot" }, h("h2", { class: "label" }, name), this.value, h("div", { class: "canvas" }, this.drawing, this.top));
  }

  add(at, value) {
    this.#points.push([at, value]);
    this.draw(at);
  }

  draw(now) {
    this.#points = this.#points.filter(([at]) => at > now - this.span);
    const last = this.#points.at(-1);
    const shown = last ? this.format(last[1]) : t("operations.no-data");
    this.value.textContent = last ? shown : "–";
    this.drawing.setAttribute("aria-label", t("operations.plot", { name: this.name, value: shown }));
    const most = Math.max(1, ...this.#points.map(([, value]) => value)) * 1.1;
    this.top.textContent = this.#points.some(([, value]) => value) ? this.format(most / 1.1) : "";
    const places = this.#points.map(([at, value]) => [((at - now + this.span) / this.span) * WIDTH, HEIGHT - ROOM - (value / most) * (HEIGHT - 2 * ROOM)]);
    this.drawing.replaceChildren(svg("line", { class: "ground", x1: 0, x2: WIDTH, y1: HEIGHT - ROOM, y2: HEIGHT - ROOM }), ...(this.dots ? places.map(dot) : line(places)));
  }
}

const dot = ([x, y]) => svg("path", { class: "dot", d: `M${x.toFixed(1)} ${y.toFixed(1)}h0` });

function line(places) {
  if (places.length === 0) return [];
  const path = places.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
  const area = `M${places[0][0].toFixed(1)} ${HEIGHT - ROOM}L${path}L${places.at(-1)[0].toFixed(1)} ${HEIGHT - ROOM}Z`;
  return [svg("path", { class: "area", d: area }), svg("path", { class: "curve", d: `M${path}` })];
}
