import { Ramp } from "./ramp.mjs";

/**
 * Something that can be listened to. Every voice is played all the time, heard or not: so each is
 * in the state that the signal before left it in, and switching needs no time.
 */
class Voice {
  constructor(id, gain, fadeFrames) {
    this.id = id;
    this.gain = new Ramp(gain, fadeFrames);
    this.presence = new Ramp(0, fadeFrames);
  }
}

/** A capture: one instance of what `triode build --target wasm` makes, in one size. */
export class ModelVoice extends Voice {
  #functions;
  #input;
  #output;

  /** @param {WebAssembly.Module} module */
  constructor(id, module, gain, fadeFrames) {
    super(id, gain, fadeFrames);
    this.#functions = new WebAssembly.Instance(module, {}).exports;
    const { memory, input, output, capacity } = this.#functions;
    // The memory never grows, so the views stay valid.
    this.#input = new Float32Array(memory.buffer, input(), capacity());
    this.#output = new Float32Array(memory.buffer, output(), capacity());
    this.reset();
  }

  /** Go to the state that silence leads to. */
  reset() {
    this.#functions.reset();
  }

  /**
   * What the capture makes of a block.
   * @param {Float32Array} dry At most as long as the module's capacity, 4096 frames.
   * @returns {Float32Array} Valid until the next block; at least as long as `dry`.
   */
  play(dry) {
    this.#input.set(dry);
    this.#functions.process(dry.length);
    return this.#output;
  }
}

/** What the gear itself made of the signal that is playing: heard where the signal is, frame by frame. */
export class RecordingVoice extends Voice {
  #samples;
  #block = new Float32Array(0);

  /** @param {Float32Array} samples As long as the dry signal it belongs to, and aligned with it. */
  constructor(id, samples, gain, fadeFrames) {
    super(id, gain, fadeFrames);
    this.#samples = samples;
  }

  /** A recording has no state. */
  reset() {}

  /** @param {Int32Array} at For each frame of the block, which frame of the signal it is, or -1. */
  play(dry, at) {
    if (this.#block.length !== dry.length) this.#block = new Float32Array(dry.length);
    for (let i = 0; i < dry.length; i += 1) {
      const frame = at[i];
      this.#block[i] = frame >= 0 && frame < this.#samples.length ? this.#samples[frame] : 0;
    }
    return this.#block;
  }
}
