import * as api from "../core/api.mjs";
import { action } from "../core/actions.mjs";
import { fill, h, say } from "../core/dom.mjs";
import { counted, decibels, duration } from "../core/format.mjs";
import { attempt, notify } from "../core/notices.mjs";
import { LevelMeter } from "../core/meter.mjs";

const LENGTHS = [1, 2, 3, 5];

/** Recording the pair through the computer's audio interface, instead of dropping two files. */
export class RecordingPlace {
  #onPair;
  #running = null;

  /** @param {(dry: object, wet: object) => void} onPair Gets both uploads. */
  constructor(onPair) {
    this.#onPair = onPair;
    this.body = h("div", { class: "recording" });
    this.element = h(
      "details",
      { class: "record-place", ontoggle: ({ target }) => target.open && this.#open() },
      h("summary", {}, "Record through an audio interface instead"),
      this.body,
    );
  }

  /** Take an event of the server's about a recording. */
  happened(event) {
    if (event.type !== "recording" || event.id !== this.#running) return;
    if (event.state === "running") this.#show(event);
    else this.#end(event);
  }

  async #open() {
    if (this.#running !== null) return;
    fill(this.body, h("p", { class: "note", role: "status" }, "Looking for audio interfaces \u2026"));
    const found = await attempt(() => api.devices());
    if (found === undefined || found.message !== "") {
      fill(this.body, h("p", { class: "problem" }, found?.message ?? ""), this.#again());
      return;
    }
    this.output = new Side("output", "Output to the gear", found.outputs);
    this.input = new Side("input", "Input from the gear", found.inputs);
    this.level = action("Set the level", "repair", () => this.#begin({ level_only: true }));
    this.begin = action("Record", "record", () => this.#begin({}), { kind: "primary" });
    this.stop = action("Stop", "stop", () => attempt(() => api.stopRecording(this.#running)));
    this.stop.hidden = true;
    this.said = h("p", { role: "status", class: "note" });
    this.bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "Recorded" });
    this.meter = new LevelMeter();
    this.meter.element.hidden = true;
    fill(
      this.body,
      h(
        "p",
        { class: "note" },
        "Triode's own signal is played through the gear while what comes back is recorded. Mute your monitors first, and set the level with its loudest passage.",
      ),
      h("div", { class: "fields" }, this.output.element, this.input.element, this.#minutes()),
      h("div", { class: "actions" }, this.level, this.begin, this.stop),
      this.bar,
      this.meter.element,
      this.said,
    );
  }

  #again() {
    return action("Look again", "resume", () => this.#open());
  }

  #minutes() {
    this.minutes = h(
      "select",
      { id: "minutes" },
      LENGTHS.map((one) => h("option", { value: one, selected: one === 3 }, counted(one, "minute"))),
    );
    return h("div", { class: "field" }, h("label", { for: "minutes" }, "Length"), this.minutes);
  }

  async #begin(how) {
    const minutes = Number(this.minutes.value);
    const started = await attempt(() =>
      api.startRecording({ ...this.output.value, ...this.input.value, minutes, ...how }),
    );
    if (started === undefined) return;
    this.#running = started.id;
    this.#busy(true);
    this.#show(started);
  }

  #show({ seconds, total_seconds: total, peak_dbfs: peak, advice }) {
    this.bar.hidden = total === null;
    if (total !== null) this.bar.value = seconds / total;
    this.meter.show(peak ?? -Infinity);
    const left = total === null ? "" : `${duration(total - seconds)} left`;
    const level = peak === null ? "" : `peak ${decibels(peak, { unit: "dBFS" })}`;
    const silent = peak === null && advice === "" ? "nothing comes back" : "";
    say(this.said, [level, silent, left, advice].filter(Boolean).join(", "));
  }

  #end({ state, dry, wet, message, warnings }) {
    this.#running = null;
    this.#busy(false);
    say(this.said, [message, ...warnings].filter(Boolean).join(" "));
    if (state === "failed" || wet === null) return;
    notify("Recorded. The check follows.");
    this.#onPair({ id: dry, name: "What was played" }, { id: wet, name: "What came back" });
  }

  #busy(busy) {
    for (const button of [this.level, this.begin]) button.disabled = busy;
    this.stop.hidden = !busy;
    this.bar.hidden = !busy;
    this.meter.element.hidden = !busy;
  }
}

/** A device and one of its channels. */
class Side {
  constructor(kind, label, devices) {
    this.kind = kind;
    const chosen = devices.find((device) => device.is_default) ?? devices[0];
    this.device = h(
      "select",
      { id: `${kind}-device`, onchange: () => this.#fillChannels(devices) },
      devices.map((device) =>
        h("option", { value: device.number, selected: device === chosen }, device.name),
      ),
    );
    this.channel = h("select", { id: `${kind}-channel` });
    this.element = h(
      "div",
      { class: "side-choice" },
      h("div", { class: "field" }, h("label", { for: `${kind}-device` }, label), this.device),
      h("div", { class: "field" }, h("label", { for: `${kind}-channel` }, "Channel"), this.channel),
    );
    this.#fillChannels(devices);
  }

  /** As the server takes it. */
  get value() {
    return {
      [`${this.kind}_device`]: Number(this.device.value),
      [`${this.kind}_channel`]: Number(this.channel.value),
    };
  }

  #fillChannels(devices) {
    const { channels } = devices.find((device) => String(device.number) === this.device.value);
    const numbers = Array.from({ length: channels }, (_, i) => i + 1);
    fill(this.channel, numbers.map((number) => h("option", { value: number }, String(number))));
  }
}
