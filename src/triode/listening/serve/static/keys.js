// One table of keys a page, in force until the page is left.

/** Elements that make something of a key themselves. */
const OWN_SPACE = "a, summary, input[type=checkbox], textarea, button:not([data-stimulus])";
const OWN_ENTER = "a, summary, button, textarea";

/**
 * Listen to keys.
 *
 * @param {(key: string) => (() => void) | undefined} actionOf What a key does here: " ", "Enter",
 *   a small letter, "ArrowLeft" and so on.
 * @returns {() => void} Stops listening.
 */
export function listenToKeys(actionOf) {
  const pressed = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) {
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === " " && event.target.matches(OWN_SPACE)) return;
    if (key === "Enter" && event.target.matches(OWN_ENTER)) return;
    const action = actionOf(key);
    if (action === undefined) return;
    event.preventDefault();
    if (!event.repeat || key.startsWith("Arrow")) action();
  };
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}

/** A list of keys and what they do, to be opened by who wants it. */
export function keyHelp(element, rows) {
  const list = element("dl", { class: "keys" });
  for (const [key, text] of rows) {
    list.append(element("div", {}, element("dt", {}, element("kbd", {}, key)), element("dd", {}, text)));
  }
  return element("details", {}, element("summary", {}, "Keys"), list);
}
