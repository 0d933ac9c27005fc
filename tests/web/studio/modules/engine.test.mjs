import assert from "node:assert/strict";
import { test } from "node:test";
import { module } from "./studio.mjs";

const { Engine } = await module("audition/engine.mjs");

const RATE_HZ = 48000;
const FADE = 480;
const BLOCK = 128;

const ramp = (length, scale = 1) => Float32Array.from({ length }, (_, i) => (scale * (i + 1)) / length);

/** An engine that plays recordings of a signal, the first one heard. */
function engine(recordings, length = 9600) {
  const made = new Engine(RATE_HZ);
  made.handle({ type: "signal", samples: new Float32Array(length) });
  recordings.forEach((samples, i) => made.handle({ type: "recording", id: String(i), samples, gain: 1 }));
  made.handle({ type: "hear", id: "0" });
  return made;
}

function played(made, frames, live = null) {
  const out = new Float32Array(frames);
  for (let start = 0; start < frames; start += BLOCK) {
    const count = Math.min(BLOCK, frames - start);
    made.process(live === null ? null : live.subarray(start, start + count), out.subarray(start, start + count));
  }
  return out;
}

test("nothing sounds before it is played", () => {
  const made = engine([ramp(9600)]);
  assert.ok(played(made, 1280).every((sample) => sample === 0));
  assert.equal(made.transport.frame, 0);
});

test("a recording is heard frame by frame, after the fade at the start", () => {
  const recording = ramp(9600);
  const made = engine([recording]);
  made.handle({ type: "play" });
  const out = played(made, 6400);
  for (let i = 0; i < 6400; i += 1) {
    const expected = recording[i] * Math.min(1, (i + 1) / FADE);
    assert.ok(Math.abs(out[i] - expected) < 1e-6, `frame ${i}: ${out[i]} is not ${expected}`);
  }
});

test("a switch crosses over within 10 ms of the next block, without a dip", () => {
  const one = new Float32Array(9600).fill(0.5);
  const made = engine([one, one]);
  made.handle({ type: "play" });
  played(made, 1280);
  made.handle({ type: "hear", id: "1" });
  assert.ok(played(made, 1280).every((sample) => Math.abs(sample - 0.5) < 1e-6));
  const [first, second] = made.voices;
  assert.deepEqual([first.presence.value, second.presence.value], [0, 1]);
});

test("during a switch both are mixed in equal steps", () => {
  const made = engine([new Float32Array(9600).fill(1), new Float32Array(9600).fill(-1)]);
  made.handle({ type: "play" });
  played(made, 1280);
  made.handle({ type: "hear", id: "1" });
  const out = played(made, 640);
  assert.ok(Math.abs(out[FADE / 2 - 1]) < 1e-4);
  assert.ok(Math.abs(out[FADE] + 1) < 1e-6);
  for (let i = 1; i < FADE; i += 1) assert.ok(Math.abs(out[i] - out[i - 1] + 2 / FADE) < 1e-5);
});

test("a gain changes over 10 ms while heard and at once while not", () => {
  const made = engine([new Float32Array(9600).fill(1), new Float32Array(9600).fill(1)]);
  made.handle({ type: "play" });
  played(made, 1280);
  made.handle({ type: "gain", id: "0", gain: 0.5 });
  made.handle({ type: "gain", id: "1", gain: 0.25 });
  const out = played(made, 640);
  assert.ok(out[0] > 0.99 && Math.abs(out[639] - 0.5) < 1e-6);
  assert.equal(made.voices[1].gain.value, 0.25);
});

test("the input's level goes into the voices and the output's comes after", () => {
  const made = engine([new Float32Array(9600).fill(0.5)]);
  made.handle({ type: "play" });
  made.handle({ type: "output", gain: 0.5 });
  made.handle({ type: "input", gain: 4 });
  const out = played(made, 1280);
  assert.ok(Math.abs(out[1279] - 0.25) < 1e-6);
});

test("pause fades out, holds its place, and goes on from there", () => {
  const made = engine([new Float32Array(9600).fill(1)]);
  made.handle({ type: "play" });
  played(made, 1280);
  made.handle({ type: "pause" });
  const out = played(made, 1280);
  assert.ok(out[0] > 0.9 && out[0] < 1 && out[FADE] === 0 && out[1279] === 0);
  const held = made.transport.frame;
  played(made, 1280);
  assert.equal(made.transport.frame, held);
  made.handle({ type: "play" });
  played(made, 1280);
  assert.equal(made.transport.frame, held + 1280);
});

test("a jump never steps by more than a fade does", () => {
  const made = engine([new Float32Array(9600).fill(1)]);
  made.handle({ type: "play" });
  played(made, 1280);
  made.handle({ type: "seek", frame: 8000 });
  const out = played(made, 1280);
  assert.ok(out.includes(0));
  for (let i = 1; i < out.length; i += 1) assert.ok(Math.abs(out[i] - out[i - 1]) < 1.01 / FADE);
  assert.ok(made.transport.frame > 8000 - 1 && made.transport.frame < 8000 + 1280);
});

test("a jump while it is paused takes effect when it plays", () => {
  const made = engine([ramp(9600)]);
  made.handle({ type: "seek", frame: 4800 });
  made.handle({ type: "play" });
  played(made, 128);
  assert.equal(made.transport.frame, 4928);
});

test("the loop comes round without a click", () => {
  const made = engine([new Float32Array(2400).fill(1)], 2400);
  made.handle({ type: "play" });
  const out = played(made, 12800);
  for (let i = 1; i < out.length; i += 1) assert.ok(Math.abs(out[i] - out[i - 1]) < 1.01 / FADE);
  assert.ok(out.slice(600, 1900).every((sample) => sample === 1));
  assert.ok(out.slice(3000, 4300).every((sample) => sample === 1));
});

test("live, what comes in is what the voices get, and silence when nothing is connected", () => {
  const made = new Engine(RATE_HZ);
  made.handle({ type: "signal", samples: null });
  const heard = [];
  made.voices = [
    {
      id: "spy",
      gain: { next: () => 1, jump: () => {} },
      presence: { settled: true, value: 1, next: () => 1, target: 1 },
      play: (dry) => {
        heard.push(...dry);
        return dry;
      },
      reset: () => {},
    },
  ];
  made.handle({ type: "play" });
  const live = ramp(1280);
  played(made, 1280, live);
  assert.deepEqual(heard, [...live]);
  heard.length = 0;
  played(made, 128);
  assert.ok(heard.every((sample) => sample === 0));
});

test("a voice that takes another's place is heard in its place", () => {
  const made = engine([new Float32Array(9600).fill(1)]);
  made.handle({ type: "play" });
  played(made, 1280);
  made.handle({ type: "recording", id: "0", samples: new Float32Array(9600).fill(0.5), gain: 1 });
  assert.equal(made.voices.length, 1);
  assert.equal(played(made, 128)[0], 0.5);
});

test("what it does not know is refused", () => {
  assert.throws(() => new Engine(RATE_HZ).handle({ type: "dance" }), /no message of type dance/);
});
