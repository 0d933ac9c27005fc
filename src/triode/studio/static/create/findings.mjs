import { fill, h, icon, say } from "../core/dom.mjs";
import { counted } from "../core/format.mjs";
import { attempt } from "../core/notices.mjs";
import { draw } from "./chart.mjs";
import { bySeverity, shownValue, verdict } from "./severity.mjs";

const SYMBOLS = { error: "error", warning: "warning", note: "note", fine: "check", unknown: "note" };
const WORDS = {
  error: "Error",
  warning: "Warning",
  note: "Note",
  fine: "Fine",
  unknown: "Cannot be told",
};

/** What the checks of a pair found, with causes, remedies and a plot on demand. */
export class Findings {
  constructor() {
    this.verdict = h("p", { class: "verdict", role: "status" });
    this.list = h("div", { class: "findings" });
    this.element = h("div", {}, this.verdict, this.list);
  }

  /** Nothing is checked yet, or it is going on. */
  wait(text) {
    this.verdict.dataset.kind = "wait";
    say(this.verdict, text);
    fill(this.list);
  }

  /** @param {object} result What the server answers for a check that is done or failed. */
  show(result) {
    const { findings = [], repairs = [] } = result;
    const { kind, text } = verdict(result);
    this.verdict.dataset.kind = kind;
    fill(this.verdict, icon(SYMBOLS[kind] ?? "check"), h("span", {}, text));
    const { notable, rest } = bySeverity(findings);
    fill(
      this.list,
      notable.map(finding),
      repairs.length > 0 ? repaired(repairs) : null,
      rest.length > 0
        ? h(
            "details",
            { class: "rest" },
            h("summary", {}, `${counted(rest.length, "check")} without a finding`),
            rest.map(finding),
          )
        : null,
    );
  }
}

function repaired(repairs) {
  return h(
    "div",
    { class: "finding", "data-severity": "fine" },
    h("h3", {}, icon("repair"), "Put right"),
    h("ul", {}, repairs.map((text) => h("li", {}, text))),
  );
}

function finding({ severity, title, text, evidence = [], causes = [], remedies = [], figure }) {
  return h(
    "article",
    { class: "finding", "data-severity": severity },
    h("h3", {}, icon(SYMBOLS[severity]), h("span", { class: "hidden" }, `${WORDS[severity]}: `), title),
    h("p", {}, text),
    figure ? plot(title, figure) : null,
    listed("Likely causes", causes),
    listed("What to do", remedies),
    evidence.length > 0
      ? h("details", {}, h("summary", {}, "Evidence"), h("dl", { class: "evidence" }, evidence.map(measured)))
      : null,
  );
}

function measured({ name, value }) {
  return h("div", {}, h("dt", {}, name.replaceAll("_", " ")), h("dd", {}, shownValue(value)));
}

function listed(title, entries) {
  if (entries.length === 0) return null;
  return [h("h4", {}, title), h("ol", {}, entries.map((one) => h("li", {}, one)))];
}

function plot(title, figure) {
  const place = h("div", { class: "plot", role: "img", "aria-label": `Plot: ${title}` });
  let drawn = false;
  return h(
    "details",
    {
      class: "plot-place",
      ontoggle: ({ target }) => {
        if (!target.open || drawn) return;
        drawn = true;
        attempt(() => draw(place, figure));
      },
    },
    h("summary", {}, "Show the plot"),
    place,
  );
}
