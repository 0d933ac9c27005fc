// MUSHRA (ITU-R BS.1534-3): grade every stimulus against an open reference.

import { element, prose } from "../dom.js";
import { REFERENCE } from "../labels.js";
import { Grade, QUALITY, words } from "./grade.js";

export const title = () => "How close to the reference is each?";

export function instructions() {
  return [
    element("p", {}, prose`
      The reference is a recording of an amplifier. Each letter is another version of the same
      passage; one of them is the reference itself. Grade how close every one comes to the
      reference, from 0 to 100.`),
    element("p", {}, prose`
      If you cannot tell one from the reference, give it 100; at least one deserves that. Equal
      grades are allowed.`),
  ];
}

export function makeDesign({ player, page, draft, changed }) {
  const graded = page.rated;
  const grades = new Map(
    graded.map((label) => [
      label,
      new Grade(`Grade of ${label}`, QUALITY, draft?.scores?.[label] ?? null, changed),
    ]),
  );
  const lanes = graded.map((label) =>
    element(
      "div",
      { class: "lane" },
      player.button(label),
      element("div", { class: "slide" }, grades.get(label).input),
      grades.get(label).output,
    ),
  );
  const scores = () =>
    Object.fromEntries([...grades].map(([label, grade]) => [label, grade.value]));
  const complete = () => [...grades.values()].every((grade) => grade.value !== null);
  const move = (steps) => () => {
    const grade = grades.get(player.current);
    grade?.input.focus();
    grade?.move(steps);
  };
  const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
  return {
    node: element(
      "div",
      { class: "mushra lanes" },
      element("div", { class: "scale" }, player.button(REFERENCE), words(QUALITY)),
      ...lanes,
    ),
    // A slider that has the focus moves itself; otherwise arrows are for what sounds.
    actionOf: (key) =>
      document.activeElement?.matches("input[type=range]") || !(key in steps)
        ? undefined
        : move(steps[key]),
    chosen: (label) => grades.get(label)?.input.focus(),
    answer: () => (complete() ? { scores: scores() } : null),
    draft: () => ({ scores: scores() }),
    missing: "Grade every letter.",
    keys: [
      ["↑  ↓", "one point up or down, for the letter that sounds"],
      ["Page ↑  Page ↓", "ten points up or down"],
      ["Home  End", "0, 100"],
    ],
  };
}
