import { attempt } from "../core/notices.mjs";
import { h, fill, hidden, icon, say } from "../core/dom.mjs";
import { counted } from "../core/format.mjs";
import { shown, tagCounts } from "../core/library.mjs";
import { action, linkAction, pageAction } from "../core/actions.mjs";
import { compareAddress } from "../core/api.mjs";
import { importButton } from "./importing.mjs";
import { Unit } from "./unit.mjs";

/** All captures: search, tags, what each is doing, and several side by side. */
export class LibraryView {
  #studio;
  #bin;
  #units = new Map();
  #chosen = new Set();
  #filter = { search: "", tag: "" };

  constructor(studio, { bin }) {
    this.#studio = studio;
    this.#bin = bin;
    this.title = bin ? "Bin" : "Library";
    this.heading = h("h1", { tabindex: "-1" }, this.title);
    this.count = h("p", { class: "count", role: "status" });
    this.tags = h("div", { class: "tags", role: "group", "aria-label": "Tags" });
    this.list = h("ul", { class: "rack" });
    this.empty = h("div", { class: "empty", hidden: true });
    this.selection = h("div", { class: "selection", role: "region", "aria-label": "Chosen captures", hidden: true });
    this.element = h(
      "div",
      { class: "library" },
      h("div", { class: "page-head" }, h("div", {}, this.heading, this.count), this.#headActions()),
      this.#tools(),
      this.list,
      this.empty,
      this.selection,
    );
  }

  open() {
    this.update();
  }

  /** Make the page say what the studio knows. */
  update() {
    const captures = this.#studio.captures;
    const visible = shown(captures, { ...this.#filter, bin: this.#bin });
    const kept = captures.filter((one) => (one.deleted !== null) === this.#bin);
    this.#updateUnits(visible);
    this.#updateTags(captures);
    say(this.count, this.#countText(visible.length, kept.length));
    this.empty.hidden = visible.length > 0;
    if (visible.length === 0) fill(this.empty, this.#emptyText(kept.length));
    this.#updateSelection(kept);
  }

  #updateUnits(visible) {
    const ids = new Set(visible.map((one) => one.id));
    for (const [id, unit] of this.#units) {
      if (!ids.has(id)) {
        unit.element.remove();
        this.#units.delete(id);
      }
    }
    visible.forEach((capture, place) => {
      if (!this.#units.has(capture.id)) {
        const unit = new Unit(this.#studio, (id, chosen) => this.#choose(id, chosen));
        this.#units.set(capture.id, unit);
      }
      const unit = this.#units.get(capture.id);
      unit.update(capture);
      if (this.list.children[place] !== unit.element) {
        this.list.insertBefore(unit.element, this.list.children[place] ?? null);
      }
    });
  }

  #updateTags(captures) {
    const counts = this.#bin ? [] : tagCounts(captures);
    const signature = JSON.stringify([counts, this.#filter.tag]);
    if (this.tags.dataset.signature === signature) return;
    this.tags.dataset.signature = signature;
    const focused = this.tags.contains(document.activeElement) ? document.activeElement.value : null;
    this.tags.hidden = counts.length === 0;
    fill(
      this.tags,
      counts.map(([tag, count]) =>
        h(
          "button",
          {
            type: "button",
            class: "tag",
            value: tag,
            "aria-pressed": String(tag === this.#filter.tag),
            onclick: () => this.#narrow({ tag: tag === this.#filter.tag ? "" : tag }),
          },
          tag,
          h("span", { class: "tag-count" }, String(count)),
        ),
      ),
    );
    [...this.tags.children].find((one) => one.value === focused)?.focus();
  }

  #updateSelection(kept) {
    const chosen = kept.filter((one) => this.#chosen.has(one.id) && one.can.compare);
    const signature = chosen.map((one) => one.id).join();
    if (this.selection.dataset.signature === signature) return;
    this.selection.dataset.signature = signature;
    this.selection.hidden = chosen.length === 0;
    const clear = () => {
      this.#chosen.clear();
      for (const unit of this.#units.values()) unit.uncheck();
      this.update();
      this.heading.focus();
    };
    fill(
      this.selection,
      h("p", { role: "status" }, `${counted(chosen.length, "capture")} chosen`),
      chosen.length > 1
        ? pageAction("Compare", "compare", compareAddress(chosen.map((one) => one.id)), { kind: "primary" })
        : h("p", { class: "note" }, "Choose another to compare."),
      action("Clear", "close", clear, { kind: "plain" }),
    );
  }

  #choose(id, chosen) {
    if (chosen) this.#chosen.add(id);
    else this.#chosen.delete(id);
    this.update();
  }

  #narrow(change) {
    this.#filter = { ...this.#filter, ...change };
    this.update();
  }

  #countText(visible, all) {
    if (this.#filter.search || this.#filter.tag) return `${visible} of ${counted(all, "capture")}`;
    return counted(all, "capture");
  }

  #headActions() {
    if (this.#bin) return linkAction("Library", "back", "#/");
    return h(
      "div",
      { class: "actions" },
      importButton(this.#studio),
      linkAction("New capture", "plus", "#/new", { kind: "primary" }),
    );
  }

  #tools() {
    const search = h("input", {
      type: "search",
      id: "search",
      placeholder: "Search names, gear, tags",
      autocomplete: "off",
      oninput: ({ target }) => this.#narrow({ search: target.value }),
    });
    return h(
      "div",
      { class: "tools" },
      h("label", { class: "search", for: "search" }, icon("search"), hidden("Search"), search),
      this.tags,
      this.#bin ? null : h("a", { class: "quiet", href: "#/bin" }, "Bin"),
    );
  }

  #emptyText(all) {
    if (all > 0) return h("p", {}, "No capture matches. Try fewer words or another tag.");
    if (this.#bin) return h("p", {}, "The bin is empty.");
    return [
      h("h2", {}, "Your first capture"),
      h(
        "p",
        {},
        "You need two recordings: what was sent to the amp, and what came back. The studio checks them, trains a capture, and lets you play it here.",
      ),
      linkAction("New capture", "plus", "#/new", { kind: "primary" }),
    ];
  }
}
