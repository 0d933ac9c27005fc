import { fill, h, icon } from "../core/dom.mjs";
import { nullDepth } from "../core/format.mjs";

/** The voices as keys of which one is down. */
export class Keys {
  #session;
  #onChange;

  constructor(session, onChange) {
    this.#session = session;
    this.#onChange = onChange;
    this.keys = h("div", { class: "keys" });
    this.element = h("fieldset", { class: "listening" }, h("legend", {}, "Listening to"), this.keys);
  }

  /** Show the voices there are. */
  update() {
    const had = this.keys.contains(document.activeElement) ? document.activeElement.value : null;
    fill(this.keys, this.#session.voices.map((voice, place) => this.#key(voice, place)));
    if (had !== null) {
      const inputs = [...this.keys.querySelectorAll("input")];
      (inputs.find((one) => one.value === had) ?? inputs.find((one) => one.checked))?.focus();
    }
  }

  /** Press the key at a place, counted from 0, when it is there and can be heard. */
  press(place) {
    const input = this.keys.querySelectorAll("input")[place];
    if (input === undefined || input.disabled) return;
    input.checked = true;
    input.focus();
    this.#hear(input.value);
  }

  #key(voice, place) {
    const available = this.#session.available(voice);
    const input = h("input", {
      type: "radio",
      name: "voice",
      value: voice.id,
      checked: voice.id === this.#session.heard,
      disabled: !available,
      onchange: () => this.#hear(voice.id),
    });
    const other = voice.passage === "other";
    return h(
      "div",
      { class: "key-place" },
      h(
        "label",
        { class: "key" },
        input,
        h("span", { class: "key-number", "aria-hidden": "true" }, String(place + 1)),
        h("span", { class: "key-title" }, voice.title),
        h("span", { class: "key-note" }, note(voice, available)),
      ),
      other
        ? h(
            "button",
            {
              type: "button",
              class: "button plain small key-remove",
              "aria-label": `Remove ${voice.title}`,
              onclick: () => {
                this.#session.leave(voice.id);
                this.#onChange();
                this.keys.querySelector("input:checked")?.focus();
              },
            },
            icon("close"),
          )
        : null,
    );
  }

  #hear(id) {
    this.#session.hear(id);
    this.#onChange();
  }
}

function note(voice, available) {
  if (voice.kind === "recording") return available ? "its recording" : "with its own recording only";
  const esr = typeof voice.esr === "number" ? nullDepth(voice.esr) : "";
  return [voice.note, esr].filter(Boolean).join(", ");
}
