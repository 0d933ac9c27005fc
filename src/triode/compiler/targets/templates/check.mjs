/*
 * Plays the test vectors through the WebAssembly module, in two ways of cutting them into blocks,
 * and compares with what the model's definition gives in double precision: node check.mjs
 * SPDX-License-Identifier: MIT-0
 */

import { readFile } from "node:fs/promises";
import { inputChannels, load, outputChannels } from "./@NAME@.mjs";

const tolerance = @TOLERANCE@;

async function floats(file) {
  const bytes = await readFile(new URL(`./vectors/${file}`, import.meta.url));
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

/** (channels x frames) from `start` on, as a block of its own. */
function block(signal, channels, start, count) {
  const frames = signal.length / channels;
  const result = new Float32Array(channels * count);
  for (let channel = 0; channel < channels; channel += 1) {
    result.set(signal.subarray(channel * frames + start, channel * frames + start + count), channel * count);
  }
  return result;
}

const amp = await load();
const input = await floats("input.f32");
const expected = await floats("expected.f32");
const frames = input.length / inputChannels;

function play(cuts) {
  amp.reset();
  const played = new Float32Array(expected.length);
  for (let start = 0, number = 0; start < frames; number += 1) {
    const count = Math.min(cuts[number % cuts.length], frames - start);
    const output = new Float32Array(outputChannels * count);
    amp.process(block(input, inputChannels, start, count), output);
    for (let channel = 0; channel < outputChannels; channel += 1) {
      played.set(output.subarray(channel * count, (channel + 1) * count), channel * frames + start);
    }
    start += count;
  }
  return played;
}

const first = play([1, 7, 32, 128, 64, 100, 5000, 3]);
const second = play([@BLOCK@]);
const same = first.every((sample, i) => Object.is(sample, second[i]));
let error = 0;
first.forEach((sample, i) => {
  const distance = Math.abs(sample - expected[i]);
  if (!(distance <= error)) error = distance;
});
const passed = same && error <= tolerance;
console.log(`max_error ${error.toExponential(3)}`);
console.log(`tolerance ${tolerance.toExponential(3)}`);
console.log(`blocks ${same ? "same" : "DIFFER"}`);
console.log(passed ? "PASS" : "FAIL");
process.exitCode = passed ? 0 : 1;
