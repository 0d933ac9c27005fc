import { loudness } from "./loudness.mjs";

const PROCESSOR = new URL("./processor.mjs", import.meta.url);
const LONGEST_SECONDS = 12;

/** What is nearly silent is not turned up without end. */
const MOST_GAIN_DB = 40;

/**
 * The gain that brings a voice to a loudness, so that no comparison is won by being louder: it is played, by the same processor and through the
 * same cabinet as it will be heard, faster than real time, and its loudness measured.
 *
 * @param {object} voice The message that adds the voice to an engine, at a gain of 1.
 * @param {Float32Array} signal What is played; its first 12 s count.
 * @param {number} input What the signal is multiplied by.
 * @param {Float32Array | null} cabinet A prepared impulse response.
 * @param {number} targetLufs After BS.1770.
 * @returns {Promise<number>} In dB; 0 when the voice is silent.
 */
export async function matchingGainDb(voice, signal, { input, cabinet, rateHz, targetLufs }) {
  const length = Math.min(signal.length, LONGEST_SECONDS * rateHz);
  const context = new OfflineAudioContext({ numberOfChannels: 1, length, sampleRate: rateHz });
  await context.audioWorklet.addModule(PROCESSOR);
  const messages = [
    { ...voice, gain: 1 },
    { type: "signal", samples: signal.subarray(0, length).map((sample) => input * sample) },
    { type: "hear", id: voice.id },
    { type: "play" },
  ];
  const node = new AudioWorkletNode(context, "triode-audition", {
    numberOfInputs: 1,
    outputChannelCount: [1],
    processorOptions: { messages },
  });
  if (cabinet === null) node.connect(context.destination);
  else node.connect(convolver(context, cabinet)).connect(context.destination);
  const rendered = await context.startRendering();
  const measured = loudness(rendered.getChannelData(0), rateHz);
  return Number.isFinite(measured) ? Math.min(MOST_GAIN_DB, targetLufs - measured) : 0;
}

/** A cabinet as a node. It adds no latency, and its response is scaled already. */
export function convolver(context, response) {
  const buffer = new AudioBuffer({ length: response.length, sampleRate: context.sampleRate });
  buffer.copyToChannel(response, 0);
  return new ConvolverNode(context, { buffer, disableNormalization: true });
}
