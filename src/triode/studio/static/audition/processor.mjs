/*
 * The audition's AudioWorklet processor: the engine, and a meter of what it costs.
 *
 * A worklet has no clock finer than a millisecond (`performance` does not exist there). So the meter
 * counts how many milliseconds tick over while blocks are being played: over many blocks, the share
 * of ticks that fall inside is the share of time spent inside.
 */

import { Engine } from "./engine.mjs";

const REPORT_SECONDS = 0.1;

class Audition extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.engine = new Engine(sampleRate);
    // An offline context starts before messages arrive; what it is to play comes with its options.
    for (const message of processorOptions?.messages ?? []) this.engine.handle(message);
    this.port.onmessage = ({ data }) => this.engine.handle(data);
    this.clear();
  }

  clear() {
    this.frames = 0;
    this.busyMilliseconds = 0;
    this.longestMilliseconds = 0;
    this.engine.inputPeak = 0;
    this.engine.outputPeak = 0;
  }

  process([inputs], [outputs]) {
    const before = Date.now();
    this.engine.process(inputs.length > 0 ? inputs[0] : null, outputs[0]);
    const busy = Date.now() - before;
    this.busyMilliseconds += busy;
    this.longestMilliseconds = Math.max(this.longestMilliseconds, busy);
    this.frames += outputs[0].length;
    if (this.frames >= REPORT_SECONDS * sampleRate) this.report();
    return true;
  }

  report() {
    const { transport, inputPeak, outputPeak } = this.engine;
    this.port.postMessage({
      frame: transport.frame,
      running: transport.running,
      inputPeak,
      outputPeak,
      frames: this.frames,
      busyMilliseconds: this.busyMilliseconds,
      longestMilliseconds: this.longestMilliseconds,
    });
    this.clear();
  }
}

registerProcessor("triode-audition", Audition);
