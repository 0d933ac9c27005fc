import { h } from "../core/dom.mjs";

const OPTIONS = { responsive: true, displaylogo: false, displayModeBar: false };
let loading = null;

/** The charts' library weighs more than everything else together: it comes when first needed. */
function library() {
  loading ??= new Promise((resolve, reject) => {
    const script = h("script", { src: "/static/plotly.min.js" });
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => {
      loading = null;
      reject(new Error("The charts' library could not be loaded."));
    });
    document.head.append(script);
  });
  return loading;
}

/** Figures name their colours "@name"; the style sheet knows what they are at the moment. */
export function painted(value, colour) {
  if (typeof value === "string" && value.startsWith("@")) return colour(value.slice(1));
  if (Array.isArray(value)) return value.map((one) => painted(one, colour));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, painted(one, colour)]));
  }
  return value;
}

/** Draw a figure in an element, again whenever the colours change. */
export async function draw(element, figure) {
  const plotly = await library();
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    if (!element.isConnected) {
      scheme.removeEventListener("change", paint);
      return undefined;
    }
    const style = getComputedStyle(document.documentElement);
    const { data, layout } = painted(figure, (name) => style.getPropertyValue(`--${name}`).trim());
    return plotly.react(element, data, layout, OPTIONS);
  };
  await paint();
  scheme.addEventListener("change", paint);
}
