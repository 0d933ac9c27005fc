import { h, say } from "../core/dom.mjs";
import { counted, decibels, level } from "../core/format.mjs";
import { LevelMeter } from "../core/meter.mjs";

/** A slider in dB with a peak meter under it. */
export class LevelControl {
  constructor(name, { low, high, onChange, onSettled = () => {} }) {
    const id = `level-${name.toLowerCase()}`;
    this.value = h("output", { class: "level-value", for: id });
    this.slider = h("input", {
      type: "range",
      id,
      min: String(low),
      max: String(high),
      step: "0.5",
      value: "0",
      oninput: () => {
        this.#show();
        onChange(Number(this.slider.value));
      },
      onchange: () => onSettled(),
      ondblclick: () => this.#set(0, onChange, onSettled),
    });
    this.peak = new LevelMeter();
    this.element = h(
      "div",
      { class: "level" },
      h("label", { for: id }, name),
      this.value,
      this.slider,
      this.peak.element,
    );
    this.#show();
  }

  /** Show the peak of the last tenth of a second. */
  meter(peak) {
    this.peak.show(level(peak));
  }

  #set(gainDb, onChange, onSettled) {
    this.slider.value = String(gainDb);
    this.#show();
    onChange(gainDb);
    onSettled();
  }

  #show() {
    const text = decibels(Number(this.slider.value), { signed: true });
    say(this.value, text);
    this.slider.setAttribute("aria-valuetext", text);
  }
}

/** What the processor costs. */
export class LoadMeter {
  constructor() {
    this.value = h("span", { class: "load-value" }, "\u2013");
    this.meter = new LevelMeter();
    this.element = h(
      "div",
      {
        class: "load",
        title:
          "Share of real time that the audio thread spends on all voices together, over the last 3 s, " +
          "counted in the worklet by the milliseconds that tick over inside it; and the longest block.",
      },
      h("span", { class: "load-name" }, "CPU"),
      this.meter.element,
      this.value,
    );
  }

  update(load, underruns) {
    const { share, longestMilliseconds } = load;
    this.meter.fill(Math.min(1, share), share > 0.9 ? "over" : share > 0.6 ? "high" : "fine");
    const parts = [`${(100 * share).toFixed(0)} %`];
    if (longestMilliseconds > 2) parts.push(`longest ${longestMilliseconds} ms`);
    if (underruns > 0) parts.push(counted(underruns, "gap"));
    say(this.value, parts.join(", "));
  }
}
