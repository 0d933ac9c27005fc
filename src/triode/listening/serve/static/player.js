// The buttons that play and switch, and the counts that go with an answer.

import { element } from "./dom.js";
import { Engine } from "./engine.js";
import { REFERENCE, letterOf, spoken } from "./labels.js";
import { Timeline } from "./timeline.js";

/**
 * One page's sound.
 *
 * @property {number} switches How often another stimulus was chosen.
 * @property {Object<string, number>} plays How often each label was chosen to be heard.
 */
export class Player {
  #context;
  #labels;
  #changed;
  #buttons = new Map();

  /**
   * @param {AudioContext} context
   * @param {string[]} labels One for each stimulus.
   * @param {Float32Array[]} stimuli
   * @param {number} level Factor of loudness.
   * @param {() => void} changed Called when something was played or switched.
   */
  constructor(context, labels, stimuli, level, changed) {
    this.#context = context;
    this.#labels = labels;
    this.#changed = changed;
    this.engine = new Engine(context, stimuli);
    this.engine.level = level;
    this.timeline = new Timeline(this.engine, context.sampleRate);
    this.switches = 0;
    this.plays = {};
    this.toggleButton = element(
      "button",
      { type: "button", class: "play", "data-stimulus": "", click: () => this.toggle() },
      "Play",
    );
    for (const label of labels) this.#buttons.set(label, this.#button(label));
  }

  #button(label) {
    return element(
      "button",
      {
        type: "button",
        class: label === REFERENCE ? "stimulus reference" : "stimulus",
        "data-stimulus": label,
        "aria-pressed": "false",
        "aria-label": `Play ${spoken(label)}`,
        click: () => this.choose(label),
      },
      label,
    );
  }

  button(label) {
    return this.#buttons.get(label);
  }

  get current() {
    return this.#labels[this.engine.current];
  }

  /** Hear `label`, from now on. */
  choose(label) {
    const sounding = this.engine.playing;
    const stimulus = this.#labels.indexOf(label);
    const switched = stimulus !== this.engine.current;
    if (switched) this.switches += 1;
    this.engine.switchTo(stimulus);
    if (!sounding) this.toggle();
    else if (switched) this.#sounds();
  }

  toggle() {
    if (this.engine.playing) {
      this.engine.stop();
      this.#show();
    } else {
      // A browser lets nothing sound before the first key or click, which this may be.
      this.#context.resume();
      this.engine.play();
      this.#sounds();
    }
  }

  #sounds() {
    this.plays[this.current] = (this.plays[this.current] ?? 0) + 1;
    this.#show();
  }

  #show() {
    const { playing } = this.engine;
    this.toggleButton.textContent = playing ? "Pause" : "Play";
    for (const [label, button] of this.#buttons) {
      button.setAttribute("aria-pressed", String(playing && label === this.current));
    }
    this.#changed();
  }

  /** What a key does to the sound, if anything. */
  actionOf(key) {
    const label = this.labelOf(key);
    if (label !== undefined) return () => this.choose(label);
    return {
      " ": () => this.toggle(),
      "[": () => this.timeline.beginHere(),
      "]": () => this.timeline.endHere(),
      "\\": () => this.timeline.whole(),
    }[key];
  }

  /** The label that a key stands for, if any. */
  labelOf(key) {
    return this.#labels.find((label) => letterOf(label).toLowerCase() === key);
  }

  close() {
    this.timeline.close();
    this.engine.close();
  }
}
