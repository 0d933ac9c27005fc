import * as api from "./api.mjs";
import { listen } from "./events.mjs";
import { after } from "./library.mjs";
import { notify } from "./notices.mjs";

/** The captures as the page knows them, kept true by the server's events. */
export class Studio extends EventTarget {
  captures = [];
  connected = false;
  /** Whether the server was started again, under an address with another token. */
  closed = false;
  /** What a new capture consists of so far, kept while other views are open. */
  draft = {};

  /** Read the library and follow what happens to it. */
  async open() {
    await this.refresh();
    listen(
      (event) => this.#happened(event),
      (connected) => this.#connection(connected),
    );
  }

  /** Read the whole library, the bin included. */
  async refresh() {
    const [kept, binned] = await Promise.all([
      api.captures(),
      api.captures({ deleted: "true" }),
    ]);
    const ids = new Set(kept.map((one) => one.id));
    this.#become([...kept, ...binned.filter((one) => !ids.has(one.id))]);
  }

  find(id) {
    return this.captures.find((one) => one.id === id);
  }

  /** Take over what a route answered about a capture. */
  took(capture) {
    this.#become(after(this.captures, { type: "capture", capture }));
    return capture;
  }

  /** To the bin, with a way back. */
  async discard(capture) {
    this.took(await api.deleteCapture(capture.id));
    notify(`“${capture.name}” is in the bin.`, {
      action: "Undo",
      onAction: async () => this.took(await api.restoreCapture(capture.id)),
    });
  }

  async #happened(event) {
    if (event.type === "missed") {
      await this.#reload();
      return;
    }
    this.#become(after(this.captures, event));
    this.dispatchEvent(new CustomEvent("event", { detail: event }));
  }

  async #connection(connected) {
    const before = this.connected;
    this.connected = connected;
    if (connected !== before) this.dispatchEvent(new Event("connection"));
    if (!connected) await this.#whyNot();
    else if (!before) await this.#reload();
  }

  /** Whatever this page has not heard of in the meantime. */
  async #reload() {
    await this.refresh().catch(() => {});
    this.dispatchEvent(new Event("reload"));
  }

  /** A studio that was started again wants its new address to be opened. */
  async #whyNot() {
    try {
      await api.riffs();
    } catch (error) {
      this.closed = error.status === 401;
      this.dispatchEvent(new Event("connection"));
    }
  }

  #become(captures) {
    this.captures = captures;
    this.dispatchEvent(new Event("change"));
  }
}
