/** What the page knows of the captures: a list of them, and what happened to it. Pure functions. */

export const ACTIVE = new Set(["waiting", "training", "stopping"]);

/** The list after an event of the server's; the same list when nothing changed. */
export function after(captures, event) {
  if (event.type === "capture") return withCapture(captures, event.capture);
  if (event.type === "epoch") {
    return captures.map((one) => (one.id === event.id ? withEpoch(one, event) : one));
  }
  if (event.type === "progress") {
    const { id, share, seconds_left } = event;
    return captures.map((one) => (one.id === id ? { ...one, share, seconds_left } : one));
  }
  return captures;
}

function withCapture(captures, capture) {
  if (captures.some((one) => one.id === capture.id)) {
    return captures.map((one) => (one.id === capture.id ? { ...one, ...capture } : one));
  }
  return [capture, ...captures];
}

/** The readouts show the best of each size; an epoch may be worse than one before. */
function withEpoch(capture, { epoch, best_esr: esr, seconds_left }) {
  return { ...capture, epoch, esr, sizes: Object.keys(esr), seconds_left };
}

/** Those that a search, a tag and a view show, newest first. */
export function shown(captures, { search = "", tag = "", bin = false } = {}) {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return captures
    .filter((one) => (one.deleted !== null) === bin)
    .filter((one) => tag === "" || one.tags.includes(tag))
    .filter((one) => words.every((word) => haystack(one).includes(word)))
    .sort((a, b) => b.created.localeCompare(a.created));
}

function haystack({ name, recipe, tags, metadata, state }) {
  const values = Object.values(metadata ?? {});
  return [name, recipe, state, ...tags, ...values].join(" ").toLocaleLowerCase();
}

/** Every tag in use, with how many captures bear it, the commonest first. */
export function tagCounts(captures) {
  const counts = new Map();
  for (const { tags, deleted } of captures) {
    if (deleted !== null) continue;
    for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
}

/** Sizes in the order of their cost, the largest first. */
export function orderedSizes(sizes) {
  const rank = (name) => ["full", "only", "lite"].indexOf(name);
  return [...sizes].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** A line about the gear, or the recipe when nothing is said of it. */
export function gearLine({ metadata, recipe }) {
  const { gear_make: make, gear_model: model, modeled_by: by } = metadata ?? {};
  const gear = [make, model].filter(Boolean).join(" ");
  return [gear, by ? `by ${by}` : ""].filter(Boolean).join(", ") || (recipe ?? "");
}

/** "a, b;c" as ["a", "b", "c"]: trimmed, without repetition. */
export function parsedTags(text) {
  return [...new Set(text.split(/[,;]/).map((tag) => tag.trim()).filter(Boolean))];
}
