import * as api from "../core/api.mjs";
import { h, icon } from "../core/dom.mjs";
import { parsedTags } from "../core/library.mjs";
import { metadataFields, metadataOf } from "../core/metadata.mjs";
import { attempt, notify } from "../core/notices.mjs";

/** The form with a capture's name, tags and metadata. */
export class Details {
  #studio;

  constructor(studio, capture) {
    this.#studio = studio;
    this.id = capture.id;
    this.form = h(
      "form",
      { class: "details", onsubmit: (event) => this.#save(event) },
      h("h2", {}, "Details"),
      field("detail-name", "Name", { name: "name", value: capture.name, required: true, maxlength: "200" }),
      field("detail-tags", "Tags", { name: "tags", value: capture.tags.join(", "), maxlength: "400" }, "separated by commas"),
      metadataFields("detail", capture.metadata),
      h("button", { type: "submit", class: "button" }, icon("check"), "Save"),
    );
    this.element = h("section", { class: "panel", "aria-label": "Details" }, this.form);
  }

  async #save(event) {
    event.preventDefault();
    const { name, tags } = this.form.elements;
    const changes = {
      name: name.value.trim(),
      tags: parsedTags(tags.value),
      metadata: metadataOf(this.form),
    };
    const saved = await attempt(() => api.editCapture(this.id, changes));
    if (saved === undefined) return;
    this.#studio.took(saved);
    tags.value = saved.tags.join(", ");
    notify("Saved, in the library and in the .nam file.");
  }
}

function field(id, label, properties, hint = null) {
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    h("input", { id, type: "text", autocomplete: "off", "aria-describedby": hint ? `${id}-hint` : null, ...properties }),
    hint ? h("span", { class: "hint", id: `${id}-hint` }, hint) : null,
  );
}
