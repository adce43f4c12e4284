// Files on their way in: a few at a time, each under a key of its own, so that a repeated request changes nothing.

import { Problem, told } from "./api.js";
import { event, Journey } from "./journeys.js";
import { get } from "./api.js";
import { refusal } from "./refuse.js";

const AT_ONCE = 3;
const WAITS = [1000, 2000, 5000, 10_000];
const KEPT = "docstream-uploads";
const MOST_KEPT = 200;

/** One file. state: checking, refused, queued, sending, waiting (for the server), accepted, known (a duplicate). */
export class Upload {
  sent = 0;
  tries = 0;
  state = "checking";
  problem = null;
  document = null;
  journey = new Journey();

  constructor(file, batch) {
    this.file = file;
    this.name = file.name;
    this.batch = batch;
    this.key = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  }

  /** Nothing more will happen to it. */
  get over() {
    return ["refused", "known"].includes(this.state) || (this.state === "accepted" && ["indexed", "failed", "deleted"].includes(this.journey.view().state));
  }
}

/** Tells "change" with the upload as detail, and "added". */
export class Uploads extends EventTarget {
  all = [];
  #queue = [];
  #active = 0;
  #early = [];

  constructor(limits) {
    super();
    this.limits = limits;
    addEventListener("online", () => this.#go());
  }

  async add(files) {
    const batch = crypto.randomUUID?.() ?? null;
    const fresh = [...files].map((file) => new Upload(file, batch));
    this.all.unshift(...fresh);
    this.dispatchEvent(new Event("added"));
    for (const each of fresh) {
      const refused = await refusal(each.file, this.limits);
      if (refused) this.#refuse(each, new Problem(415, refused));
      else {
        each.state = "queued";
        this.#queue.push(each);
        this.#go();
      }
      this.#tell(each);
    }
  }

  again(upload) {
    Object.assign(upload, { state: "queued", problem: null, tries: 0 });
    this.#queue.push(upload);
    this.#go();
    this.#tell(upload);
  }

  clear() {
    this.all = this.all.filter((each) => !each.over);
    this.#keep();
    this.dispatchEvent(new Event("added"));
  }

  /** An event of the live feed; returns the upload it belongs to. */
  happened(name, data) {
    const document = name === "document.progress" ? data.document_id : data.subject;
    const upload = this.all.find((each) => each.document === document);
    if (!upload) {
      // The first events may come before the answer to the upload.
      if (this.#active) this.#early = [...this.#early.slice(-500), { name, data, document }];
      return null;
    }
    if (name === "document.progress") upload.journey.progress(data);
    else if (!upload.journey.add(event(data, name))) return null;
    this.#tell(upload);
    return upload;
  }

  /** Ask for what may have been missed. */
  async catchUp() {
    await Promise.all(this.all.filter((each) => each.state === "accepted" && !each.over).map((each) => this.#history(each)));
  }

  /** After a reload: the documents this tab has sent. */
  async recall() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    this.all = kept.map(({ name, document }) => Object.assign(new Upload({ name, size: 0 }, null), { state: "accepted", document }));
    if (kept.length) this.dispatchEvent(new Event("added"));
    await this.catchUp();
  }

  async #history(upload) {
    try {
      const { events } = await get(`/documents/${upload.document}/history`);
      for (const each of events) upload.journey.add(event(each));
    } catch (error) {
      if (error.status === 404) this.all = this.all.filter((each) => each !== upload);
    }
    this.#tell(upload);
  }

  #go() {
    while (this.#active < AT_ONCE && this.#queue.length) this.#send(this.#queue.shift());
  }

  async #send(upload) {
    this.#active += 1;
    Object.assign(upload, { state: "sending", sent: 0 });
    this.#tell(upload);
    try {
      this.#accepted(upload, await posted(upload, () => this.#tell(upload)));
    } catch (problem) {
      if (problem.status === 0 || problem.status === 429 || problem.status >= 500) this.#later(upload, problem);
      else this.#refuse(upload, problem);
    } finally {
      this.#active -= 1;
      this.#go();
    }
  }

  #accepted(upload, answer) {
    upload.document = answer.document_id;
    upload.state = answer.duplicate_of ? "known" : "accepted";
    for (const { name, data } of this.#early.filter((each) => each.document === upload.document)) this.happened(name, data);
    this.#keep();
    this.#tell(upload);
    if (upload.state === "accepted") this.#history(upload);
  }

  #later(upload, problem) {
    Object.assign(upload, { state: "waiting", problem });
    const wait = (problem.retryAfter ?? 0) * 1000 || WAITS[Math.min(upload.tries++, WAITS.length - 1)];
    setTimeout(() => {
      this.#queue.push(upload);
      this.#go();
    }, wait);
    this.#tell(upload);
  }

  #refuse(upload, problem) {
    Object.assign(upload, { state: "refused", problem });
    if (problem.status === 401) told.dispatchEvent(new CustomEvent("signed-out", { detail: problem }));
    this.#tell(upload);
  }

  #keep() {
    const kept = this.all.filter((each) => each.document).slice(0, MOST_KEPT);
    sessionStorage.setItem(KEPT, JSON.stringify(kept.map(({ name, document }) => ({ name, document }))));
  }

  #tell(upload) {
    this.dispatchEvent(new CustomEvent("change", { detail: upload }));
  }
}

/** The answer to one upload; raises Problem. fetch tells no progress of what it sends, so this is an XMLHttpRequest. */
function posted(upload, progressed) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/upload");
    request.responseType = "json";
    request.setRequestHeader("X-Filename", encodeURIComponent(upload.name));
    request.setRequestHeader("Idempotency-Key", upload.key);
    if (upload.batch) request.setRequestHeader("X-Correlation-Id", upload.batch);
    request.upload.onprogress = (sent) => {
      upload.sent = sent.loaded;
      progressed();
    };
    request.onerror = () => reject(new Problem(0));
    request.onload = () => {
      if (request.status === 202) resolve(request.response);
      else reject(new Problem(request.status, request.response ?? {}, Number(request.getResponseHeader("Retry-After")) || null));
    };
    request.send(upload.file);
  });
}
