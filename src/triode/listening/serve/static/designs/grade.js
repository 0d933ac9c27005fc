// A slider that has no grade until it is given one, with the words of its scale.

import { element } from "../dom.js";

/** ITU-R BS.1534-3: five equal parts, the best on top. */
export const QUALITY = {
  min: 0,
  max: 100,
  step: 1,
  start: 50,
  digits: 0,
  words: ["Excellent", "Good", "Fair", "Poor", "Bad"],
  wordOf: (value) => QUALITY.words[4 - Math.min(4, Math.floor(value / 20))],
};

/** ITU-R BS.1116-3: from very annoying to imperceptible, with one decimal. */
export const IMPAIRMENT = {
  min: 1,
  max: 5,
  step: 0.1,
  start: 3,
  digits: 1,
  words: [
    "Imperceptible",
    "Perceptible, but not annoying",
    "Slightly annoying",
    "Annoying",
    "Very annoying",
  ],
  wordOf: (value) => IMPAIRMENT.words[5 - Math.round(value)],
};

export class Grade {
  #scale;
  #changed;

  /**
   * @param {string} name What is graded, for those who cannot see where the slider stands.
   * @param {typeof QUALITY} scale
   * @param {number|null} value What an earlier visit gave.
   * @param {() => void} changed
   */
  constructor(name, scale, value, changed) {
    this.#scale = scale;
    this.#changed = changed;
    this.value = null;
    this.input = element("input", {
      type: "range",
      class: "grade",
      min: scale.min,
      max: scale.max,
      step: scale.step,
      value: scale.start,
      "aria-label": name,
      "aria-valuetext": "no grade yet",
      input: () => this.#give(),
      // A press where the slider stands already changes nothing, but means something.
      pointerup: () => this.#give(),
    });
    this.output = element("output", { class: "given", "aria-hidden": "true" }, "–");
    if (value !== null) this.give(value);
  }

  /** Set the slider as if by hand. */
  give(value) {
    this.input.value = value;
    this.#give();
  }

  /** Move by a number of steps. */
  move(steps) {
    if (steps > 0) this.input.stepUp(steps);
    else this.input.stepDown(-steps);
    this.#give();
  }

  #give() {
    this.value = Number(this.input.value);
    const text = this.value.toFixed(this.#scale.digits);
    this.output.textContent = text;
    this.input.classList.add("graded");
    this.input.setAttribute("aria-valuetext", `${text}, ${this.#scale.wordOf(this.value)}`);
    this.#changed();
  }
}

/** The scale's words beside the sliders. */
export function words(scale) {
  const list = element("ol", { class: "words", "aria-label": "The scale, from best to worst" });
  list.append(...scale.words.map((word) => element("li", {}, word)));
  return list;
}
