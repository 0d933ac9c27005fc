// Where in the passage we are, and which part of it is looped.

import { element } from "./dom.js";

/**
 * A line of the passage's length with a mark that moves, and two sliders for the loop.
 *
 * It shows no waveform: the eye could tell stimuli apart that the ear cannot.
 */
export class Timeline {
  #engine;
  #rate;
  #mark;
  #part;
  #from;
  #to;
  #text;
  #frame = 0;

  constructor(engine, rate) {
    this.#engine = engine;
    this.#rate = rate;
    this.#mark = element("div", { class: "mark" });
    this.#part = element("div", { class: "part-looped" });
    this.#from = this.#slider("Loop from", 0);
    this.#to = this.#slider("Loop to", engine.frames);
    this.#text = element("span", {});
    const whole = element(
      "button",
      { type: "button", class: "quiet", click: () => this.whole() },
      "Whole passage",
    );
    this.node = element(
      "div",
      { class: "timeline", role: "group", "aria-label": "Loop" },
      element("div", { class: "track" }, this.#part, this.#from, this.#to, this.#mark),
      element("p", { class: "note" }, this.#text, whole),
    );
    this.#draw(0, engine.frames);
    this.#follow();
  }

  #slider(label, frame) {
    const seconds = (this.#engine.frames / this.#rate).toFixed(2);
    return element("input", {
      type: "range",
      min: 0,
      max: seconds,
      step: 0.05,
      value: (frame / this.#rate).toFixed(2),
      "aria-label": `${label}, seconds`,
      input: () => this.#draw(...this.#chosen()),
      // Not before it is let go: every new loop is made of all stimuli.
      change: () => this.#loop(...this.#chosen()),
    });
  }

  /** Begin the loop at what sounds now. */
  beginHere() {
    this.#loop(this.#engine.placeAt(), this.#engine.region[1]);
  }

  /** End the loop at what sounds now. */
  endHere() {
    this.#loop(this.#engine.region[0], this.#engine.placeAt());
  }

  whole() {
    this.#loop(0, this.#engine.frames);
  }

  /** What the two sliders say, which may have been pulled past each other. */
  #chosen() {
    const frames = [this.#from, this.#to].map((one) => Math.round(Number(one.value) * this.#rate));
    return frames.sort((one, other) => one - other);
  }

  #loop(start, end) {
    this.#engine.loop(start, end);
    const [first, last] = this.#engine.region;
    this.#draw(first, last);
    this.#from.value = first / this.#rate;
    this.#to.value = last / this.#rate;
  }

  #draw(first, last) {
    this.#part.style.left = `${(100 * first) / this.#engine.frames}%`;
    this.#part.style.width = `${(100 * (last - first)) / this.#engine.frames}%`;
    const seconds = (frames) => (frames / this.#rate).toFixed(1);
    const whole = seconds(this.#engine.frames);
    this.#text.textContent = `Looping ${seconds(first)} to ${seconds(last)} s of ${whole} s`;
  }

  #follow() {
    const draw = () => {
      this.#mark.style.left = `${(100 * this.#engine.placeAt()) / this.#engine.frames}%`;
      this.#frame = requestAnimationFrame(draw);
    };
    draw();
  }

  close() {
    cancelAnimationFrame(this.#frame);
  }
}
