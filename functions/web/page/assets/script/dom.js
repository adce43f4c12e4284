// Elements are built, never parsed: no text becomes markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with properties (on*: listeners, data: dataset, others: attributes) and children, null ones left out. */
export function h(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

const PATHS = {
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 4 4",
  up: "M12 16V4m0 0 4.500 4.500M12 4 7.500 8.500M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3",
  close: "m6 6 12 12M18 6 6 18",
  check: "m5 12.500 4.500 4.500L19 7",
  back: "M19 12H5m0 0 6-6m-6 6 6 6",
  down: "M12 4v12m0 0 4.500-4.500M12 16l-4.500-4.500M4 20h16",
  edit: "m4 20 .8-4L16.500 4.300a1.500 1.500 0 0 1 2.100 0l1.100 1.100a1.500 1.500 0 0 1 0 2.100L8 19.200 4 20Z",
  again: "M19.500 12a7.500 7.500 0 1 1-2.200-5.300L20 9.400M20 4v5.400h-5.400",
  bin: "M4 7h16M10 11v6m4-6v6M6 7l1 12a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1l1-12M9 7V4.500h6V7",
  warn: "M12 9v4.500m0 3v.01M10.700 4.200 2.900 18a1.500 1.500 0 0 0 1.300 2.200h15.600a1.500 1.500 0 0 0 1.300-2.200L13.300 4.200a1.500 1.500 0 0 0-2.600 0Z",
  file: "M6 3.500h7.500L19 9v11a.5.5 0 0 1-.5.5h-12A.5.5 0 0 1 6 20V3.500Zm7 0V9h6",
  folder: "M3.500 6a1 1 0 0 1 1-1h4.600l2 2.500h8.400a1 1 0 0 1 1 1V18a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V6Z",
  plus: "M12 5v14M5 12h14",
  out: "M14 4H5.500a.5.5 0 0 0-.5.5v15a.5.5 0 0 0 .5.5H14m-4-8h10m0 0-4-4m4 4-4 4",
  filter: "M4 6h16M7 12h10m-7 6h4",
  link: "M9.500 14.500a4 4 0 0 0 5.600 0l3.300-3.300a4 4 0 0 0-5.600-5.600l-1 1m2.700 2.900a4 4 0 0 0-5.600 0l-3.300 3.300a4 4 0 0 0 5.600 5.600l1-1",
};

export function icon(name, size = 18) {
  const drawn = document.createElementNS(SVG, "svg");
  filled(drawn, { viewBox: "0 0 24 24", width: size, height: size, fill: "none", "aria-hidden": "true" }, [
    filled(document.createElementNS(SVG, "path"), {
      d: PATHS[name], stroke: "currentColor", "stroke-width": "1.8", "stroke-linecap": "round", "stroke-linejoin": "round",
    }, []),
  ]);
  return drawn;
}

export function svg(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

export function brand() {
  const mark = svg("svg", { viewBox: "0 0 32 32", "aria-hidden": "true" },
    svg("rect", { width: 32, height: 32, rx: 8, fill: "var(--accent)" }),
    svg("path", { d: "M8 11.500h10M8 16.500h16M8 21.500h8", fill: "none", stroke: "var(--on-accent)", "stroke-width": 2.4, "stroke-linecap": "round" }));
  return h("a", { class: "brand", href: "#/" }, mark, "Docstream");
}

export function button(label, onclick, { kind = "", symbol = null, ...more } = {}) {
  return h("button", { type: "button", class: `button ${kind}`, onclick, ...more }, symbol && icon(symbol, 16), label);
}

/** A button that shows only a symbol; its label is for screen readers and the tooltip. */
export function symbolButton(symbol, label, onclick, more = {}) {
  return h("button", { type: "button", class: "button plain tiny", "aria-label": label, title: label, onclick, ...more }, icon(symbol, 16));
}
