// Elements without markup in strings, so that no text of a test can become a tag.

/**
 * Make an element.
 *
 * @param {string} tag Its name.
 * @param {object} properties Functions become listeners; `class`, `for`, `data-*`, `aria-*` and
 *   everything else become attributes; `true` is an attribute without a value, `false` is none.
 * @param {...(Node|string|null)} children What is inside it.
 * @returns {HTMLElement}
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Put `children` into the page's main part and the focus on its heading, for screen readers. */
export function show(...children) {
  const main = document.getElementById("main");
  main.replaceChildren(...children.filter((child) => child !== null));
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

/** A promise and the function that keeps it: how a step waits for the person. */
export function decision() {
  let decide;
  const made = new Promise((resolve) => {
    decide = resolve;
  });
  return [made, decide];
}

/** A sentence or more that is written over several lines. */
export function prose(strings, ...values) {
  return String.raw({ raw: strings }, ...values).replace(/\s+/gu, " ").trim();
}

/** One paragraph for each line of a plain text. */
export function paragraphs(text) {
  const lines = text.split(/\n\s*\n|\n/u).map((line) => line.trim());
  return lines.filter((line) => line !== "").map((line) => element("p", {}, line));
}
