import assert from "node:assert/strict";
import { test } from "node:test";
import { module } from "./studio.mjs";

const { loudness } = await module("audition/loudness.mjs");
const { meanPower, prepared } = await module("audition/cabinet.mjs");
const { peaks } = await module("audition/sound.mjs");
const { Load } = await module("audition/load.mjs");

const RATE_HZ = 48000;
const sine = (hz, gain, seconds, rate = RATE_HZ) =>
  Float32Array.from({ length: seconds * rate }, (_, i) => gain * Math.sin((2 * Math.PI * hz * i) / rate));

test("a full-scale sine at 997 Hz in one channel is at -3.01 LUFS", () => {
  // ITU-R BS.1770-4, annex 1: the constant -0.691 is there to make it so.
  assert.ok(Math.abs(loudness(sine(997, 1, 5), RATE_HZ) + 3.01) < 0.02);
  assert.ok(Math.abs(loudness(sine(997, 1, 5, 44100), 44100) + 3.01) < 0.02);
  assert.ok(Math.abs(loudness(sine(997, 0.1, 5), RATE_HZ) + 23.01) < 0.02);
});

test("silence between notes does not count", () => {
  const notes = new Float32Array(10 * RATE_HZ);
  notes.set(sine(997, 0.5, 5));
  assert.ok(Math.abs(loudness(notes, RATE_HZ) - loudness(sine(997, 0.5, 5), RATE_HZ)) < 0.2);
});

test("silence has no loudness, and too short a signal has none", () => {
  assert.equal(loudness(new Float32Array(RATE_HZ), RATE_HZ), -Infinity);
  assert.equal(loudness(sine(997, 1, 0.3), RATE_HZ), -Infinity);
});

test("a cabinet that does nothing is left as it is, whatever its level and delay", () => {
  const delayed = new Float32Array(1000);
  delayed[300] = -0.02;
  const response = prepared(delayed, RATE_HZ);
  assert.equal(response.length, 700);
  assert.ok(Math.abs(response[0] + 1) < 1e-6);
  assert.ok(response.slice(1).every((sample) => sample === 0));
});

test("a cabinet neither amplifies nor attenuates a guitar's range on average", () => {
  const response = Float32Array.from({ length: 4000 }, (_, i) => Math.exp(-i / 300) * Math.sin(i / 7));
  assert.ok(Math.abs(meanPower(prepared(response, RATE_HZ), RATE_HZ) - 1) < 1e-4);
});

test("the power at a frequency is the Fourier transform's", () => {
  // A two-sample mean passes everything at 0 Hz; over 80 Hz to 5 kHz it is cos^2(w/2) throughout.
  const expected = Array.from({ length: 72 }, (_, i) => {
    const hz = 80 * (5000 / 80) ** (i / 71);
    return Math.cos((Math.PI * hz) / RATE_HZ) ** 2;
  });
  const mean = expected.reduce((sum, one) => sum + one, 0) / expected.length;
  assert.ok(Math.abs(meanPower(Float32Array.of(0.5, 0.5), RATE_HZ) - mean) < 1e-6);
});

test("a silent cabinet is refused", () => {
  assert.throws(() => prepared(new Float32Array(10), RATE_HZ), /silent/);
});

test("the drawing of a signal has the largest value of each part", () => {
  assert.deepEqual([...peaks(Float32Array.of(0.1, -0.5, 0.25, 0, 1, -0.75), 3)], [0.5, 0.25, 1]);
});

test("the load is the share of the time that passed, over the last 3 s", () => {
  const load = new Load(RATE_HZ);
  assert.equal(load.share, 0);
  load.add({ frames: 4800, busyMilliseconds: 100, longestMilliseconds: 9 });
  for (let i = 0; i < 30; i += 1) load.add({ frames: 4800, busyMilliseconds: 10, longestMilliseconds: 2 });
  assert.ok(Math.abs(load.share - 0.1) < 1e-9);
  assert.equal(load.longestMilliseconds, 2);
});
