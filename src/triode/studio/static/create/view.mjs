import * as api from "../core/api.mjs";
import { h, icon, say } from "../core/dom.mjs";
import { parsedTags } from "../core/library.mjs";
import { filledIn, metadataFields, metadataOf } from "../core/metadata.mjs";
import { attempt, notify } from "../core/notices.mjs";
import { Drop } from "./drop.mjs";
import { Findings } from "./findings.mjs";
import { RecordingPlace } from "./recording.mjs";
import { TrainingChoice } from "./training.mjs";

const CHECK_INTERVAL_MILLISECONDS = 600;

/** From two recordings to a training that runs. */
export class CreateView {
  #studio;
  #draft;
  #round = 0;

  constructor(studio) {
    this.#studio = studio;
    this.#draft = studio.draft;
    this.title = "New capture";
    this.heading = h("h1", { tabindex: "-1" }, this.title);
    this.dry = new Drop(
      { name: "dry", title: "Dry", text: "What was sent to the amp. Drop a WAV or FLAC here, or choose one." },
      (upload) => this.#paired({ dry: upload }),
    );
    this.wet = new Drop(
      { name: "wet", title: "Wet", text: "What came back from it, as long as the dry one." },
      (upload) => this.#paired({ wet: upload }),
    );
    this.recording = new RecordingPlace((dry, wet) => {
      this.dry.show(dry);
      this.wet.show(wet);
      this.#paired({ dry, wet });
    });
    this.repair = h("input", { type: "checkbox", role: "switch", checked: true, onchange: () => this.#check() });
    this.findings = new Findings();
    this.training = h("div", {});
    this.start = h("button", { type: "submit", class: "button primary large", disabled: true }, icon("record"), "Start training");
    this.why = h("p", { class: "note", id: "why", role: "status" });
    this.start.setAttribute("aria-describedby", "why");
    this.form = this.#form();
    this.element = h("div", { class: "create" }, h("div", { class: "page-head" }, h("div", {}, h("a", { class: "quiet", href: "#/" }, "Library"), this.heading)), this.form);
  }

  async open() {
    this.dry.show(this.#draft.dry ?? null);
    this.wet.show(this.#draft.wet ?? null);
    const recipes = await api.recipes();
    this.choice = new TrainingChoice(recipes);
    this.training.replaceChildren(this.choice.element);
    if (this.#draft.result !== undefined) this.#checked(this.#draft.result);
    else await this.#check();
  }

  update() {}

  happened(event) {
    this.recording.happened(event);
  }

  close() {
    this.#round += 1;
  }

  #form() {
    const name = h("input", { id: "name", name: "name", type: "text", required: true, maxlength: "200", autocomplete: "off", placeholder: "Deluxe, edge of breakup" });
    const tags = h("input", { id: "tags", name: "tags", type: "text", maxlength: "400", autocomplete: "off", "aria-describedby": "tags-hint" });
    return h(
      "form",
      { onsubmit: (event) => this.#start(event) },
      step(
        "1",
        "Recordings",
        h("div", { class: "pair" }, this.dry.element, this.wet.element),
        this.recording.element,
      ),
      step(
        "2",
        "Check",
        h("label", { class: "switch" }, this.repair, h("span", {}, "Put right what can be put right")),
        this.findings.element,
      ),
      step("3", "Training", this.training),
      step(
        "4",
        "What it is",
        h("div", { class: "fields" },
          h("div", { class: "field wide" }, h("label", { for: "name" }, "Name"), name),
          metadataFields("new"),
          h("div", { class: "field" }, h("label", { for: "tags" }, "Tags"), tags, h("span", { class: "hint", id: "tags-hint" }, "separated by commas"))),
      ),
      h("div", { class: "start" }, this.start, this.why),
    );
  }

  #paired(change) {
    Object.assign(this.#draft, change);
    delete this.#draft.result;
    const { dry, wet } = this.#draft;
    const { name } = this.form.elements;
    if (change.wet?.rate_hz && name.value === "") name.value = wet.name.replace(/\.\w+$/, "").replace(/[-_]+/g, " ");
    if (dry && wet) this.#check();
    else this.#ready();
  }

  async #check() {
    this.#round += 1;
    const round = this.#round;
    delete this.#draft.result;
    const { dry, wet } = this.#draft;
    this.#ready();
    if (!dry || !wet) {
      this.findings.wait("Both recordings are needed.");
      return;
    }
    this.findings.wait("Listening to both recordings \u2026");
    const result = await attempt(() => this.#checkResult(dry, wet, round));
    if (round !== this.#round) return;
    if (result === undefined) this.findings.wait("The check could not be made.");
    else this.#checked(result);
  }

  async #checkResult(dry, wet, round) {
    const { id } = await api.startCheck({ dry: dry.id, wet: wet.id, repair: this.repair.checked, delay: null });
    while (round === this.#round) {
      const result = await api.check(id);
      if (result.state !== "running") return result;
      await new Promise((resolve) => setTimeout(resolve, CHECK_INTERVAL_MILLISECONDS));
    }
    return undefined;
  }

  #checked(result) {
    this.#draft.result = result;
    this.findings.show(result);
    this.#ready();
  }

  #ready() {
    const { dry, wet, result } = this.#draft;
    const usable = result !== undefined && result.state === "done" && !result.blocked;
    this.start.disabled = !usable;
    say(this.why, usable ? "" : reason(dry, wet, result));
  }

  async #start(event) {
    event.preventDefault();
    const { dry, wet } = this.#draft;
    const { name, tags } = this.form.elements;
    this.start.disabled = true;
    const capture = await attempt(() =>
      api.startCapture({
        dry: dry.id,
        wet: wet.id,
        repair: this.repair.checked,
        ...this.choice.value,
        name: name.value.trim(),
        metadata: filledIn(metadataOf(this.form)),
        tags: parsedTags(tags.value),
      }),
    );
    this.#ready();
    if (capture === undefined) return;
    for (const key of Object.keys(this.#draft)) delete this.#draft[key];
    this.#studio.took(capture);
    notify(`“${capture.name}” is queued. You may close this page; training goes on.`);
    location.hash = `#/capture/${capture.id}`;
  }
}

function reason(dry, wet, result) {
  if (!dry || !wet) return "Two recordings are needed first.";
  if (result === undefined) return "The recordings are being checked.";
  return "These recordings cannot be used; see the check.";
}

function step(number, title, ...content) {
  const id = `step-${number}`;
  return h(
    "section",
    { class: "step", "aria-labelledby": id },
    h("h2", { id }, h("span", { class: "step-number", "aria-hidden": "true" }, number), title),
    h("div", { class: "step-body" }, content),
  );
}
