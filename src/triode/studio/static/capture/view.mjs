import * as api from "../core/api.mjs";
import { captureActions, linkAction, pageAction } from "../core/actions.mjs";
import { fill, h, say } from "../core/dom.mjs";
import { ACTIVE, gearLine } from "../core/library.mjs";
import { Readouts } from "../core/readout.mjs";
import { StateLine } from "../core/state.mjs";
import { Curve, announce } from "./curve.mjs";
import { Details } from "./details.mjs";
import { extended } from "./scale.mjs";

const ANNOUNCED_MILLISECONDS = 30_000;

/** One capture: how it learns or learned, what it is called, and what it sounds like. */
export class CaptureView {
  #studio;
  #id;
  #curve = [];
  #signature = "";
  #auditioned = false;
  #announced = 0;

  constructor(studio, id) {
    this.#studio = studio;
    this.#id = id;
    this.title = "Capture";
    this.heading = h("h1", { tabindex: "-1" }, "\u2026");
    this.gear = h("p", { class: "count" });
    this.actions = h("div", { class: "actions" });
    this.readouts = new Readouts();
    this.state = new StateLine();
    this.curve = new Curve();
    this.live = h("p", { class: "hidden", role: "status" });
    this.learning = h(
      "section",
      { class: "panel", "aria-labelledby": "learning" },
      h("h2", { id: "learning" }, "Learning"),
      this.curve.element,
      this.live,
    );
    this.audition = h("div", { class: "audition-place" });
    this.side = h("div", { class: "side" });
    this.element = h(
      "div",
      { class: "capture" },
      h(
        "div",
        { class: "page-head" },
        h("div", {}, h("a", { class: "quiet", href: "#/" }, "Library"), this.heading, this.gear),
        this.actions,
      ),
      h("div", { class: "summary" }, this.readouts.element, this.state.element),
      h("div", { class: "columns" }, h("div", { class: "main" }, this.audition, this.learning), this.side),
    );
  }

  async open() {
    const capture = await api.capture(this.#id);
    this.#curve = capture.curve;
    this.title = capture.name;
    const { curve, ...known } = capture;
    this.#studio.took(known);
    fill(this.side, new Details(this.#studio, capture).element);
    this.update();
  }

  /** Make the page say what the studio knows. */
  update() {
    const capture = this.#studio.find(this.#id);
    if (capture === undefined) return;
    say(this.heading, capture.name);
    say(this.gear, gearLine(capture));
    this.readouts.update(capture);
    this.state.update(capture);
    this.learning.hidden = capture.state === "imported";
    this.curve.update(this.#curve, capture.sizes, ACTIVE.has(capture.state) ? capture.epochs : null);
    const { name, can, deleted } = capture;
    const signature = JSON.stringify([name, can, deleted]);
    if (signature !== this.#signature) {
      this.#signature = signature;
      this.#fillActions(capture);
    }
    if (can.audition && !this.#auditioned) this.#showAudition(capture);
  }

  /** Ask again for what may have been missed. */
  async reload() {
    const { curve } = await api.capture(this.#id);
    this.#curve = curve;
    this.update();
  }

  /** Take an event that concerns this capture. */
  happened(event) {
    if (event.type !== "epoch" || event.id !== this.#id) return;
    this.#curve = extended(this.#curve, event);
    this.#announce(event);
    this.update();
  }

  /** Whoever listens to the page is told now and then, and not of every epoch. */
  #announce(event) {
    const now = Date.now();
    if (now - this.#announced < ANNOUNCED_MILLISECONDS) return;
    this.#announced = now;
    announce(this.live, event);
  }

  close() {
    this.curve.close();
    this.panel?.close();
  }

  async #showAudition(capture) {
    this.#auditioned = true;
    const { AuditionPanel } = await import("../audition/panel.mjs");
    this.panel = new AuditionPanel(this.#studio, capture);
    fill(this.audition, this.panel.element);
    await this.panel.open();
  }

  #fillActions(capture) {
    const report = capture.can.report
      ? pageAction("Report", "report", api.reportAddress(capture.id))
      : null;
    const away = capture.deleted === null ? null : linkAction("Bin", "back", "#/bin");
    fill(this.actions, away, report, captureActions(this.#studio, capture, { compact: false }));
  }
}
