import * as api from "./api.mjs";
import { h, icon } from "./dom.mjs";
import { attempt, notify } from "./notices.mjs";

/** A button with an icon and a name; `compact` shows the name to screen readers and as a tip only. */
export function action(name, symbol, onclick, { compact = false, kind = "", label = name } = {}) {
  return h(
    "button",
    { type: "button", class: `button ${kind} ${compact ? "compact" : ""}`, onclick, title: compact ? name : null, "aria-label": compact || label !== name ? label : null },
    icon(symbol),
    compact ? null : name,
  );
}

/** A link that looks like a button. */
export function linkAction(name, symbol, href, { compact = false, kind = "", label = name, ...rest } = {}) {
  return h(
    "a",
    { class: `button ${kind} ${compact ? "compact" : ""}`, href, title: compact ? name : null, "aria-label": compact || label !== name ? label : null, ...rest },
    icon(symbol),
    compact ? null : name,
  );
}

/** What can be done to a capture in its present state, as buttons. */
export function captureActions(studio, capture, { compact }) {
  const { id, name, can, deleted } = capture;
  const call = (route) => () =>
    attempt(async () => {
      const answered = await route(id);
      if (answered !== null) studio.took(answered);
    });
  if (deleted !== null) {
    return [action("Restore", "undo", call(api.restoreCapture), { label: `Restore ${name}` })];
  }
  const of = (verb) => ({ compact, label: `${verb} ${name}` });
  return [
    can.stop ? action("Stop early", "stop", call(api.stopCapture), of("Stop")) : null,
    can.resume ? action("Go on", "resume", call(api.resumeCapture), of("Go on with")) : null,
    can.download
      ? linkAction("Download .nam", "download", api.downloadAddress(id), {
          ...of("Download"),
          download: true,
        })
      : null,
    action("Delete", "trash", () => attempt(() => studio.discard(capture)), of("Delete")),
  ];
}

/**
 * A button that asks for a page that takes a while to make, and then is a link to it (a browser
 * opens a window only from a click, and the first click is long past by then).
 */
export function pageAction(name, symbol, address, { kind = "" } = {}) {
  const waiting = new AbortController();
  const button = action(name, symbol, () => make(), { kind });
  const make = async () => {
    button.disabled = true;
    button.lastChild.textContent = `${name}: being made \u2026`;
    const made = await attempt(async () => {
      await api.pageMade(address, waiting.signal);
      return true;
    });
    button.disabled = false;
    button.lastChild.textContent = name;
    if (made !== true || waiting.signal.aborted) return;
    const link = linkAction(`${name}: open`, symbol, address, { kind, target: "_blank", rel: "noopener" });
    button.replaceWith(link);
    link.focus();
    notify(`${name} is ready.`);
  };
  return button;
}
