// Plays the vectors of a built folder through its AudioWorklet processor, with the few globals that
// a browser gives to one, and prints what went wrong: node worklet.mjs <folder>
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const registered = new Map();
globalThis.AudioWorkletProcessor = class {
  port = { onmessage: null };
};
globalThis.registerProcessor = (name, processor) => registered.set(name, processor);

const amp = await import(new URL("amp.mjs", folder));
await import(new URL("amp-processor.mjs", folder));
const Processor = registered.get(amp.name);
const module = await amp.compile();
const node = new Processor({ processorOptions: { module } });

async function floats(file) {
  const bytes = await readFile(new URL(`vectors/${file}`, folder));
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

const input = await floats("input.f32");
const expected = await floats("expected.f32");

function play(connected) {
  let error = 0;
  for (let start = 0; start + 128 <= input.length; start += 128) {
    const out = new Float32Array(128);
    const inputs = connected ? [input.slice(start, start + 128)] : [];
    if (node.process([inputs], [[out]]) !== true) return Infinity;
    out.forEach((sample, i) => {
      const distance = Math.abs(sample - (connected ? expected[start + i] : 0));
      if (!(distance <= error)) error = distance;
    });
  }
  return error;
}

const first = play(true);
node.port.onmessage({ data: "reset" });
const second = play(true);
console.log(JSON.stringify({ first, second, unconnected: play(false), names: [...registered.keys()] }));
