// ABX: X is the same as A or as B; which?

import { element, prose } from "../dom.js";
import { choice } from "./choice.js";

export const title = () => "Which of the two is X?";

export function instructions() {
  return [
    element("p", {}, prose`
      A and B are two versions of a passage. X is one of the two, chosen at random. Switch
      between them as often as you like and say which one X is. If you cannot hear it, guess: a
      guess is an answer too.`),
  ];
}

export function makeDesign({ player, draft, changed }) {
  let chosen = draft?.x_is ?? null;
  const asked = choice(
    "X is the same as",
    [
      { value: "A", text: "A", key: "ArrowLeft" },
      { value: "B", text: "B", key: "ArrowRight" },
    ],
    chosen,
    (value) => {
      chosen = value;
      changed();
    },
  );
  const buttons = ["A", "X", "B"].map((label) => player.button(label));
  return {
    node: element("div", {}, element("div", { class: "trio" }, ...buttons), asked.node),
    actionOf: asked.actionOf,
    answer: () => (chosen === null ? null : { x_is: chosen }),
    draft: () => ({ x_is: chosen }),
    missing: "Choose A or B.",
    keys: [["←  →", "X is A, X is B"]],
  };
}
