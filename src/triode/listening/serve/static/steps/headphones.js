// Does the person wear headphones? Three tones, six times.

import { decision, element, prose, show } from "../dom.js";
import { listenToKeys } from "../keys.js";
import { between } from "./between.js";
import { ENOUGH, TRIALS, deal, tones } from "../tones.js";

const ATTEMPTS = 2;

/** Resolves with how it went: `{passed, correct, attempts}`. Who fails twice may go on all the same. */
export async function headphones(context) {
  for (let attempts = 1; ; attempts += 1) {
    await introduce(attempts);
    let correct = 0;
    for (let trial = 0; trial < TRIALS; trial += 1) {
      if (await ask(context, trial)) correct += 1;
    }
    const passed = correct >= ENOUGH;
    if (passed || attempts === ATTEMPTS) {
      if (!passed) await goOnAllTheSame();
      return { passed, correct, attempts };
    }
  }
}

function introduce(attempt) {
  const again = attempt > 1;
  const text = again
    ? prose`
      That did not sound like headphones. Check that both sides sit well, that left and right
      both sound, and that no effect such as surround is switched on.`
    : prose`
      Please put on headphones and set the volume low to begin with. You will hear three tones,
      six times; each time, say which one is the quietest.`;
  const heading = again ? "Let us try that again" : "Headphones on";
  return between(heading, [element("p", {}, text)], "Begin");
}

function goOnAllTheSame() {
  const text = prose`
    The check did not recognise headphones. Your answers will be kept together with this result.
    If you have headphones at hand, please put them on now.`;
  return between("You can go on", [element("p", {}, text)], "Go on");
}

async function ask(context, trial) {
  const [answered, answer] = decision();
  const dealt = deal();
  const sides = tones(dealt, context.sampleRate);
  const buffer = new AudioBuffer({
    length: sides[0].length,
    numberOfChannels: 2,
    sampleRate: context.sampleRate,
  });
  sides.forEach((samples, side) => buffer.copyToChannel(samples, side));
  let source = null;
  const play = () => {
    source?.stop();
    context.resume();
    source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.start();
  };
  const choices = ["First", "Second", "Third"].map((text, place) =>
    element(
      "button",
      { type: "button", class: "stimulus wide", click: () => answer(place) },
      text,
      element("kbd", {}, String(place + 1)),
    ),
  );
  show(
    element("h1", {}, "Which tone is the quietest?"),
    element("p", { class: "note" }, `Headphones check, ${trial + 1} of ${TRIALS}`),
    element(
      "p",
      {},
      element("button", { type: "button", class: "play", "data-stimulus": "", click: play }, "Play again"),
    ),
    element("div", { class: "trio" }, ...choices),
  );
  const stop = listenToKeys(
    (key) =>
      ({ " ": play, 1: () => answer(0), 2: () => answer(1), 3: () => answer(2) })[key],
  );
  play();
  const place = await answered;
  stop();
  source.stop();
  return place === dealt.quiet;
}
