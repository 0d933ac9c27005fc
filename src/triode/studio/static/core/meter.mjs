import { h } from "./dom.mjs";

const LOWEST_DB = -60;

/** A bar for a level in dB relative to full scale; what it shows is said in text elsewhere. */
export class LevelMeter {
  constructor() {
    this.bar = h("div", { class: "meter-bar" });
    this.element = h("div", { class: "meter", "aria-hidden": "true" }, this.bar);
  }

  /** Show a peak. */
  show(db) {
    this.fill(Math.max(0, Math.min(1, 1 - db / LOWEST_DB)), db >= 0 ? "over" : db > -6 ? "high" : "fine");
  }

  /** Show a share from 0 to 1, in the colour of "fine", "high" or "over". */
  fill(share, loud) {
    this.bar.style.setProperty("--share", share.toFixed(3));
    this.bar.dataset.loud = loud;
  }
}
