// The participant's way through the test.

import { request } from "./connection.js";
import { element, prose, show } from "./dom.js";
import { forgetAll, keep, recall } from "./keeping.js";
import { send, sendKept } from "./outbox.js";
import { Participant } from "./participant.js";
import { fetchSound } from "./sound.js";
import { between, deleted, end, personalLink, rest, welcomeBack } from "./steps/between.js";
import { byInvitation, consent } from "./steps/consent.js";
import { headphones } from "./steps/headphones.js";
import { factorOf, level } from "./steps/level.js";
import { listen } from "./steps/listen.js";

const PATIENCE_MS = 150;
const AFTER_DELETION = "/listen/deleted";

async function start() {
  if (location.pathname === AFTER_DELETION) {
    deleted();
    return;
  }
  const test = await request("/api/test");
  let participant = Participant.ofPage();
  if (participant === null && !test.open) {
    byInvitation(test);
    return;
  }
  let state = await participant?.state();
  const known = state?.consent ?? false;
  if (!known) {
    state = await consent(test, async () => {
      participant ??= await Participant.join();
      return participant.agree();
    });
  }
  offerDeletion(participant);
  // An answer that was on its way when the page was closed goes first.
  state = (await sendKept(participant)) ?? state;
  if (!state.finished) state = await takePart(test, participant, state, known);
  drawProgress(state);
  end(participant.link);
}

/** From wherever the participant is to the end; resolves with the last state. */
async function takePart(test, participant, state, known) {
  const context = new AudioContext({ sampleRate: test.rate_hz });
  const conditions = await prepare(participant, state, known, context);
  let loading = load(participant, state.next);
  while (!state.finished) {
    const { page, stimuli } = await patiently(loading);
    drawProgress(state);
    if (page.pause_before) await rest(state);
    if (page.index === test.training_pages && page.index > 0) await afterTraining();
    const { following } = page;
    const ahead = following === null ? null : load(participant, following);
    const { answer, forgetDraft } = await listen({
      participant,
      page,
      stimuli,
      context,
      level: factorOf(conditions.level_db),
    });
    state = await send(participant, page.index, answer);
    forgetDraft();
    if (!state.finished) loading = state.next === following ? ahead : load(participant, state.next);
  }
  context.close();
  return state;
}

/** Headphones and level, unless an earlier visit with this browser has been through them. */
async function prepare(participant, state, known, context) {
  const box = `${participant.token} conditions`;
  const earlier = recall(box);
  if (known) await welcomeBack(participant.link);
  else await firstSteps(participant.link);
  context.resume();
  if (earlier !== null) return earlier;
  const checked = await headphones(context);
  const { page, stimuli } = await patiently(load(participant, state.next));
  const conditions = { headphones: checked, level_db: await level(context, page, stimuli) };
  await participant.noteConditions(conditions);
  keep(box, conditions);
  return conditions;
}

function firstSteps(link) {
  const text = "First a short check of your headphones, then the volume, then the test.";
  return between("Thank you for taking part", [element("p", {}, text), personalLink(link)], "Go on");
}

function afterTraining() {
  const text = prose`
    The training is over. From here on your answers count. There is nothing to know, only what
    you hear.`;
  return between("Now the test", [element("p", {}, text)], "Begin");
}

/** A page and its sound; a failure waits for whoever awaits it. */
function load(participant, index) {
  const loading = (async () => {
    const page = await participant.page(index);
    return { page, stimuli: await fetchSound(participant.soundOf(index), page, drawLoading) };
  })();
  loading.catch(() => {});
  return loading;
}

/** Wait for a page, and say so if that takes a while. */
async function patiently(loading) {
  const timer = setTimeout(() => {
    const bar = element("progress", { id: "loading", max: 1, value: 0, "aria-label": "Loaded" });
    show(element("h1", {}, "Loading the next passage"), bar);
  }, PATIENCE_MS);
  try {
    return await loading;
  } finally {
    clearTimeout(timer);
  }
}

function drawLoading(share) {
  const bar = document.getElementById("loading");
  if (bar !== null) bar.value = share;
}

/** How much is done, of what there can be at most: a test may end early. */
function drawProgress({ answered, left, finished }) {
  const line = document.getElementById("progress");
  const [bar, text] = line.children;
  line.hidden = false;
  bar.max = answered + left;
  bar.value = answered;
  text.textContent = finished ? "All done" : `Page ${answered + 1} of ${answered + left}`;
}

function offerDeletion(participant) {
  const dialog = document.getElementById("deletion");
  document.getElementById("foot").hidden = false;
  document.getElementById("delete").addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue !== "delete") return;
    await participant.withdraw();
    forgetAll(participant.token);
    location.replace(AFTER_DELETION);
  });
}

start().catch((error) => {
  show(
    element("h1", {}, "This does not work"),
    element("p", { class: "problem", role: "alert" }, error.message),
    element("p", {}, element("a", { href: location.pathname }, "Try again")),
  );
});
