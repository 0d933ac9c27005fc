import { Ramp } from "./ramp.mjs";

/**
 * Where in a looping signal the playing is, and how loud it is there: starting, stopping, jumping
 * and coming round at the end all fade, so that none of them clicks. Without a signal it is a
 * switch for the live input.
 */
export class Transport {
  #samples = null;
  #frame = 0;
  #wrapped = false;
  #jump = null;

  /** @param {number} fadeFrames Frames of each fade. */
  constructor(fadeFrames) {
    this.fadeFrames = fadeFrames;
    this.level = new Ramp(0, fadeFrames);
    this.running = false;
  }

  get frame() {
    return this.#frame;
  }

  get length() {
    return this.#samples === null ? 0 : this.#samples.length;
  }

  /** Whether nothing sounds and nothing is to be computed. */
  get silent() {
    return !this.running && this.level.settled && this.level.value === 0;
  }

  /** Play this signal from its start, or the live input when null. */
  load(samples) {
    this.#samples = samples !== null && samples.length > 0 ? samples : null;
    this.#frame = 0;
    this.#wrapped = false;
    this.#jump = null;
    this.level.jump(0);
  }

  play() {
    this.running = true;
    if (this.#jump === null) this.level.set(1);
  }

  pause() {
    this.running = false;
    this.level.set(0);
  }

  /** Go on at `frame`, after a fade when something sounds. */
  seek(frame) {
    const within = Math.max(0, Math.min(this.length - 1, Math.round(frame)));
    if (this.level.value === 0) {
      this.#frame = within;
      this.#wrapped = false;
      return;
    }
    this.#jump = within;
    this.level.set(0);
  }

  /**
   * Fill one block: the dry signal, which frame each of its frames is (-1 for none), and how loud.
   * @param {Float32Array | null} live The live input.
   */
  fill(live, dry, at, levels) {
    for (let i = 0; i < dry.length; i += 1) {
      const level = this.level.next();
      if (this.#samples === null) {
        dry[i] = live === null ? 0 : live[i];
        at[i] = -1;
        levels[i] = level;
        continue;
      }
      const moving = this.running || level > 0;
      dry[i] = moving ? this.#samples[this.#frame] : 0;
      at[i] = moving ? this.#frame : -1;
      levels[i] = level * this.#seam();
      if (moving) this.#advance(level);
    }
  }

  /** The fade around the place where the end meets the start. */
  #seam() {
    const left = this.#samples.length - 1 - this.#frame;
    const out = Math.min(1, left / this.fadeFrames);
    return this.#wrapped ? Math.min(out, this.#frame / this.fadeFrames) : out;
  }

  #advance(level) {
    if (this.#jump !== null && level === 0) {
      this.#frame = this.#jump;
      this.#jump = null;
      this.#wrapped = false;
      if (this.running) this.level.set(1);
      return;
    }
    this.#frame += 1;
    if (this.#frame === this.#samples.length) {
      this.#frame = 0;
      this.#wrapped = true;
    }
    if (this.#wrapped && this.#frame > this.fadeFrames) this.#wrapped = false;
  }
}
