import { fill, h, say, svg } from "../core/dom.mjs";
import { nullDepth, ratio, sizeTitle } from "../core/format.mjs";
import { orderedSizes } from "../core/library.mjs";
import { decades, height, marks, series } from "./scale.mjs";

const MARGIN = { top: 12, right: 14, bottom: 30, left: 52 };
const HEIGHT = 260;

/** ESR by epoch, one line a size, with the numbers behind it as a table. */
export class Curve {
  #curve = [];
  #sizes = [];
  #epochs = 0;

  constructor() {
    this.drawing = svg("svg", { class: "curve-drawing", role: "img" });
    this.legend = h("ul", { class: "legend" });
    this.nothing = h("p", { class: "curve-empty" }, "The curve begins with the first epoch.");
    this.table = h("table", { class: "numbers" });
    this.details = h(
      "details",
      { ontoggle: () => this.#fillTable() },
      h("summary", {}, "The numbers"),
      h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "ESR by epoch" }, this.table),
    );
    this.element = h(
      "div",
      { class: "curve" },
      this.legend,
      this.drawing,
      this.nothing,
      this.details,
    );
    this.observer = new ResizeObserver(() => this.#draw());
    this.observer.observe(this.element);
  }

  /** @param {{epoch: number, esr: Record<string, number>}[]} curve */
  update(curve, sizes, epochs) {
    this.#curve = curve;
    this.#sizes = orderedSizes(sizes);
    this.#epochs = Math.max(epochs ?? 0, curve.at(-1)?.epoch ?? 0, 1);
    const empty = curve.length === 0;
    this.nothing.hidden = !empty;
    this.drawing.toggleAttribute("hidden", empty);
    this.details.hidden = empty;
    this.#draw();
    this.#fillTable();
  }

  close() {
    this.observer.disconnect();
  }

  #draw() {
    const width = this.element.clientWidth;
    if (width === 0) return;
    this.drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.drawing.setAttribute("height", HEIGHT);
    this.drawing.setAttribute("aria-label", this.#summary());
    const lines = this.#sizes.map((size) => series(this.#curve, size));
    const scale = decades(lines.flat().map(([, esr]) => esr));
    const inner = {
      width: width - MARGIN.left - MARGIN.right,
      height: HEIGHT - MARGIN.top - MARGIN.bottom,
    };
    const x = (epoch) => MARGIN.left + (inner.width * epoch) / this.#epochs;
    const y = (esr) => MARGIN.top + inner.height * height(esr, scale);
    fill(this.drawing, this.#grid(scale, x, y, width), lines.map((line, i) => trace(line, x, y, i)));
    fill(
      this.legend,
      this.#sizes.map((size, i) => {
        const last = lines[i].at(-1);
        const text = last ? `${sizeTitle(size)} ${ratio(last[1])}` : sizeTitle(size);
        return h("li", { class: `series-${i + 1}` }, text);
      }),
    );
  }

  #grid(scale, x, y, width) {
    const parts = [];
    for (let decade = scale.low; decade <= scale.high; decade += 1) {
      const at = y(10 ** decade);
      parts.push(
        svg("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at }),
        svg("text", { class: "tick", x: MARGIN.left - 8, y: at + 4, "text-anchor": "end" }, ratio(10 ** decade)),
      );
    }
    for (const epoch of marks(this.#epochs)) {
      parts.push(
        svg("text", { class: "tick", x: x(epoch), y: HEIGHT - 10, "text-anchor": "middle" }, String(epoch)),
      );
    }
    parts.push(
      svg("text", { class: "tick", x: MARGIN.left, y: HEIGHT - 10, "text-anchor": "start" }, "epoch"),
    );
    return parts;
  }

  #summary() {
    if (this.#curve.length === 0) return "ESR by epoch: nothing yet";
    const last = this.#curve.at(-1);
    const said = this.#sizes
      .filter((size) => last.esr[size] > 0)
      .map((size) => `${sizeTitle(size)} ${ratio(last.esr[size])}, ${nullDepth(last.esr[size])}`);
    return `ESR after epoch ${last.epoch}: ${said.join("; ")}`;
  }

  #fillTable() {
    if (!this.details.open) return;
    const head = h("tr", {}, ["Epoch", ...this.#sizes.map(sizeTitle)].map((text) => h("th", { scope: "col" }, text)));
    const rows = [...this.#curve].reverse().map(({ epoch, esr }) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, String(epoch)),
        this.#sizes.map((size) => h("td", {}, esr[size] > 0 ? ratio(esr[size]) : "\u2013")),
      ),
    );
    fill(this.table, h("thead", {}, head), h("tbody", {}, rows));
  }
}

function trace(line, x, y, place) {
  if (line.length === 0) return [];
  const points = line.map(([epoch, esr]) => `${x(epoch).toFixed(1)},${y(esr).toFixed(1)}`);
  const [cx, cy] = points.at(-1).split(",");
  return [
    svg("polyline", { class: `trace series-${place + 1}`, points: points.join(" ") }),
    svg("circle", { class: `head series-${place + 1}`, cx, cy, r: 4 }),
  ];
}

/** Say to a line of text what an epoch gave; used by the page's live region. */
export function announce(element, { epoch, esr }) {
  const said = Object.entries(esr).map(([size, value]) => `${sizeTitle(size)} ${ratio(value)}`);
  say(element, `Epoch ${epoch}: ${said.join(", ")}`);
}
