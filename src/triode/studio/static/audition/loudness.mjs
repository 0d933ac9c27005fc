/**
 * Loudness by ITU-R BS.1770-4 of one channel: K-weighting, blocks of 0.4 s every 0.1 s, gated at
 * -70 LUFS and then 10 LU under what is left.
 *
 * The standard gives the filters for 48 kHz; the parameters from which they follow at any rate are
 * those of De Man, "Evaluation of implementations of the EBU R128 loudness measurement" (2018).
 */

const BLOCK_SECONDS = 0.4;
const STEP_SECONDS = 0.1;
const ABSOLUTE_GATE_LUFS = -70;
const RELATIVE_GATE_LU = -10;
const OFFSET_LU = -0.691;

/**
 * @param {Float32Array} samples
 * @returns {number} LUFS; minus infinity when nothing is above the gate or it is under 0.4 s long.
 */
export function loudness(samples, rateHz) {
  const energies = stepEnergies(samples, rateHz);
  const steps = Math.round(BLOCK_SECONDS / STEP_SECONDS);
  const blocks = [];
  for (let i = 0; i + steps <= energies.length; i += 1) {
    blocks.push(mean(energies.slice(i, i + steps)));
  }
  const loud = blocks.filter((energy) => lufs(energy) > ABSOLUTE_GATE_LUFS);
  if (loud.length === 0) return -Infinity;
  const gate = lufs(mean(loud)) + RELATIVE_GATE_LU;
  return lufs(mean(loud.filter((energy) => lufs(energy) > gate)));
}

/** Mean square of the K-weighted signal over each 0.1 s. */
function stepEnergies(samples, rateHz) {
  const shelf = new Biquad(shelfCoefficients(rateHz));
  const highpass = new Biquad(highpassCoefficients(rateHz));
  const length = Math.round(STEP_SECONDS * rateHz);
  const energies = new Float64Array(Math.floor(samples.length / length));
  for (let step = 0; step < energies.length; step += 1) {
    let sum = 0;
    for (let i = step * length; i < (step + 1) * length; i += 1) {
      const weighted = highpass.next(shelf.next(samples[i]));
      sum += weighted * weighted;
    }
    energies[step] = sum / length;
  }
  return energies;
}

class Biquad {
  #x1 = 0;
  #x2 = 0;
  #y1 = 0;
  #y2 = 0;

  constructor({ b, a }) {
    this.b = b;
    this.a = a;
  }

  next(x) {
    const { b, a } = this;
    const y = b[0] * x + b[1] * this.#x1 + b[2] * this.#x2 - a[0] * this.#y1 - a[1] * this.#y2;
    this.#x2 = this.#x1;
    this.#x1 = x;
    this.#y2 = this.#y1;
    this.#y1 = y;
    return y;
  }
}

function shelfCoefficients(rateHz) {
  const gain = 10 ** (3.999843853973347 / 20);
  const middle = gain ** 0.4996667741545416;
  const k = Math.tan((Math.PI * 1681.974450955533) / rateHz);
  const q = 0.7071752369554196;
  const a0 = 1 + k / q + k * k;
  return {
    b: [
      (gain + (middle * k) / q + k * k) / a0,
      (2 * (k * k - gain)) / a0,
      (gain - (middle * k) / q + k * k) / a0,
    ],
    a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0],
  };
}

function highpassCoefficients(rateHz) {
  const k = Math.tan((Math.PI * 38.13547087602444) / rateHz);
  const q = 0.5003270373238773;
  const a0 = 1 + k / q + k * k;
  return { b: [1, -2, 1], a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0] };
}

function lufs(energy) {
  return OFFSET_LU + 10 * Math.log10(energy);
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
