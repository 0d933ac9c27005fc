/** Which view an address after the # shows. */

const ROUTES = [
  [/^#?\/?$/, "library"],
  [/^#\/bin$/, "bin"],
  [/^#\/new$/, "new"],
  [/^#\/capture\/([\w-]+)$/, "capture"],
];

/** {view, id}; an unknown address is the library. */
export function route(hash) {
  for (const [pattern, view] of ROUTES) {
    const match = pattern.exec(hash);
    if (match !== null) return { view, id: match[1] ?? null };
  }
  return { view: "library", id: null };
}
