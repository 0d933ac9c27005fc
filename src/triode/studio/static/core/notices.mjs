import { h, icon } from "./dom.mjs";

const SHOWN_MILLISECONDS = 8000;

/**
 * A line at the foot of the page that screen readers announce. One with an action, or about
 * something that failed, stays for as long as the pointer or the focus is on it.
 */
export function notify(text, { kind = "note", action = null, onAction = null } = {}) {
  const region = document.getElementById("notices");
  const notice = h("div", { class: `notice notice-${kind}` }, h("p", {}, text));
  const remove = () => notice.remove();
  if (action !== null) {
    const act = async () => {
      remove();
      await attempt(onAction);
    };
    notice.append(h("button", { type: "button", class: "button small", onclick: act }, action));
  }
  notice.append(
    h(
      "button",
      { type: "button", class: "button plain small", "aria-label": "Dismiss", onclick: remove },
      icon("close"),
    ),
  );
  region.append(notice);
  const later = () => {
    if (notice.matches(":hover, :focus-within")) setTimeout(later, 1000);
    else remove();
  };
  setTimeout(later, kind === "error" ? 2 * SHOWN_MILLISECONDS : SHOWN_MILLISECONDS);
}

/** Do something, and say so when it is refused. Returns what it gives, or undefined. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    notify(error.message, { kind: "error" });
    return undefined;
  }
}
