// Times two WebAssembly players block by block, taking turns:
//
//   node wasm_peer.mjs job.json
//
// job.json: {peer: folder of @opendaw/nam-wasm, ours: the .mjs that `triode build` wrote, model: the
// .nam file, input: little-endian float32 samples, rate_hz, block_frames, blocks}. Prints a JSON
// object: for each player its times of all blocks in milliseconds, and the largest difference
// between the two as a share of the peak.

import { readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";

const TURN = 50;
const job = JSON.parse(await readFile(process.argv[2], "utf-8"));
const { NamWasmModule, createNamModule } = await import(
  pathToFileURL(`${job.peer}/dist/index.js`)
);
const { load } = await import(pathToFileURL(job.ours));

const bytes = await readFile(job.input);
const dry = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const frames = job.block_frames;
const blocks = Math.floor(dry.length / frames);

const quiet = () => {};
const wasmBinary = await readFile(`${job.peer}/dist/nam.wasm`);
const module = await createNamModule({ wasmBinary, print: quiet, printErr: quiet });
const peer = NamWasmModule.fromModule(module, frames);
peer.setSampleRate(job.rate_hz);
peer.setMaxBufferSize(frames);
const instance = peer.createInstance();
if (!peer.loadModel(instance, await readFile(job.model, "utf-8"))) {
  throw new Error("the peer refused the model");
}
const amp = await load();

function player(process) {
  return { process, wet: new Float32Array(dry.length), done: 0, times: [] };
}
const players = {
  peer: player((block, out) => peer.process(instance, block, out)),
  ours: player((block, out) => amp.process(block, out)),
};

function turn(one, timed) {
  for (let n = 0; n < TURN; n += 1) {
    const start = (one.done % blocks) * frames;
    const block = dry.subarray(start, start + frames);
    const out = one.wet.subarray(start, start + frames);
    const before = performance.now();
    one.process(block, out);
    if (timed) one.times.push(performance.now() - before);
    one.done += 1;
  }
}

// Once through the file before the clock counts: the engine compiles what is hot meanwhile.
for (let n = 0; n < blocks; n += TURN) {
  for (const one of Object.values(players)) turn(one, false);
}
let difference = 0;
let peak = 0;
for (let i = 0; i < blocks * frames; i += 1) {
  difference = Math.max(difference, Math.abs(players.peer.wet[i] - players.ours.wet[i]));
  peak = Math.max(peak, Math.abs(players.peer.wet[i]));
}
for (let n = 0; n < job.blocks; n += TURN) {
  for (const one of Object.values(players)) turn(one, true);
}
console.log(
  JSON.stringify({
    peer: players.peer.times,
    ours: players.ours.times,
    difference: difference / peak,
    node: process.version,
  }),
);
