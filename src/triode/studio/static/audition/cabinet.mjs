/**
 * Making a cabinet's impulse response fit to play through.
 *
 * Silence before the first sound in it would only delay what the player hears, so it is cut off.
 * The level that files come with says nothing; each is scaled so that, averaged over a guitar's
 * range in equal steps of pitch, it neither amplifies nor attenuates. (A ConvolverNode's own
 * normalisation goes by the response's energy, in which treble that a guitar does not have counts
 * as much as what it does have.)
 */

const ONSET = 10 ** (-50 / 20);
const LOWEST_HZ = 80;
const HIGHEST_HZ = 5000;
const PITCHES = 72;
const LONGEST_SECONDS = 2;

/**
 * @param {Float32Array} response One channel.
 * @returns {Float32Array} The response from its first sound on, scaled; at most 2 s.
 * @throws {RangeError} There is nothing in it.
 */
export function prepared(response, rateHz) {
  const peak = response.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  if (!(peak > 0)) throw new RangeError("the impulse response is silent");
  const start = response.findIndex((sample) => Math.abs(sample) >= ONSET * peak);
  const cut = response.slice(start, start + LONGEST_SECONDS * rateHz);
  const gain = 1 / Math.sqrt(meanPower(cut, rateHz));
  return cut.map((sample) => sample * gain);
}

/** Mean of |H(f)|^2 over pitches equally spaced from 80 Hz to 5 kHz. */
export function meanPower(response, rateHz) {
  let sum = 0;
  for (let pitch = 0; pitch < PITCHES; pitch += 1) {
    const hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (pitch / (PITCHES - 1));
    sum += powerAt(response, (2 * Math.PI * hz) / rateHz);
  }
  return sum / PITCHES;
}

/** |H|^2 at one frequency, by Goertzel's recurrence. */
function powerAt(response, radians) {
  const twice = 2 * Math.cos(radians);
  let one = 0;
  let two = 0;
  for (const sample of response) {
    const next = sample + twice * one - two;
    two = one;
    one = next;
  }
  return one * one + two * two - twice * one * two;
}
