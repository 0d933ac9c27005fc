// Plays `.nam` files with the deployed WebAssembly player, and times it.
//
//   node wasm_player.mjs task.json
//
// task.json: {package: folder of @opendaw/nam-wasm, jobs: [{model, inputs, outputs, rate_hz,
// block_frames, timing_seconds}]}: the `.nam` file, files of little-endian float32 samples, the
// files to write. Prints a JSON list with, for each job, {refused: null or the player's reason,
// block_ns: times of single blocks}. Each input meets a fresh instance of the whole module, so that
// nothing is left of what was played before.

import { readFile, writeFile } from "node:fs/promises"
import { pathToFileURL } from "node:url"

const WARM_UP_MS = 300
const FEWEST_BLOCKS = 1000
const MOST_BLOCKS = 200000

const task = JSON.parse(await readFile(process.argv[2], "utf-8"))
const { NamWasmModule, createNamModule } = await import(pathToFileURL(`${task.package}/dist/index.js`).href)
const wasmBinary = await readFile(`${task.package}/dist/nam.wasm`)

const floats = (bytes) => new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))

async function load({ model, rate_hz, block_frames }) {
    const said = []
    const listen = (line) => said.push(line)
    const player = NamWasmModule.fromModule(
        await createNamModule({ wasmBinary, print: listen, printErr: listen }), block_frames)
    player.setSampleRate(rate_hz)
    player.setMaxBufferSize(block_frames)
    const instance = player.createInstance()
    if (!player.loadModel(instance, await readFile(model, "utf-8"))) {
        throw new Error(said.join(" ") || "loadModel returned 0")
    }
    return (dry, wet) => player.process(instance, dry, wet)
}

function play(process, dry, block_frames) {
    const wet = new Float32Array(dry.length)
    for (let start = 0; start < dry.length; start += block_frames) {
        process(dry.subarray(start, start + block_frames), wet.subarray(start, start + block_frames))
    }
    return wet
}

function time(process, dry, block_frames, seconds) {
    const wet = new Float32Array(block_frames)
    const blocks = Math.floor(dry.length / block_frames)
    const times = []
    const begin = performance.now()
    for (let n = 0; ; n += 1) {
        const start = (n % blocks) * block_frames
        const before = performance.now()
        process(dry.subarray(start, start + block_frames), wet)
        const after = performance.now()
        // The engine compiles what is hot before the clock counts.
        if (after - begin > WARM_UP_MS) times.push((after - before) * 1e6)
        const enough = after - begin > WARM_UP_MS + 1000 * seconds && times.length >= FEWEST_BLOCKS
        if (enough || times.length === MOST_BLOCKS) return times
    }
}

async function answer(job) {
    let process, dry
    for (const [index, input] of job.inputs.entries()) {
        process = await load(job)
        dry = floats(await readFile(input))
        await writeFile(job.outputs[index], play(process, dry, job.block_frames))
    }
    return job.timing_seconds > 0 ? time(process, dry, job.block_frames, job.timing_seconds) : []
}

const answers = []
for (const job of task.jobs) {
    try {
        answers.push({ refused: null, block_ns: await answer(job) })
    } catch (error) {
        answers.push({ refused: String(error?.message ?? error), block_ns: [] })
    }
}
console.log(JSON.stringify(answers))
