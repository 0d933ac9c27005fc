// Three tones of which one is quieter, to find out who listens through loudspeakers.
//
// Woods, Siegel, Traer, McDermott (2017), "Headphone screening to facilitate web-based auditory
// experiments": of three tones of 200 Hz one is 6 dB quieter and another one is in antiphase
// between left and right. In the air of a room the antiphase tone cancels and seems the quietest;
// on headphones it does not.

const FREQUENCY_HZ = 200;
const TONE_SECONDS = 1;
const PAUSE_SECONDS = 0.5;
const RAMP_SECONDS = 0.1;
// As loud as programmes are, -23 dB RMS, which is also what stimuli are brought to by default.
const AMPLITUDE = 0.1;
const QUIETER = 10 ** (-6 / 20);

export const TRIALS = 6;
export const ENOUGH = 5;

/** Which of three places has the quieter tone, and which the one in antiphase. */
export function deal(random = Math.random) {
  const quiet = Math.floor(3 * random());
  const antiphase = (quiet + 1 + Math.floor(2 * random())) % 3;
  return { quiet, antiphase };
}

/** The left and the right channel of one trial. */
export function tones({ quiet, antiphase }, rate) {
  const period = Math.round((TONE_SECONDS + PAUSE_SECONDS) * rate);
  const length = Math.round(TONE_SECONDS * rate);
  const sides = [new Float32Array(3 * period), new Float32Array(3 * period)];
  for (let place = 0; place < 3; place += 1) {
    const loudness = AMPLITUDE * (place === quiet ? QUIETER : 1);
    for (let i = 0; i < length; i += 1) {
      const edge = Math.min(i, length - i) / (RAMP_SECONDS * rate);
      const ramp = edge < 1 ? Math.sin((Math.PI / 2) * edge) ** 2 : 1;
      const value = loudness * ramp * Math.sin((2 * Math.PI * FREQUENCY_HZ * i) / rate);
      sides[0][place * period + i] = value;
      sides[1][place * period + i] = place === antiphase ? -value : value;
    }
  }
  return sides;
}
