const AVERAGED_REPORTS = 30;

/**
 * What the audition costs: the share of real time that the processor spends computing, averaged over
 * its last reports (3 s), and the longest single block of those, in milliseconds.
 */
export class Load {
  #reports = [];

  constructor(rateHz) {
    this.rateHz = rateHz;
  }

  add({ frames, busyMilliseconds, longestMilliseconds }) {
    this.#reports.push({ frames, busyMilliseconds, longestMilliseconds });
    if (this.#reports.length > AVERAGED_REPORTS) this.#reports.shift();
  }

  /** From 0 (idle) over 1 (no time left). */
  get share() {
    const sum = (key) => this.#reports.reduce((total, one) => total + one[key], 0);
    const frames = sum("frames");
    return frames === 0 ? 0 : sum("busyMilliseconds") / ((1000 * frames) / this.rateHz);
  }

  get longestMilliseconds() {
    return Math.max(0, ...this.#reports.map((one) => one.longestMilliseconds));
  }
}
