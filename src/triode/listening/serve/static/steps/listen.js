// One page of the test: hear, switch, answer.

import { decision, element, show } from "../dom.js";
import { forget, keep, recall } from "../keeping.js";
import { spoken } from "../labels.js";
import { keyHelp, listenToKeys } from "../keys.js";
import { Player } from "../player.js";
import * as abx from "../designs/abx.js";
import * as mushra from "../designs/mushra.js";
import * as preference from "../designs/preference.js";
import * as triple from "../designs/triple.js";

const DESIGNS = { abx, mushra, preference, triple };
const KEYS = [
  ["Space", "play, pause"],
  ["A  B …", "hear that one"],
  ["[  ]", "the loop begins, ends here"],
  ["\\", "the whole passage again"],
  ["Enter", "next page"],
];

/**
 * Resolves once the answer is complete and the person goes on: with the answer, and with what
 * forgets the draft of it, which is kept all along so that a reload costs nothing.
 */
export async function listen({ participant, page, stimuli, context, level }) {
  const design = DESIGNS[page.design];
  const box = `${participant.token} draft ${page.index}`;
  const draft = recall(box);
  const [left, leave] = decision();
  const shown = performance.now();
  let ready = false;
  const changed = () => {
    if (!ready) return;
    keep(box, { given: made.draft(), counts: counts() });
    const problem = missing();
    next.setAttribute("aria-disabled", String(problem !== ""));
    hint.textContent = problem;
  };
  const player = new Player(context, page.stimuli, stimuli, level, changed);
  const made = design.makeDesign({ player, page, draft: draft?.given, changed });
  const before = draft?.counts ?? { milliseconds: 0, switches: 0 };
  Object.assign(player.plays, draft?.counts.plays);
  const counts = () => ({
    milliseconds: Math.round(before.milliseconds + performance.now() - shown),
    switches: before.switches + player.switches,
    plays: player.plays,
  });
  const missing = () => {
    const unheard = page.stimuli.filter((label) => !(label in player.plays));
    if (unheard.length > 0) return `Not heard yet: ${unheard.map(spoken).join(", ")}.`;
    return made.answer() === null ? made.missing : "";
  };
  const go = () => (missing() === "" ? leave() : hint.focus());
  const hint = element("p", { class: "note hint", id: "hint", role: "status", tabindex: -1 });
  const next = element(
    "button",
    { type: "button", class: "next", "aria-describedby": "hint", click: go },
    "Next",
  );
  const training = page.kind === "training";
  show(
    training ? element("p", { class: "kind" }, "Training") : null,
    element("h1", {}, design.title(page)),
    // The training pages explain; later the same text would only be in the way.
    training ? element("div", {}, ...design.instructions(page)) : again(design, page),
    made.node,
    element("div", { class: "transport" }, player.toggleButton, player.timeline.node),
    element("div", { class: "actions" }, next, hint),
    keyHelp(element, [...KEYS.slice(0, 2), ...made.keys, ...KEYS.slice(2)]),
  );
  ready = true;
  changed();
  const stop = listenToKeys((key) => actionOf(key, { player, made, go }));
  await left;
  stop();
  player.close();
  return { answer: { ...made.answer(), ...counts() }, forgetDraft: () => forget(box) };
}

function again(design, page) {
  return element("details", {}, element("summary", {}, "What to do"), ...design.instructions(page));
}

function actionOf(key, { player, made, go }) {
  if (key === "Enter") return go;
  const action = player.actionOf(key);
  if (action === undefined) return made.actionOf(key);
  const label = player.labelOf(key);
  if (label === undefined) return action;
  return () => {
    action();
    made.chosen?.(label);
  };
}
