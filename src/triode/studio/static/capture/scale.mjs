/** Where values lie in a drawing; pure. */

/** A logarithmic axis for ESRs: whole decades around the values. */
export function decades(values) {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return { low: -3, high: 0 };
  const low = Math.floor(Math.log10(Math.min(...positive)));
  const high = Math.ceil(Math.log10(Math.max(...positive)));
  return { low, high: Math.max(high, low + 1) };
}

/** A share of the height from the top, 0 to 1. */
export function height(value, { low, high }) {
  const place = (high - Math.log10(value)) / (high - low);
  return Math.min(1, Math.max(0, place));
}

/** Round epochs to mark, a handful of them, the first epoch included. */
export function marks(last, most = 6) {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
  const step = steps.find((one) => last / one <= most) ?? 10000;
  const found = [];
  for (let at = step; at <= last; at += step) found.push(at);
  return found;
}

/** Epochs of a curve with an ESR of this size, as [epoch, esr]. */
export function series(curve, size) {
  return curve.filter(({ esr }) => esr[size] > 0).map(({ epoch, esr }) => [epoch, esr[size]]);
}

/** The curve with an epoch more, or with that epoch told anew. */
export function extended(curve, { epoch, esr, seconds = null }) {
  const kept = curve.filter((one) => one.epoch < epoch);
  return [...kept, { epoch, esr, seconds }];
}
