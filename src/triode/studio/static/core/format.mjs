/** Numbers and times as people read them. */

const MINUS = "\u2212";
const SPACE = "\u00a0";

/** The grades of reports: up to which ESR, and in which words. */
const GRADES = [
  { below: 0.001, key: "excellent", title: "Practically indistinguishable" },
  { below: 0.01, key: "very-good", title: "Very close" },
  { below: 0.03, key: "good", title: "Close" },
  { below: 0.1, key: "fair", title: "Recognisable" },
  { below: Infinity, key: "poor", title: "Not faithful yet" },
];

/** What an ESR means: {key, title}. */
export function grade(esr) {
  return GRADES.find((one) => esr < one.below) ?? GRADES[GRADES.length - 1];
}

/** 0.00213 as 0.0021; very small ones with a power of ten. */
export function ratio(value) {
  if (value === 0 || value >= 1e-4) return String(Number(value.toPrecision(2)));
  const [mantissa, exponent] = value.toExponential(1).split("e-");
  return `${mantissa}${SPACE}\u00d7${SPACE}10${superscript(Number(exponent))}`;
}

function superscript(exponent) {
  const digits = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
  return `\u207b${[...String(exponent)].map((digit) => digits[Number(digit)]).join("")}`;
}

/** An ESR as a null depth, 10 log10 ESR. */
export function nullDepth(esr) {
  return decibels(10 * Math.log10(esr));
}

/** A level with its unit: −26.7 dB. */
export function decibels(value, { digits = 1, signed = false, unit = "dB" } = {}) {
  if (value === -Infinity) return `${MINUS}\u221e${SPACE}${unit}`;
  const size = Math.abs(value).toFixed(digits);
  const zero = Number(size) === 0;
  const sign = zero ? "" : value < 0 ? MINUS : signed ? "+" : "";
  return `${sign}${size}${SPACE}${unit}`;
}

/** What a gain in dB multiplies by. */
export function amplitude(gainDb) {
  return 10 ** (gainDb / 20);
}

/** The level of an amplitude in dB. */
export function level(value) {
  return value > 0 ? 20 * Math.log10(value) : -Infinity;
}

/** 4:07 for a place in a signal. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** How long something takes, in words that do not pretend to precision. */
export function duration(seconds) {
  if (seconds < 1) return "under a second";
  if (seconds < 90) return `${Math.round(seconds)}${SPACE}s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)}${SPACE}min`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.round((seconds - 3600 * hours) / 60);
  return `${hours}${SPACE}h ${minutes}${SPACE}min`;
}

/** A size of a file. */
export function bytes(count) {
  if (count < 1000) return `${count}${SPACE}B`;
  if (count < 1e6) return `${(count / 1e3).toFixed(0)}${SPACE}KB`;
  return `${(count / 1e6).toFixed(1)}${SPACE}MB`;
}

/** A moment: the time of day when it is today, else the date. */
export function moment(iso, now = new Date()) {
  const time = new Date(iso);
  const sameDay = time.toDateString() === now.toDateString();
  return sameDay
    ? time.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })
    : time.toLocaleDateString(undefined, { year: "numeric", month: "short", day: "numeric" });
}

/** "lite" as people write it. */
export function sizeTitle(name) {
  return name === "only" ? "Capture" : name.charAt(0).toUpperCase() + name.slice(1);
}

/** "1 epoch", "2 epochs". */
export function counted(count, one, many = `${one}s`) {
  return `${count}${SPACE}${count === 1 ? one : many}`;
}
