// Renders `.nam` files with the deployed WebAssembly player.
//
//   node player.mjs jobs.json
//
// jobs.json is a list of {model, input, output, rate_hz, block_frames}: paths of a `.nam` file, of
// little-endian float32 samples, and of the file to write. Prints a JSON list with, per job,
// {"refused": null} or the player's reason. Each job gets a fresh instance of the whole module, so
// that a crash in one model cannot spoil the next.

import { readFile, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { NamWasmModule, createNamModule } from "@opendaw/nam-wasm"

const wasmBinary = await readFile(createRequire(import.meta.url).resolve("@opendaw/nam-wasm/nam.wasm"))

const floats = (bytes) => new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))

async function render({ model, input, output, rate_hz, block_frames }) {
    const said = []
    const listen = (line) => said.push(line)
    const player = NamWasmModule.fromModule(
        await createNamModule({ wasmBinary, print: listen, printErr: listen }), block_frames)
    player.setSampleRate(rate_hz)
    player.setMaxBufferSize(block_frames)
    const instance = player.createInstance()
    if (!player.loadModel(instance, await readFile(model, "utf-8"))) {
        return said.join(" ") || "loadModel returned 0"
    }
    const dry = floats(await readFile(input))
    const wet = new Float32Array(dry.length)
    for (let start = 0; start < dry.length; start += block_frames) {
        player.process(instance, dry.subarray(start, start + block_frames), wet.subarray(start, start + block_frames))
    }
    await writeFile(output, wet)
    return null
}

const answers = []
for (const job of JSON.parse(await readFile(process.argv[2], "utf-8"))) {
    try {
        answers.push({ refused: await render(job) })
    } catch (error) {
        answers.push({ refused: String(error?.message ?? error) })
    }
}
console.log(JSON.stringify(answers))
