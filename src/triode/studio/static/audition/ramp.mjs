/** A value that walks to where it is told to be, in equal steps, and arrives exactly. */
export class Ramp {
  #step = 0;
  #left = 0;

  /**
   * @param {number} value Where it starts.
   * @param {number} frames How many frames a walk takes.
   */
  constructor(value, frames) {
    this.value = value;
    this.target = value;
    this.frames = frames;
  }

  /** Whether it has arrived. */
  get settled() {
    return this.#left === 0;
  }

  /** Walk to `target` from here on. */
  set(target) {
    if (target === this.target) return;
    this.target = target;
    this.#left = this.frames;
    this.#step = (target - this.value) / this.frames;
  }

  /** Be at `target` now. */
  jump(target) {
    this.value = target;
    this.target = target;
    this.#left = 0;
  }

  /** The value for the next frame. */
  next() {
    if (this.#left > 0) {
      this.#left -= 1;
      this.value = this.#left === 0 ? this.target : this.value + this.#step;
    }
    return this.value;
  }
}
