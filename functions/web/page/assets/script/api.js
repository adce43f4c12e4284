// Every call of the API. What goes wrong is a Problem; that nobody is signed in any more is told to all.

export const told = new EventTarget();
/** Tells "signed-out" with the problem as detail. */

export class Problem extends Error {
  /** status 0 is a server that could not be reached. */
  constructor(status, { code = "unreachable", detail = "", ...more } = {}, retryAfter = null) {
    super(detail || code);
    Object.assign(this, { status, code, detail, more, retryAfter });
  }
}

export async function problemOf(answer) {
  const said = await answer.json().catch(() => ({}));
  return new Problem(answer.status, { code: `http-${answer.status}`, ...said }, Number(answer.headers.get("Retry-After")) || null);
}

async function answered(path, options) {
  let answer;
  try {
    answer = await fetch(`/api${path}`, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0);
  }
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  if (answer.status === 401) told.dispatchEvent(new CustomEvent("signed-out", { detail: problem }));
  throw problem;
}

export async function get(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams(Object.entries(parameters).flatMap(([name, values]) =>
    [values].flat().filter((each) => each !== null && each !== undefined && each !== "").map((each) => [name, each])));
  const answer = await answered(query.size ? `${path}?${query}` : path, { signal });
  return answer.json();
}

export async function text(path, signal = undefined) {
  return (await answered(path, { signal })).text();
}

export async function send(method, path, body = undefined) {
  const given = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const answer = await answered(path, { method, ...given });
  return answer.status === 204 ? null : answer.json();
}

/** The promise's outcome; `slow` is called when it is not there after so many milliseconds. */
export async function patiently(promise, slow, after = 3000) {
  const timer = setTimeout(slow, after);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

let known;
/** The installation's limits and categories. */
export async function about() {
  known ??= fetch("page/about.json").then((answer) => answer.json());
  return known;
}
