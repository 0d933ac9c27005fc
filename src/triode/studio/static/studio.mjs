import { h, say } from "./core/dom.mjs";
import { route } from "./core/router.mjs";
import { Studio } from "./core/studio.mjs";
import { attempt } from "./core/notices.mjs";

const main = document.getElementById("main");
const connection = document.getElementById("connection");
const studio = new Studio();
let view = null;

/** A view's module is loaded when it is first shown. */
async function made({ view: name, id }) {
  if (name === "new") return new (await import("./create/view.mjs")).CreateView(studio);
  if (name === "capture") return new (await import("./capture/view.mjs")).CaptureView(studio, id);
  const { LibraryView } = await import("./library/view.mjs");
  return new LibraryView(studio, { bin: name === "bin" });
}

async function show({ focus }) {
  const wanted = route(location.hash);
  const next = await made(wanted);
  view?.close?.();
  view = next;
  main.replaceChildren(next.element);
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.dataset.view === wanted.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const opened = await attempt(async () => {
    await next.open();
    return true;
  });
  if (view !== next) return;
  if (opened === undefined) {
    main.replaceChildren(h("p", { class: "empty" }, "Nothing to show. ", h("a", { href: "#/" }, "Back to the library")));
    return;
  }
  document.title = `${next.title} \u2013 Triode Studio`;
  if (focus) {
    scrollTo(0, 0);
    next.heading.focus({ preventScroll: true });
  }
}

studio.addEventListener("change", () => view?.update());
studio.addEventListener("event", ({ detail }) => view?.happened?.(detail));
studio.addEventListener("reload", () => attempt(() => view?.reload?.()));
studio.addEventListener("connection", () => {
  connection.dataset.connected = String(studio.connected);
  say(connection, connectionText());
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // what follows the # names the view
  main.focus();
});
addEventListener("hashchange", () => show({ focus: true }));

function connectionText() {
  if (studio.connected) return "Connected";
  if (studio.closed) return "The studio was started again. Open the address it printed.";
  return "The studio does not answer; trying again \u2026";
}

await attempt(() => studio.open());
await show({ focus: false });
