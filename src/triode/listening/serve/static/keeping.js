// What the page keeps for itself until the server has it: in the browser's storage where that is
// allowed, or else as long as the page is open.

const memory = new Map();

function storage() {
  try {
    localStorage.setItem("triode-listen", "here");
    return localStorage;
  } catch {
    return null;
  }
}

const kept = storage();

export function keep(name, value) {
  const text = JSON.stringify(value);
  memory.set(name, text);
  try {
    kept?.setItem(`triode-listen ${name}`, text);
  } catch {
    // A full storage costs only what a closed page would forget.
  }
}

export function recall(name) {
  const text = kept?.getItem(`triode-listen ${name}`) ?? memory.get(name);
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

export function forget(name) {
  memory.delete(name);
  kept?.removeItem(`triode-listen ${name}`);
}

/** Forget everything about a participant. */
export function forgetAll(participant) {
  for (const name of [...memory.keys()]) if (name.startsWith(participant)) memory.delete(name);
  if (kept === null) return;
  const prefix = `triode-listen ${participant}`;
  for (const name of Object.keys(kept)) if (name.startsWith(prefix)) kept.removeItem(name);
}
