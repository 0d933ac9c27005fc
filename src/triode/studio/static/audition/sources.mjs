import { fill, h, say } from "../core/dom.mjs";
import { attempt, notify } from "../core/notices.mjs";
import { inputDevices } from "./player.mjs";

const REFUSALS = {
  NotAllowedError: "The browser does not let this page hear the input. Allow the microphone for it in the address bar.",
  NotFoundError: "There is no audio input. Plug in the interface and try again.",
  NotReadableError: "Another program holds the input, or it was unplugged.",
  OverconstrainedError: "That input is gone. Choose another.",
};

/** What is played through the voices: the recording's passage, a riff, a file, or the guitar. */
export class Sources {
  #session;
  #onChange;

  constructor(session, riffs, onChange) {
    this.#session = session;
    this.#onChange = onChange;
    this.detail = h("div", { class: "source-detail" });
    const choices = [
      session.info.passage.wet !== null ? ["passage", "Its own recording", () => this.#passage()] : null,
      riffs.length > 0 ? ["riff", "Riff", () => this.#riff(riffs)] : null,
      ["file", "A file", () => this.#file()],
      ["live", "Live guitar", () => this.#live()],
    ].filter((one) => one !== null);
    this.inputs = choices.map(([value, , choose]) =>
      h("input", { type: "radio", name: "source", value, onchange: () => attempt(choose) }),
    );
    this.element = h(
      "fieldset",
      { class: "sources" },
      h("legend", {}, "Playing"),
      h(
        "div",
        { class: "segments" },
        choices.map(([, title], i) => h("label", { class: "segment" }, this.inputs[i], h("span", {}, title))),
      ),
      this.detail,
    );
    this.first = choices[0];
  }

  /** Choose the first one there is. */
  async open() {
    this.inputs[0].checked = true;
    await attempt(this.first[2]);
  }

  async #passage() {
    fill(this.detail);
    await this.#session.usePassage();
    this.#onChange();
  }

  async #riff(riffs) {
    const select = h(
      "select",
      {
        "aria-label": "Riff",
        onchange: () => attempt(() => this.#useRiff(riffs[select.selectedIndex])),
      },
      riffs.map(({ name, title }) => h("option", { value: name }, title)),
    );
    fill(this.detail, select);
    await this.#useRiff(riffs[0]);
  }

  async #useRiff(riff) {
    await this.#session.useRiff(riff);
    this.#onChange();
  }

  #file() {
    const chooser = h("input", {
      type: "file",
      accept: "audio/*,.wav,.flac",
      "aria-label": "Dry guitar to play through the captures",
      onchange: () =>
        attempt(async () => {
          await this.#session.useFile(chooser.files[0]);
          this.#onChange();
        }),
    });
    fill(this.detail, chooser, h("p", { class: "hint" }, "A dry guitar track; it stays in this page."));
  }

  async #live() {
    const delay = h("span", {});
    fill(
      this.detail,
      h(
        "p",
        { class: "hint" },
        "Use headphones: through loudspeakers it would howl. The browser's echo cancelling, noise suppression and gain control are off. ",
        delay,
      ),
    );
    await this.#useLive(null);
    const { latencySeconds } = this.#session;
    if (latencySeconds > 0) {
      say(delay, `It says that its output takes ${Math.round(1000 * latencySeconds)} ms.`);
    }
    const devices = (await inputDevices()).filter((one) => one.label !== "");
    if (devices.length < 2) return;
    const select = h(
      "select",
      { "aria-label": "Audio input", onchange: () => attempt(() => this.#useLive(select.value)) },
      devices.map(({ id, label }) => h("option", { value: id }, label)),
    );
    this.detail.prepend(select);
  }

  async #useLive(device) {
    try {
      await this.#session.useLive(device);
    } catch (error) {
      notify(REFUSALS[error.name] ?? error.message, { kind: "error" });
    }
    this.#onChange();
  }
}
