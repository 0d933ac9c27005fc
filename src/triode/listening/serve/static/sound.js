// The stimuli of a page: one answer holds them all, so that nothing about it tells them apart.

import { request } from "./connection.js";

const BYTES_PER_SAMPLE = 3;
const FULL_SCALE = 2 ** 23;

/**
 * Fetch the stimuli of a page.
 *
 * @param {string} address Where they are.
 * @param {{stimuli: string[], frames: number}} page What the server says of the page.
 * @param {(share: number) => void} progress Told how much is there, from 0 to 1.
 * @returns {Promise<Float32Array[]>} Mono, in the page's order.
 */
export async function fetchSound(address, page, progress) {
  const length = page.stimuli.length * page.frames * BYTES_PER_SAMPLE;
  const bytes = await request(address, { read: (answer) => readAll(answer, length, progress) });
  return page.stimuli.map((_, stimulus) => samples(bytes, stimulus * page.frames, page.frames));
}

/** The body of an answer; one that ends too early is as good as none and is asked for again. */
async function readAll(answer, length, progress) {
  const bytes = new Uint8Array(length);
  const reader = answer.body.getReader();
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes.set(value, filled);
    filled += value.length;
    progress(filled / length);
  }
  if (filled !== length) throw new TypeError("the sound is not complete");
  return bytes;
}

/** Samples of 24 bits, the lowest byte first. */
function samples(bytes, first, count) {
  const made = new Float32Array(count);
  for (let i = 0, at = first * BYTES_PER_SAMPLE; i < count; i += 1, at += BYTES_PER_SAMPLE) {
    const value = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
    made[i] = ((value << 8) >> 8) / FULL_SCALE;
  }
  return made;
}
