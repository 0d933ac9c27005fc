// Preference: which of two does one like better?

import { element, prose } from "../dom.js";
import { REFERENCE } from "../labels.js";
import { choice } from "./choice.js";

const CHOICES = [
  { value: "A", text: "A", key: "ArrowLeft" },
  { value: "none", text: "Neither", key: "ArrowDown" },
  { value: "B", text: "B", key: "ArrowRight" },
];

export function title(page) {
  const withReference = page.stimuli.includes(REFERENCE);
  return withReference ? "Which is nearer to the reference?" : "Which do you prefer?";
}

export function instructions(page) {
  const asked = page.stimuli.includes(REFERENCE)
    ? prose`
      The reference is a recording of an amplifier; A and B are two other versions of the same
      passage. Switch between them as often as you like and say which one is nearer to the
      reference.`
    : prose`
      A and B are two versions of a passage. Switch between them as often as you like and say
      which one you like better.`;
  const ties = page.ties ? "choose neither" : "guess";
  return [element("p", {}, `${asked} If you find no difference, ${ties}.`)];
}

export function makeDesign({ player, page, draft, changed }) {
  let chosen = draft?.preferred ?? null;
  const asked = choice(
    page.stimuli.includes(REFERENCE) ? "Nearer to the reference is" : "I prefer",
    CHOICES.filter(({ value }) => page.ties || value !== "none"),
    chosen,
    (value) => {
      chosen = value;
      changed();
    },
  );
  const buttons = page.stimuli.map((label) => player.button(label));
  return {
    node: element("div", {}, element("div", { class: "trio" }, ...buttons), asked.node),
    actionOf: asked.actionOf,
    answer: () => (chosen === null ? null : { preferred: chosen }),
    draft: () => ({ preferred: chosen }),
    missing: page.ties ? "Choose A, B or neither." : "Choose A or B.",
    keys: page.ties ? [["←  ↓  →", "A, neither, B"]] : [["←  →", "A, B"]],
  };
}
