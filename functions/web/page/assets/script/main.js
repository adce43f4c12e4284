// The start: language, session, live feed, and which view the address asks for.

import { about, send, told } from "./api.js";
import { Cards } from "./cards.js";
import { dropAnywhere } from "./drop.js";
import { Frame } from "./frame.js";
import { Home } from "./home.js";
import { Live } from "./live.js";
import { allow } from "./notes.js";
import { parse } from "./route.js";
import * as session from "./session.js";
import { Uploads } from "./upload.js";
import * as words from "./words.js";
import { t } from "./words.js";

const key = session.keyFromAddress();
const [, installation, who] = await Promise.all([words.load(), about(), signedIn(key)]);
allow(installation.limits);
await run(who.scopes ? who : await session.signIn(who.why));

/** What the caller may do, or why nobody is signed in. */
async function signedIn(given) {
  try {
    return await (given ? session.open(given) : session.current());
  } catch (problem) {
    return { why: problem.status === 0 || problem.status >= 500 ? "lost.text" : given ? "sign-in.wrong" : null };
  }
}

async function run({ scopes }) {
  const live = new Live();
  const uploads = new Uploads(installation.limits);
  const frame = new Frame({ scopes, signOut: () => leave(null) });
  const may = { read: scopes.includes("read"), write: scopes.includes("write"), operate: scopes.includes("operate") };
  const shared = { live, uploads, frame, installation, may, reprocess };
  const cards = new Cards(uploads, { again: (upload) => uploads.again(upload), reprocess });
  const home = new Home(shared, cards);
  let shown = null;

  document.body.replaceChildren(...frame.element, may.write ? dropAnywhere(take) : "");
  live.addEventListener("state", () => {
    frame.connection(live.state);
    // A feed does not say why it was refused: an ended session shows here.
    if (live.state === "lost") session.current().catch(() => {});
  });
  live.addEventListener("event", ({ detail: { name, data } }) => tell(uploads.happened(name, data), name));
  live.addEventListener("gap", () => uploads.catchUp());
  addEventListener("offline", () => live.lost());
  addEventListener("online", () => live.start());
  addEventListener("hashchange", show);
  told.addEventListener("signed-out", ({ detail }) => leave(detail.code === "session-expired" ? "sign-in.expired" : "sign-in.ended"), { once: true });
  await show();
  live.start();
  uploads.recall();
  performance.mark("interactive");

  function take(files) {
    if (files.length === 0) return frame.toast(t("drop.nothing"));
    if (parse(location.hash).view !== "home") location.hash = "#/";
    uploads.add(files);
  }
  shared.take = take;

  function tell(upload, name) {
    const outcome = { "document.indexed": "said.indexed", "document.failed": "said.failed" }[name];
    if (upload && outcome) frame.say(t(outcome, { name: upload.name }));
  }

  async function reprocess(id, from = "classify") {
    try {
      await send("POST", `/documents/${id}/reprocess?from=${from}`);
      frame.toast(t("reprocess.begun"));
    } catch (problem) {
      frame.toast(problem.detail || t("lost.title"));
    }
  }

  async function show() {
    const { view, id, asked } = parse(location.hash);
    shown?.leave?.();
    if (view === "documents" && id) {
      const { DocumentView } = await import("./document.js");
      shown = new DocumentView(shared, id);
    } else if (view === "operations" && may.operate) {
      const { OperationsView } = await import("./operations.js");
      shown = new OperationsView(shared);
    } else {
      shown = home;
      home.ask(asked);
    }
    frame.show(shown === home ? "home" : view, shown.element, shown.title);
    shown.shown?.();
  }

  /** Back to the form; what the page knew goes with it. */
  async function leave(why) {
    live.stop();
    if (why === null) {
      await session.close().catch(() => {});
      sessionStorage.clear();
    }
    shown?.leave?.();
    removeEventListener("hashchange", show);
    const next = await session.signIn(why);
    if (next) location.reload();
  }
}
