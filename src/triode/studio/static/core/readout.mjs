import { h, say } from "./dom.mjs";
import { grade, nullDepth, ratio, sizeTitle } from "./format.mjs";
import { orderedSizes } from "./library.mjs";

/** The ESR of each size as a row of readouts that can be told new values. */
export class Readouts {
  #sizes = new Map();

  constructor() {
    this.element = h("dl", { class: "readouts" });
  }

  update({ sizes, esr, state }) {
    const unmeasured = state === "imported" ? "not measured here" : "not measured yet";
    for (const size of orderedSizes(sizes)) {
      if (!this.#sizes.has(size)) this.#add(size);
      this.#sizes.get(size)(esr[size], unmeasured);
    }
  }

  #add(size) {
    const value = h("span", { class: "readout-value" });
    const depth = h("span", { class: "readout-depth" });
    const words = h("span", { class: "readout-words" });
    const readout = h(
      "div",
      { class: "readout" },
      h("dt", {}, sizeTitle(size), h("abbr", { title: "error-to-signal ratio" }, "ESR")),
      h("dd", {}, value, depth, words),
    );
    this.element.append(readout);
    this.#sizes.set(size, (esr, unmeasured) => {
      const known = typeof esr === "number";
      readout.dataset.grade = known ? grade(esr).key : "none";
      say(value, known ? ratio(esr) : "\u2013");
      say(depth, known ? nullDepth(esr) : "");
      say(words, known ? grade(esr).title : unmeasured);
    });
  }
}
