// The text of a document, which is Markdown, as elements; and a quote found in it.

import { h } from "./dom.js";
import { t } from "./words.js";

const PAGE = /^<!-- page (\d+) -->$/;
const RULE = /^\|( ?:?-+:? ?\|)+$/;

export function markdown(source) {
  const lines = source.split("\n");
  const blocks = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at].trimEnd();
    const take = (like) => {
      const first = at;
      while (at + 1 < lines.length && like.test(lines[at + 1])) at += 1;
      return lines.slice(first, at + 1);
    };
    const page = PAGE.exec(line);
    const heading = /^(#{1,6}) (.+)/.exec(line);
    if (!line) continue;
    if (page) blocks.push(h("p", { class: "page-mark label" }, t("page", { page: page[1] })));
    else if (heading) blocks.push(h(heading[1].length < 3 ? "h2" : "h3", {}, inline(heading[2])));
    else if (line.startsWith("|")) blocks.push(table(take(/^\|/)));
    else if (/^[-*+] /.test(line)) blocks.push(h("ul", {}, take(/^([-*+] | {2,}\S)/).map((each) => h("li", {}, inline(each.replace(/^\s*[-*+] /, ""))))));
    else if (/^\d+[.)] /.test(line)) blocks.push(h("ol", {}, take(/^(\d+[.)] | {2,}\S)/).map((each) => h("li", { value: parseInt(each, 10) || null }, inline(each.replace(/^\s*\d+[.)] /, ""))))));
    else if (line.startsWith("```")) blocks.push(h("pre", { class: "code" }, fenced(lines, at).join("\n"))), (at += fenced(lines, at).length + 1);
    else blocks.push(h("p", {}, inline(take(/^(?![#|]|<!--|```|[-*+] |\d+[.)] )\S/).join("\n"))));
  }
  return blocks;
}

function fenced(lines, at) {
  const end = lines.indexOf("```", at + 1);
  return lines.slice(at + 1, end < 0 ? lines.length : end);
}

function table(lines) {
  const cells = (line) => line.replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((each) => inline(each.trim().replaceAll("\\|", "|")));
  const [head, ...body] = lines.filter((line) => !RULE.test(line));
  return h("div", { class: "scroll" }, h("table", { class: "table" }, h("thead", {}, h("tr", {}, cells(head).map((each) => h("th", { scope: "col" }, each)))), h("tbody", {}, body.map((line) => h("tr", {}, cells(line).map((each) => h("td", {}, each)))))));
}

/** Bold, emphasis and code; a link shows its words, since it leads to another host. */
function inline(source) {
  return source.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part) => {
    if (part.startsWith("**") && part.length > 4) return h("strong", {}, part.slice(2, -2));
    if (part.startsWith("`") && part.length > 2) return h("code", { class: "code" }, part.slice(1, -1));
    return part.replaceAll(/\\([\\`*_{}[\]()#+.!-])/g, "$1");
  });
}

/** Mark the first place of a quote within one text node; takes an earlier mark away. */
export function quoted(root, quote, go) {
  for (const mark of root.querySelectorAll("mark")) {
    mark.replaceWith(...mark.childNodes);
    root.normalize();
  }
  if (!quote) return;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(quote);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + quote.length);
    const mark = h("mark");
    range.surroundContents(mark);
    if (go) mark.scrollIntoView({ block: "center", behavior: "smooth" });
    return;
  }
}
