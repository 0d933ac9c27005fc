// A question with a few answers, one of which is chosen: big buttons that are radio buttons.

import { element } from "../dom.js";

/**
 * @param {string} question
 * @param {{value: string, text: string, key: string}[]} choices `key` as the browser calls it.
 * @param {string|null} chosen What an earlier visit chose.
 * @param {(value: string) => void} changed
 */
export function choice(question, choices, chosen, changed) {
  const inputs = choices.map(({ value }) =>
    element("input", {
      type: "radio",
      name: "choice",
      value,
      checked: value === chosen,
      change: () => changed(value),
    }),
  );
  const node = element(
    "fieldset",
    { class: "choices" },
    element("legend", {}, question),
    ...choices.map(({ text, key }, index) =>
      element("label", {}, inputs[index], element("span", {}, text), element("kbd", {}, KEYS[key])),
    ),
  );
  const actionOf = (key) => {
    const index = choices.findIndex((one) => one.key === key);
    if (index < 0) return undefined;
    return () => {
      inputs[index].checked = true;
      changed(choices[index].value);
    };
  };
  return { node, actionOf };
}

const KEYS = { ArrowLeft: "←", ArrowRight: "→", ArrowDown: "↓" };
