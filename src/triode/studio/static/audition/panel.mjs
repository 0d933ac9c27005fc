import { action } from "../core/actions.mjs";
import * as api from "../core/api.mjs";
import { fill, h, icon, say } from "../core/dom.mjs";
import { sizeTitle } from "../core/format.mjs";
import { attempt } from "../core/notices.mjs";
import { LevelControl, LoadMeter } from "./controls.mjs";
import { Keys } from "./keys.mjs";
import { Load } from "./load.mjs";
import { Session } from "./session.mjs";
import { Sources } from "./sources.mjs";
import { Wave } from "./wave.mjs";

/** Playing a capture in the page, beside the gear and other captures. */
export class AuditionPanel {
  #studio;
  #capture;
  #session;

  constructor(studio, capture) {
    this.#studio = studio;
    this.#capture = capture;
    this.status = h("p", { class: "note", role: "status" }, "Getting the capture ready to play \u2026");
    this.body = h("div", { class: "audition-body" }, this.status);
    this.meter = new LoadMeter();
    this.element = h(
      "section",
      { class: "panel audition", "aria-labelledby": "audition", onkeydown: (event) => this.#key(event) },
      h("div", { class: "panel-head" }, h("h2", { id: "audition" }, "Audition"), this.meter.element),
      this.body,
    );
  }

  async open() {
    try {
      const [info, riffs, cabinets] = await Promise.all([
        api.audition(this.#capture.id),
        api.riffs(),
        api.cabinets(),
      ]);
      this.#build(info, riffs, cabinets);
    } catch (error) {
      say(this.status, error.message);
      fill(this.body, this.status, action("Try again", "resume", () => this.open()));
      return;
    }
    await this.sources.open();
  }

  async close() {
    this.wave?.close();
    await this.#session?.close();
  }

  #build(info, riffs, cabinets) {
    const load = new Load(info.rate_hz);
    const session = new Session(this.#capture, info, (report) => this.#report(report, load));
    this.#session = session;
    this.wave = new Wave(info.rate_hz, (share) => session.seek(share));
    this.keys = new Keys(session, () => this.#update());
    this.sources = new Sources(session, riffs, () => {
      this.wave.load(session.signal.samples);
      this.#update();
    });
    this.play = h("button", { type: "button", class: "play", onclick: () => this.#toggle() });
    this.input = new LevelControl("Input", {
      low: -24,
      high: 24,
      onChange: (gainDb) => session.setInput(gainDb),
      onSettled: () => session.match(),
    });
    this.output = new LevelControl("Output", {
      low: -48,
      high: 12,
      onChange: (gainDb) => session.setOutput(gainDb),
    });
    fill(
      this.body,
      h("div", { class: "deck" }, this.play, this.wave.element),
      this.sources.element,
      this.keys.element,
      h("div", { class: "under-keys" }, this.#matchSwitch(), this.#others()),
      h("div", { class: "knobs" }, this.input.element, this.output.element, this.#cabinet(cabinets)),
      h("p", { class: "hint" }, "Keys 1 to 9 switch while the focus is in this panel."),
    );
    this.#update();
  }

  #update() {
    const { playing, signal } = this.#session;
    this.play.disabled = signal.kind === "none";
    this.keys.update();
    fill(this.play, icon(playing ? "pause" : "play"));
    this.play.setAttribute("aria-label", playing ? "Pause" : "Play");
  }

  async #toggle() {
    await attempt(async () => {
      if (this.#session.playing) this.#session.pause();
      else await this.#session.play();
    });
    this.#update();
  }

  #report(report, load) {
    load.add(report);
    this.meter.update(load, this.#session.underruns);
    this.wave.at(report.frame);
    this.input.meter(report.inputPeak);
    this.output.meter(report.outputPeak);
  }

  #key(event) {
    const { target, key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey || !/^[1-9]$/.test(key)) return;
    if (target.matches("select, input[type=text], input[type=number]")) return;
    event.preventDefault();
    this.keys?.press(Number(key) - 1);
  }

  #matchSwitch() {
    const box = h("input", {
      type: "checkbox",
      role: "switch",
      checked: true,
      onchange: () => this.#session.setMatched(box.checked),
    });
    return h("label", { class: "switch" }, box, h("span", {}, "Level-matched"));
  }

  #others() {
    const choices = this.#studio.captures
      .filter((one) => one.id !== this.#capture.id && one.deleted === null && one.can.audition)
      .flatMap((one) => one.sizes.map((size) => ({ capture: one, size })));
    if (choices.length === 0) return null;
    const select = h(
      "select",
      {
        "aria-label": "Add another capture to compare with",
        onchange: () =>
          attempt(async () => {
            const { capture, size } = choices[select.selectedIndex - 1];
            select.selectedIndex = 0;
            await this.#session.join(capture, size);
            this.#update();
          }),
      },
      h("option", { value: "" }, "Add a capture \u2026"),
      choices.map(({ capture, size }) => h("option", {}, `${capture.name}, ${sizeTitle(size)}`)),
    );
    return select;
  }

  #cabinet(cabinets) {
    const chooser = h("input", {
      type: "file",
      accept: "audio/*,.wav",
      hidden: true,
      "aria-label": "Impulse response of a cabinet",
      onchange: () =>
        attempt(async () => {
          const [file] = chooser.files;
          await this.#session.setCabinet(`file ${file.name} ${file.size}`, await file.arrayBuffer());
          select.add(h("option", { value: "given", selected: true }, file.name), select.length - 1);
          this.given = file;
        }),
    });
    const select = h(
      "select",
      {
        id: "cabinet",
        onchange: () =>
          attempt(async () => {
            if (select.value === "choose") chooser.click();
            else await this.#useCabinet(select.value, cabinets);
          }),
      },
      h("option", { value: "none" }, "None"),
      cabinets.map(({ id, title }) => h("option", { value: id }, title)),
      h("option", { value: "choose" }, "A file \u2026"),
    );
    return h("div", { class: "field" }, h("label", { for: "cabinet" }, "Cabinet"), select, chooser);
  }

  async #useCabinet(value, cabinets) {
    if (value === "none") await this.#session.setCabinet("none", null);
    else if (value === "given") {
      const file = this.given;
      await this.#session.setCabinet(`file ${file.name} ${file.size}`, await file.arrayBuffer());
    } else {
      const { url } = cabinets.find((one) => one.id === value);
      await this.#session.setCabinet(value, await api.sound(url));
    }
  }
}
