import { h } from "../core/dom.mjs";
import { clock } from "../core/format.mjs";
import { peaks } from "./sound.mjs";

const BAR_PIXELS = 3;

/** The signal as a drawing, with a slider over it for the place where it plays. */
export class Wave {
  #samples = null;
  #place = 0;
  #dragging = false;

  /** @param {(share: number) => void} onSeek */
  constructor(rateHz, onSeek) {
    this.rateHz = rateHz;
    this.canvas = h("canvas", { class: "wave-drawing", "aria-hidden": "true" });
    this.slider = h("input", {
      type: "range",
      class: "wave-seek",
      min: "0",
      max: "1000",
      value: "0",
      "aria-label": "Position",
      oninput: () => {
        this.#dragging = true;
        this.#show(Number(this.slider.value) / 1000);
      },
      onchange: () => {
        this.#dragging = false;
        onSeek(Number(this.slider.value) / 1000);
      },
    });
    this.time = h("output", { class: "wave-time" }, "0:00");
    this.element = h("div", { class: "wave" }, this.canvas, this.slider, this.time);
    this.observer = new ResizeObserver(() => this.#draw());
    this.observer.observe(this.canvas);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.#draw();
    this.scheme.addEventListener("change", this.redraw);
  }

  /** Show another signal, or none while playing live. */
  load(samples) {
    this.#samples = samples;
    this.slider.disabled = samples === null;
    this.#show(0);
  }

  /** Show where the playing is. */
  at(frame) {
    if (this.#samples !== null && !this.#dragging) this.#show(frame / this.#samples.length);
  }

  close() {
    this.observer.disconnect();
    this.scheme.removeEventListener("change", this.redraw);
  }

  #show(share) {
    this.#place = share;
    const seconds = this.#samples === null ? 0 : this.#samples.length / this.rateHz;
    const text = this.#samples === null ? "live" : `${clock(share * seconds)} / ${clock(seconds)}`;
    this.time.textContent = text;
    if (!this.#dragging) this.slider.value = String(Math.round(1000 * share));
    this.slider.setAttribute("aria-valuetext", text);
    this.#draw();
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const scale = devicePixelRatio;
    if (this.canvas.width !== Math.round(width * scale)) this.canvas.width = Math.round(width * scale);
    if (this.canvas.height !== Math.round(height * scale)) this.canvas.height = Math.round(height * scale);
    const pen = this.canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(this.canvas);
    const count = Math.max(1, Math.floor(width / BAR_PIXELS));
    const bars = this.#bars(count);
    bars.forEach((peak, i) => {
      const played = (i + 0.5) / count < this.#place;
      pen.fillStyle = style.getPropertyValue(played ? "--wave-played" : "--wave-left");
      const tall = Math.max(1, peak * (height - 8));
      pen.fillRect(i * BAR_PIXELS, (height - tall) / 2, BAR_PIXELS - 1, tall);
    });
  }

  #bars(count) {
    if (this.#samples === null) return new Float32Array(count);
    if (this.drawn?.samples !== this.#samples || this.drawn.bars.length !== count) {
      const bars = peaks(this.#samples, count);
      const most = Math.max(...bars, 1e-9);
      this.drawn = { samples: this.#samples, bars: bars.map((one) => one / most) };
    }
    return this.drawn.bars;
  }
}
