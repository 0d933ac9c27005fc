import { h } from "./dom.mjs";

/** What a `.nam` file can say of itself, in the order of the form. */
const FIELDS = [
  { name: "gear_make", label: "Maker", placeholder: "Fender" },
  { name: "gear_model", label: "Model", placeholder: "Deluxe Reverb" },
  {
    name: "gear_type",
    label: "Kind of gear",
    choices: {
      amp: "Amp",
      pedal: "Pedal",
      pedal_amp: "Pedal and amp",
      amp_cab: "Amp and cabinet",
      amp_pedal_cab: "Amp, pedal and cabinet",
      preamp: "Preamp",
      studio: "Studio gear",
    },
  },
  {
    name: "tone_type",
    label: "Tone",
    choices: {
      clean: "Clean",
      overdrive: "Overdrive",
      crunch: "Crunch",
      hi_gain: "High gain",
      fuzz: "Fuzz",
    },
  },
  { name: "modeled_by", label: "Captured by", placeholder: "Your name" },
  {
    name: "input_level_dbu",
    label: "Input level",
    unit: "dBu",
    hint: "of a full-scale sine going in; leave empty when unknown",
  },
  {
    name: "output_level_dbu",
    label: "Output level",
    unit: "dBu",
    hint: "of a full-scale sine coming out",
  },
];

/** The fields as controls; `prefix` keeps ids apart. */
export function metadataFields(prefix, values = {}) {
  return FIELDS.map((field) => {
    const id = `${prefix}-${field.name}`;
    const hint = field.hint ? h("span", { class: "hint", id: `${id}-hint` }, field.hint) : null;
    return h(
      "div",
      { class: "field" },
      h("label", { for: id }, field.unit ? `${field.label} (${field.unit})` : field.label),
      control(field, id, values[field.name]),
      hint,
    );
  });
}

function control(field, id, value) {
  const shared = { id, name: field.name, "aria-describedby": field.hint ? `${id}-hint` : null };
  if (field.choices) {
    const options = [["", "Not said"], ...Object.entries(field.choices)];
    return h(
      "select",
      shared,
      options.map(([key, text]) => h("option", { value: key, selected: key === (value ?? "") }, text)),
    );
  }
  const number = field.unit === "dBu";
  return h("input", {
    ...shared,
    type: number ? "number" : "text",
    step: number ? "0.1" : null,
    min: number ? "-100" : null,
    max: number ? "100" : null,
    maxlength: number ? null : "200",
    autocomplete: "off",
    placeholder: field.placeholder,
    value: value ?? "",
  });
}

/** What a form says; fields left empty are null, which takes a value away. */
export function metadataOf(form) {
  const entries = FIELDS.map(({ name, unit }) => {
    const text = form.elements[name].value.trim();
    if (text === "") return [name, null];
    return [name, unit === "dBu" ? Number(text) : text];
  });
  return Object.fromEntries(entries);
}

/** The fields that were filled in. */
export function filledIn(metadata) {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));
}
