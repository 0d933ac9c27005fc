// How loud: set once, on a passage of the test itself, and left alone afterwards.

import { decision, element, prose, show } from "../dom.js";
import { listenToKeys } from "../keys.js";
import { Player } from "../player.js";

const QUIETEST_DB = -40;
const FIRST_DB = -12;

export const factorOf = (db) => 10 ** (db / 20);

/** Resolves with the level in decibels, 0 for the sound as it is. */
export async function level(context, page, stimuli) {
  const [left, leave] = decision();
  const [first, sound] = [page.stimuli.slice(0, 1), stimuli.slice(0, 1)];
  const player = new Player(context, first, sound, factorOf(FIRST_DB), () => {
    go.disabled = Object.keys(player.plays).length === 0;
  });
  const output = element("output", { "aria-hidden": "true" });
  const slider = element("input", {
    type: "range",
    id: "level",
    min: QUIETEST_DB,
    max: 0,
    step: 1,
    value: FIRST_DB,
    input: () => set(),
  });
  const set = () => {
    const text = `${slider.value} dB`.replace("-", "\u2212");
    output.textContent = text;
    slider.setAttribute("aria-valuetext", text);
    player.engine.level = factorOf(Number(slider.value));
  };
  const go = element(
    "button",
    { type: "button", class: "next", disabled: true, click: () => leave() },
    "This is right",
  );
  show(
    element("h1", {}, "Set the volume"),
    element("p", {}, prose`
      Play the passage and set a level that is comfortable and at which you hear details. Please
      do not change it afterwards, here or on your device.`),
    element("p", {}, player.toggleButton),
    element("label", { class: "level", for: "level" }, element("span", {}, "Level"), slider, output),
    element("p", { class: "actions" }, go),
  );
  set();
  const move = (steps) => () => {
    slider.stepUp(steps);
    set();
  };
  const stop = listenToKeys(
    (key) =>
      ({
        " ": () => player.toggle(),
        ArrowUp: move(1),
        ArrowRight: move(1),
        ArrowDown: move(-1),
        ArrowLeft: move(-1),
        Enter: go.disabled ? undefined : leave,
      })[key],
  );
  await left;
  stop();
  player.close();
  return Number(slider.value);
}
