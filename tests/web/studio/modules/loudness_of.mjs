// Prints the loudness that the studio finds for a file of float32: node loudness_of.mjs FILE RATE
import { readFile } from "node:fs/promises";
import { module } from "./studio.mjs";

const { loudness } = await module("audition/loudness.mjs");
const bytes = await readFile(process.argv[2]);
const samples = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
console.log(loudness(samples, Number(process.argv[3])));
