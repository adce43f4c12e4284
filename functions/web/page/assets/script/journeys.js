// What is known of one document from its events, whatever their order and however often each comes; pure.

export const STEPS = ["classify", "extract", "index"];
const ENDS = { classify: "document.classified", extract: "document.extracted", index: "document.indexed" };
export const TERMINAL = new Set(["indexed", "failed", "deleted"]);

/** An event of the live feed or of a history in one shape. */
export function event(given, name = given.event) {
  return {
    id: given.id, name, sequence: Number(given.sequence), run: Number(given.run), at: Date.parse(given.time), data: given.data,
    document: given.subject, correlation: given.correlationid,
  };
}

export class Journey {
  #events = new Map();
  #progress = null;
  /** When something last came, by this machine's clock in milliseconds. */
  heard = performance.now();

  /** Returns whether this was new. */
  add(happened) {
    if (this.#events.has(happened.id)) return false;
    this.#events.set(happened.id, happened);
    this.heard = performance.now();
    return true;
  }

  /** What a stage says of itself; it counts until the stage's event is there. */
  progress(said) {
    if (said.run === this.run && this.#progress?.stage !== said.stage) this.heard = performance.now();
    this.#progress = said;
  }

  get events() {
    return [...this.#events.values()].sort((a, b) => a.sequence - b.sequence);
  }

  get run() {
    return Math.max(0, ...[...this.#events.values()].map((each) => each.run));
  }

  /** Everything a card shows. */
  view() {
    const events = this.events.filter((each) => each.run === this.run);
    const of = (name) => events.findLast((each) => each.name === name);
    const failed = of("document.failed");
    const last = events.at(-1);
    const state = of("document.deleted") ? "deleted" : failed ? "failed" : of("document.indexed") ? "indexed"
      : of("document.extracted") ? "extracted" : of("document.classified") ? "classified" : "uploaded";
    const classified = of("document.classified")?.data ?? {};
    const warnings = new Map(events.flatMap((each) => each.data.warnings ?? []).map((each) => [`${each.code} ${each.page} ${each.message}`, each]));
    return {
      state,
      run: this.run,
      filename: this.events.find((each) => each.name === "document.uploaded")?.data.filename,
      category: classified.category,
      confidence: classified.confidence,
      pages: of("document.extracted")?.data.pages ?? null,
      steps: steps(events, state, failed, this.#working(state)),
      working: this.#working(state),
      warnings: [...warnings.values()],
      failure: failed?.data ?? null,
      seconds: events.length ? (last.at - events[0].at) / 1000 : null,
    };
  }

  #working(state) {
    const said = this.#progress;
    if (!said || said.run !== this.run || TERMINAL.has(state)) return null;
    const next = { uploaded: "classify", classified: "extract", extracted: "index" }[state];
    return said.stage === next ? { stage: next, page: said.page ?? null, pages: said.pages ?? null } : null;
  }
}

/** Each step as done (with seconds), working, waiting, failed or left out. A run may begin in the middle. */
function steps(events, state, failed, working) {
  const times = Object.fromEntries(events.map((each) => [each.name, each.at]));
  let began = events[0]?.at;
  return STEPS.map((stage) => {
    const ended = times[ENDS[stage]];
    if (ended !== undefined) {
      const took = (ended - began) / 1000;
      began = ended;
      return { stage, state: "done", seconds: took };
    }
    if (failed?.data.stage === stage) return { stage, state: "failed", seconds: (failed.at - began) / 1000 };
    if (failed || state === "deleted") return { stage, state: "skipped", seconds: null };
    const next = { uploaded: "classify", classified: "extract", extracted: "index" }[state];
    return { stage, state: stage === next ? (working ? "working" : "next") : "waiting", seconds: null };
  });
}
