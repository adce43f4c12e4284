// Files and folders, dropped anywhere or picked; what systems leave in folders is passed over.

import { h, icon } from "./dom.js";
import { t } from "./words.js";

const LEFT_BEHIND = /^(\.|Thumbs\.db$|desktop\.ini$|~\$)/;

/** Calls `take` with the files; returns the veil to put into the page. */
export function dropAnywhere(take) {
  const veil = h("div", { class: "veil", hidden: true, "aria-hidden": "true" },
    h("div", {}, icon("up", 44), h("strong", {}, t("drop.here")), h("p", {}, t("drop.what"))));
  // What is left is what was entered last only where the drag leaves the window or is called off.
  let over = null;
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    over = event.target;
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.target === over) veil.hidden = true;
  });
  addEventListener("dragover", (event) => carries(event) && event.preventDefault());
  addEventListener("drop", async (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    veil.hidden = true;
    take(await dropped(event.dataTransfer));
  });
  return veil;
}

async function dropped(transfer) {
  // The list is emptied as soon as this task ends, so it is read before the first wait.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const plain = [...transfer.files];
  const found = entries.length ? (await Promise.all(entries.map(walked))).flat() : plain;
  return found.filter(wanted);
}

async function walked(entry) {
  if (entry.isFile) return new Promise((resolve) => entry.file((file) => resolve([file]), () => resolve([])));
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!some.length) return found;
    found.push(...(await Promise.all(some.filter((each) => !LEFT_BEHIND.test(each.name)).map(walked))).flat());
  }
}

const wanted = (file) => !LEFT_BEHIND.test(file.name);

/** A button that opens the system's dialogue for files, or for one folder. */
export function picker(label, symbol, take, { folder = false, kind = "" } = {}) {
  const input = h("input", { type: "file", multiple: true, webkitdirectory: folder, class: "unseen", tabindex: "-1", "aria-hidden": "true",
    onchange: () => {
      take([...input.files].filter(wanted));
      input.value = "";
    } });
  return h("span", {}, h("button", { type: "button", class: `button ${kind}`, onclick: () => input.click() }, icon(symbol, 16), label), input);
}
