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
    const whole = element("button", { type: "button", class: "quiet", click: () => this.whole() }, "Whole passage");
    this.node = element(
      "div",
      { class: "timeline", role: "group", "aria-label": "Loop" },
      element("div", { class: "track" }, this.#part, this.#from, this.#to, this.#mark),
      element("p", { class: "note" }, this.#text, whole),
    );
    this.#drawPart();
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
      change: () => this.#choose(),
      input: () => this.#choose(),
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

  #choose() {
    const frames = [this.#from, this.#to].map((one) => Math.round(Number(one.value) * this.#rate));
    this.#loop(Math.min(...frames), Math.max(...frames));
  }

  #loop(start, end) {
    const [first, last] = this.#engine.region;
    if (start === first && end === last) return;
    this.#engine.loop(start, end);
    this.#drawPart();
  }

  #drawPart() {
    const [first, last] = this.#engine.region;
    this.#part.style.left = `${(100 * first) / this.#engine.frames}%`;
    this.#part.style.width = `${(100 * (last - first)) / this.#engine.frames}%`;
    // While a slider is held it may cross the other one; it is put right when it is let go.
    if (document.activeElement !== this.#from) this.#from.value = first / this.#rate;
    if (document.activeElement !== this.#to) this.#to.value = last / this.#rate;
    const seconds = (frames) => (frames / this.#rate).toFixed(1);
    this.#text.textContent = `Looping ${seconds(first)} to ${seconds(last)} s of ${seconds(this.#engine.frames)} s `;
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
