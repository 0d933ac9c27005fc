import { captureActions, linkAction } from "../core/actions.mjs";
import { fill, h, say } from "../core/dom.mjs";
import { gearLine } from "../core/library.mjs";
import { Readouts } from "../core/readout.mjs";
import { StateLine } from "../core/state.mjs";

/** One capture in the list. What did not change stays, and with it the focus. */
export class Unit {
  #studio;
  #signature = "";

  /** @param {(id: string, chosen: boolean) => void} onChoose */
  constructor(studio, onChoose) {
    this.#studio = studio;
    this.name = h("a", {});
    this.gear = h("p", { class: "unit-gear" });
    this.tags = h("ul", { class: "unit-tags", "aria-label": "Tags" });
    this.readouts = new Readouts();
    this.state = new StateLine();
    this.actions = h("div", { class: "unit-actions" });
    this.box = h("input", {
      type: "checkbox",
      onchange: () => onChoose(this.capture.id, this.box.checked),
    });
    this.element = h(
      "li",
      { class: "unit" },
      h("label", { class: "unit-choose" }, this.box),
      h("div", { class: "unit-title" }, h("h2", {}, this.name), this.gear, this.tags),
      this.readouts.element,
      this.state.element,
      this.actions,
    );
  }

  update(capture) {
    this.capture = capture;
    this.element.dataset.state = capture.state;
    this.readouts.update(capture);
    this.state.update(capture);
    say(this.name, capture.name);
    say(this.gear, gearLine(capture));
    this.name.href = `#/capture/${capture.id}`;
    this.box.setAttribute("aria-label", `Choose ${capture.name} to compare`);
    this.box.disabled = !capture.can.compare || capture.deleted !== null;
    const { name, can, deleted, tags } = capture;
    const signature = JSON.stringify([name, can, deleted, tags]);
    if (signature !== this.#signature) {
      this.#signature = signature;
      fill(this.tags, tags.map((tag) => h("li", {}, tag)));
      this.tags.hidden = tags.length === 0;
      this.#fillActions(capture);
    }
  }

  uncheck() {
    this.box.checked = false;
  }

  #fillActions(capture) {
    const had = this.actions.contains(document.activeElement);
    const { id, name, can, deleted } = capture;
    const play =
      can.audition && deleted === null
        ? linkAction("Audition", "play", `#/capture/${id}`, { label: `Audition ${name}` })
        : null;
    fill(this.actions, play, captureActions(this.#studio, capture, { compact: true }));
    if (had) this.actions.querySelector("a, button")?.focus();
  }
}
