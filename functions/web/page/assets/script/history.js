// What happened to a document, run by run, as a timeline.

import { h } from "./dom.js";
import { event } from "./journeys.js";
import { instant, named, seconds, t } from "./words.js";

export function timeline(events) {
  let before = null;
  let run = 0;
  return h("ol", { class: "timeline" }, events.flatMap((given) => {
    const happened = event(given);
    const took = before && happened.run === run ? (happened.at - before) / 1000 : null;
    const heading = happened.run === run ? [] : [h("li", { class: "label run" }, t("document.run", { run: happened.run }))];
    before = happened.at;
    run = happened.run;
    return [...heading, h("li", { data: { name: happened.name } },
      h("span", {}, t(`event.${happened.name}`, { category: named("category", happened.data.category ?? "other") })),
      h("time", { class: "quiet small number", datetime: given.time, title: instant(given.time) }, took === null ? instant(given.time) : `+${seconds(took)}`),
      detail(happened) && h("span", { class: "quiet small detail" }, detail(happened)))];
  }));
}

function detail({ name, data }) {
  if (name === "document.failed") return `${data.code}: ${data.reason}`;
  if (name !== "document.corrected") return null;
  const fields = Object.entries(data.fields ?? {}).map(([field, value]) => `${named("field", field)}: ${value ?? "–"}`);
  return [data.category && named("category", data.category), ...fields].filter(Boolean).join(", ");
}
