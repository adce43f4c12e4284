// What the page says, from one file per language; and numbers, dates and sizes as that language writes them.

const LANGUAGES = { en: "English", de: "Deutsch" };
const KEPT = "docstream-language";
let words = {};
let plural;
let tag = "en";
/** The tag with the region the browser names, for numbers and dates. */
let locale = "en";

export const languages = () => Object.entries(LANGUAGES);
export const language = () => tag;

/** Load the language that was chosen before, or the first of the browser's that there is. */
export async function load() {
  const wanted = [localStorage.getItem(KEPT), ...navigator.languages.map((each) => each.split("-")[0]), "en"];
  tag = wanted.find((each) => each in LANGUAGES);
  const answer = await fetch(new URL(`../language/${tag}.json`, import.meta.url));
  words = await answer.json();
  plural = new Intl.PluralRules(tag);
  locale = navigator.languages.find((each) => each.split("-")[0] === tag) ?? tag;
  document.documentElement.lang = tag;
}

export function choose(chosen) {
  localStorage.setItem(KEPT, chosen);
  location.reload();
}

export const has = (key) => key in words;

/** The text of a key with its {places} filled; where there are several forms, `count` picks one. */
export function t(key, values = {}) {
  let text = words[key] ?? key;
  if (typeof text === "object") text = text[plural.select(values.count)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => (name === "count" ? number(values.count) : values[name] ?? ""));
}

/** A word for an identifier of the installation, such as a category or a field it has added: else the name itself. */
export function named(kind, name) {
  const key = `${kind}.${name}`;
  if (has(key)) return t(key);
  const plain = String(name).replaceAll(/[_-]/g, " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

export const number = (value, digits = 0) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
export const amount = (text) => new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(text);
export const percent = (share) => new Intl.NumberFormat(locale, { style: "percent" }).format(share);

/** 0.4 s, 12 s, 3 min 05 s */
export function seconds(value) {
  if (value < 9.95) return `${new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value)} s`;
  if (value < 60) return `${Math.round(value)} s`;
  return `${Math.floor(value / 60)} min ${String(Math.floor(value % 60)).padStart(2, "0")} s`;
}

export function size(bytes) {
  const [unit, by] = bytes < 1e3 ? ["byte", 1] : bytes < 1e6 ? ["kilobyte", 1e3] : bytes < 1e9 ? ["megabyte", 1e6] : ["gigabyte", 1e9];
  const unitDisplay = unit === "byte" ? "long" : "short";
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay, maximumFractionDigits: by > 1e3 ? 1 : 0 }).format(bytes / by);
}

/** A moment near now by its time of day, any other by its day. */
export function moment(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(locale, today ? { timeStyle: "short" } : { dateStyle: "medium" }).format(at);
}

export const instant = (iso) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(iso));
export const day = (iso) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${iso}T00:00:00Z`));
export const month = (iso) => new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${iso}-01T00:00:00Z`));

export function languageName(code) {
  try {
    return new Intl.DisplayNames(tag, { type: "language" }).of(code);
  } catch {
    return code;
  }
}
