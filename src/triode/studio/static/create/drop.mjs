import * as api from "../core/api.mjs";
import { fill, h, hidden, icon, say } from "../core/dom.mjs";
import { bytes, clock, decibels } from "../core/format.mjs";

/** A place to drop one audio file, or to choose it with the keyboard; sends it at once. */
export class Drop {
  #onChange;
  #round = 0;

  /**
   * @param {{name: string, title: string, text: string}} what
   * @param {(upload: object | null) => void} onChange
   */
  constructor({ name, title, text }, onChange) {
    this.#onChange = onChange;
    this.upload = null;
    this.chooser = h("input", {
      type: "file",
      class: "hidden drop-input",
      name,
      accept: "audio/*,.wav,.flac",
      "aria-label": `${title} recording`,
      "aria-describedby": `${name}-said`,
      onchange: () => this.#take(this.chooser.files[0]),
    });
    this.said = h("span", { class: "drop-said", id: `${name}-said` }, text);
    this.bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": `Sending ${title}` });
    this.problem = h("p", { class: "problem", role: "alert" });
    this.zone = h(
      "label",
      { class: "drop", ondragover: (event) => this.#over(event), ondragleave: () => this.#mark(false), ondrop: (event) => this.#dropped(event) },
      this.chooser,
      h("span", { class: "drop-symbol" }, icon(name === "dry" ? "jack" : "amp")),
      h("span", { class: "drop-title" }, title),
      this.said,
      this.bar,
    );
    this.text = text;
    this.element = h("div", { class: "drop-place" }, this.zone, this.problem);
  }

  /** Show an upload that is there already. */
  show(upload) {
    this.upload = upload;
    this.zone.classList.toggle("filled", upload !== null);
    fill(this.said, upload === null ? this.text : described(upload));
  }

  #over(event) {
    event.preventDefault();
    this.#mark(true);
  }

  #mark(over) {
    this.zone.classList.toggle("over", over);
  }

  #dropped(event) {
    event.preventDefault();
    this.#mark(false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) this.#take(file);
  }

  async #take(file) {
    if (file === undefined) return;
    this.#round += 1;
    const round = this.#round;
    say(this.problem, "");
    this.bar.hidden = false;
    this.bar.value = 0;
    say(this.said, file.name);
    try {
      const upload = await api.upload(file, (share) => {
        if (round === this.#round) this.bar.value = share;
      });
      if (round !== this.#round) return;
      if (upload.kind !== "audio") {
        throw new api.ApiError(`${file.name} is no audio file. WAV and FLAC are read.`, 400);
      }
      this.show(upload);
      this.#onChange(upload);
    } catch (error) {
      this.show(null);
      say(this.problem, error.message);
      this.#onChange(null);
    } finally {
      if (round === this.#round) this.bar.hidden = true;
      this.chooser.value = "";
    }
  }
}

function described({ name, rate_hz: rate, channels, seconds, peak_dbfs: peak, bytes: size }) {
  if (rate === undefined) return h("strong", {}, name);
  const facts = [
    clock(seconds),
    `${(rate / 1000).toLocaleString("en")} kHz`,
    channels === 1 ? "mono" : `${channels} channels`,
    peak === null ? "silent" : `peak ${decibels(peak, { unit: "dBFS" })}`,
    bytes(size),
  ];
  return [h("strong", {}, name), hidden(": "), h("span", { class: "drop-facts" }, facts.join(" · "))];
}
