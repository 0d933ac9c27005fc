import { h } from "../core/dom.mjs";
import { counted, sizeTitle } from "../core/format.mjs";
import { orderedSizes } from "../core/library.mjs";

/** Recipe, and when training ends. */
export class TrainingChoice {
  constructor(recipes, preferred = "a2") {
    const first = recipes.find(({ name }) => name === preferred) ?? recipes[0];
    this.epochs = h("input", { id: "epochs", name: "epochs", type: "number", min: "1", max: "10000", step: "1", placeholder: String(first.epochs) });
    this.until = h("input", { id: "until-esr", type: "number", min: "0", max: "1", step: "any", placeholder: "0.01", "aria-label": "ESR to reach" });
    this.recipes = h(
      "div",
      { class: "recipes" },
      recipes.map((recipe) => this.#card(recipe, recipe === first)),
    );
    this.ends = h(
      "select",
      { id: "ends", onchange: () => this.#showEnd() },
      h("option", { value: "" }, "After all epochs"),
      h("option", { value: "good" }, "When more gains little (good)"),
      h("option", { value: "best" }, "When more gains next to nothing (best)"),
      h("option", { value: "esr" }, "When an ESR is reached"),
    );
    this.untilField = h("div", { class: "field" }, h("label", { for: "until-esr" }, "ESR"), this.until);
    this.element = h(
      "div",
      {},
      h("fieldset", {}, h("legend", {}, "Recipe"), this.recipes),
      h(
        "div",
        { class: "fields" },
        h("div", { class: "field" }, h("label", { for: "ends" }, "Training ends"), this.ends),
        this.untilField,
        h("div", { class: "field" }, h("label", { for: "epochs" }, "Epochs at most"), this.epochs),
      ),
    );
    this.#showEnd();
  }

  /** {recipe, epochs, until} as the server takes them. */
  get value() {
    const recipe = this.recipes.querySelector("input:checked").value;
    const epochs = this.epochs.value === "" ? null : Number(this.epochs.value);
    const ends = this.ends.value;
    const until = ends === "" ? null : ends === "esr" ? this.until.value || "0.01" : ends;
    return { recipe, epochs, until };
  }

  #showEnd() {
    this.untilField.hidden = this.ends.value !== "esr";
  }

  #card({ name, description, epochs, sizes }, checked) {
    return h(
      "label",
      { class: "recipe" },
      h("input", {
        type: "radio",
        name: "recipe",
        value: name,
        checked,
        onchange: () => {
          this.epochs.placeholder = String(epochs);
        },
      }),
      h("span", { class: "recipe-name" }, name),
      h("span", { class: "recipe-text" }, description),
      h("span", { class: "recipe-facts" }, `${counted(epochs, "epoch")} · ${orderedSizes(sizes).map(sizeTitle).join(", ")}`),
    );
  }
}
