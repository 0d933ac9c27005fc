import { h, say } from "./dom.mjs";
import { counted, duration, moment } from "./format.mjs";

const WORDS = {
  waiting: "Waiting its turn",
  training: "Training",
  stopping: "Stopping, keeps the best",
  finished: "Finished",
  stopped: "Stopped early",
  failed: "Failed",
  imported: "Imported",
};

/** What a capture is doing, with how far it is; can be told anew. */
export class StateLine {
  constructor() {
    this.word = h("span", { class: "state-word" });
    this.rest = h("span", { class: "state-rest" });
    this.bar = h("progress", { class: "state-bar", max: 1, "aria-label": "Training done" });
    this.message = h("p", { class: "state-message" });
    this.element = h(
      "div",
      { class: "state" },
      h("p", { class: "state-line" }, this.word, this.rest),
      this.bar,
      this.message,
    );
  }

  update(capture) {
    const { state, epoch, epochs, message } = capture;
    this.element.dataset.state = state;
    say(this.word, WORDS[state] ?? state);
    say(this.rest, rest(capture));
    const running = state === "training" || state === "stopping";
    this.bar.hidden = !running;
    if (running) this.bar.value = capture.share ?? (epochs > 0 ? epoch / epochs : 0);
    this.message.hidden = state !== "failed" || !message;
    say(this.message, message ?? "");
  }
}

function rest({ state, epoch, epochs, seconds_left: left, created }) {
  if (state === "training" || state === "stopping") {
    const at = `epoch ${epoch} of ${epochs}`;
    return typeof left === "number" ? `${at}, about ${duration(left)} left` : at;
  }
  if (state === "stopped" || state === "finished") {
    return [epoch ? counted(epoch, "epoch") : "", moment(created)].filter(Boolean).join(", ");
  }
  return moment(created);
}
