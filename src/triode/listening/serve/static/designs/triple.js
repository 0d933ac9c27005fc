// Triple stimulus with hidden reference (ITU-R BS.1116-3): which is the reference, how bad is the other?

import { element, prose } from "../dom.js";
import { REFERENCE } from "../labels.js";
import { choice } from "./choice.js";
import { Grade, IMPAIRMENT, words } from "./grade.js";

const BEST = 5;

export const title = () => "Which of the two is the reference?";

export function instructions() {
  return [
    element("p", {}, prose`
      The reference is a recording of an amplifier. One of B and C is the same recording again,
      the other one differs from it, perhaps by very little. First say which of the two is the
      reference; it has grade 5.0. Then grade how far the other one is from the reference, from
      5.0, imperceptible, to 1.0, very annoying. If you cannot hear it, guess.`),
  ];
}

export function makeDesign({ player, draft, changed }) {
  let hidden = draft?.hidden ?? null;
  const other = () => (hidden === "B" ? "C" : "B");
  const asked = choice(
    "The reference is",
    [
      { value: "B", text: "B", key: "ArrowLeft" },
      { value: "C", text: "C", key: "ArrowRight" },
    ],
    hidden,
    (value) => {
      hidden = value;
      describe();
      changed();
    },
  );
  const grade = new Grade("Grade of the other one", IMPAIRMENT, draft?.grade ?? null, changed);
  const heading = element("h2", {});
  const describe = () => {
    heading.textContent = hidden === null ? "Grade of the other one" : `Grade of ${other()}`;
    grade.input.setAttribute("aria-label", heading.textContent);
    grade.input.disabled = hidden === null;
  };
  describe();
  const answer = () =>
    hidden === null || grade.value === null
      ? null
      : { hidden, grades: { [hidden]: BEST, [other()]: grade.value } };
  const buttons = [REFERENCE, "B", "C"].map((label) => player.button(label));
  const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  return {
    node: element(
      "div",
      {},
      element("div", { class: "trio" }, ...buttons),
      asked.node,
      heading,
      element(
        "div",
        { class: "lanes single" },
        words(IMPAIRMENT),
        element("div", { class: "lane" }, element("div", { class: "slide" }, grade.input), grade.output),
      ),
    ),
    actionOf: (key) =>
      asked.actionOf(key) ??
      (key in steps && hidden !== null ? () => grade.move(steps[key]) : undefined),
    answer,
    draft: () => ({ hidden, grade: grade.value }),
    missing: "Choose B or C, then grade the other one.",
    keys: [
      ["←  →", "the reference is B, is C"],
      ["↑  ↓", "grade of the other one, a tenth up or down"],
    ],
  };
}
