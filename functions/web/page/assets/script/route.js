// The address after the # says what is shown: #/?q=…, #/documents/ID, #/operations. One path to serve, any prefix.

export function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean);
  return { view: parts[0] ?? "home", id: parts[1] ?? null, asked: new URLSearchParams(query) };
}

export function address(asked) {
  return asked.size ? `#/?${asked}` : "#/";
}

/** Changes the address without a step in the history and without drawing anew: typing is no journey. */
export function replace(asked) {
  history.replaceState(null, "", address(asked));
}
