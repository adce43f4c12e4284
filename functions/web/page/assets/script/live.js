// The live feed of everything: one EventSource that resumes after every cut, without a gap and without a repetition.

const NAMES = [
  "uploaded", "classified", "extracted", "indexed", "failed", "deleted", "reprocess-requested", "corrected", "progress",
].map((each) => `document.${each}`);
const FIRST_WAIT = 250;
const LONGEST_WAIT = 10_000;
const REMEMBERED = 2_000;

/** Tells "event" {name, data}, "state" (opening, open, lost) and "gap" when events may have been missed. */
export class Live extends EventTarget {
  #source = null;
  #last = null;
  #wait = FIRST_WAIT;
  #timer = null;
  #seen = new Set();
  #ever = false;
  state = "opening";

  start() {
    clearTimeout(this.#timer);
    this.#source?.close();
    const resume = this.#last ? `?after=${encodeURIComponent(this.#last)}` : "";
    const source = this.#source = new EventSource(`/api/events${resume}`);
    source.onopen = () => this.#opened();
    source.onerror = () => this.#cut(source);
    for (const name of NAMES) source.addEventListener(name, (message) => this.#heard(name, message));
  }

  stop() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  /** The browser says that it has no network; what is open may not know yet. */
  lost() {
    this.#become("lost");
  }

  #opened() {
    this.#wait = FIRST_WAIT;
    // Without a place to resume at, what happened meanwhile has to be asked for.
    if (this.#ever && !this.#last) this.dispatchEvent(new Event("gap"));
    this.#ever = true;
    this.#become("open");
  }

  #cut(source) {
    source.close();
    if (source !== this.#source) return;
    // A window of the feed ends by itself: only a cut that lasts is worth a word.
    if (this.#wait > FIRST_WAIT || !navigator.onLine) this.#become("lost");
    this.#timer = setTimeout(() => this.start(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  #heard(name, message) {
    if (message.lastEventId && name !== "document.progress") {
      if (this.#seen.has(message.lastEventId)) return;
      this.#seen.add(this.#last = message.lastEventId);
      if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.values().next().value);
    }
    this.dispatchEvent(new CustomEvent("event", { detail: { name, data: JSON.parse(message.data) } }));
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}
