/** How much findings matter; pure. */

const ORDER = ["error", "warning", "note", "unknown", "fine"];

/** Those to read at once, the worst first, and the rest. */
export function bySeverity(findings) {
  const sorted = [...findings].sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity),
  );
  const matters = ({ severity }) => ["error", "warning", "note"].includes(severity);
  return { notable: sorted.filter(matters), rest: sorted.filter((one) => !matters(one)) };
}

/** What a check comes to, as {kind, text}. */
export function verdict({ state, blocked, message, findings = [] }) {
  if (state === "failed") return { kind: "error", text: message || "The check failed." };
  if (blocked) {
    return { kind: "error", text: message || "Nothing useful can come of these recordings." };
  }
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  if (warnings > 0) {
    return { kind: "warning", text: "Usable, and the capture will be worse for what is below." };
  }
  return { kind: "fine", text: "Good recordings. Nothing stands in the way." };
}

/** A piece of evidence as text: numbers with four digits, and a dash where there is none. */
export function shownValue(value) {
  if (value === null) return "\u2013";
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) return value.map(shownValue).join(", ");
  return String(value);
}
