// Plays one of several stimuli, all of them always at the same sample, and switches between them.

import { looped, placeInLoop } from "./seam.js";

const FADE_SECONDS = 0.01;
// What is asked for now happens this much later, or the browser could find it in the past.
const LEAD_SECONDS = 0.006;

/**
 * The engine. All stimuli are channels of one buffer and run as one source, so that they cannot
 * come apart; a switch is a crossfade of two gains whose sum is one. Equal gain rather than equal
 * power, since what is compared is nearly the same signal.
 */
export class Engine {
  #context;
  #stimuli;
  #fade;
  #splitter;
  #gains;
  #output;
  #deck = null;
  #switchedUntil = 0;
  #place = 0;

  /**
   * @param {BaseAudioContext} context Live, or offline for a test. Its rate is the stimuli's.
   * @param {Float32Array[]} stimuli Mono, all of one length.
   */
  constructor(context, stimuli) {
    this.#context = context;
    this.#stimuli = stimuli;
    this.#fade = Math.round(FADE_SECONDS * context.sampleRate);
    this.frames = stimuli[0].length;
    this.region = [0, this.frames];
    this.current = 0;
    this.#connect();
  }

  /** Frames that two presses of a key, or the two ends of a loop, must be apart at least. */
  get shortestRegion() {
    return 10 * this.#fade;
  }

  get playing() {
    return this.#deck !== null;
  }

  /** How loud everything is, as a factor. */
  set level(factor) {
    this.#output.gain.value = factor;
  }

  #connect() {
    const context = this.#context;
    this.#splitter = new ChannelSplitterNode(context, { numberOfOutputs: this.#stimuli.length });
    this.#output = new GainNode(context);
    this.#gains = this.#stimuli.map((_, stimulus) => {
      const gain = new GainNode(context, { gain: stimulus === this.current ? 1 : 0 });
      this.#splitter.connect(gain, stimulus);
      gain.connect(this.#output);
      return gain.gain;
    });
    this.#output.connect(context.destination);
  }

  /** The next time on the grid of samples at which something can be asked for. */
  #soon() {
    const rate = this.#context.sampleRate;
    return Math.ceil((this.#context.currentTime + LEAD_SECONDS) * rate) / rate;
  }

  /** Play from where it was stopped, looping over the region. */
  play(when = this.#soon()) {
    if (this.playing) return;
    this.#deck = this.#start(this.#place - this.region[0], when);
  }

  stop(when = this.#soon()) {
    if (!this.playing) return;
    const at = this.#afterBeginning(when);
    this.#place = this.placeAt(at);
    this.#end(this.#deck, at);
    this.#deck = null;
  }

  /** Switch to another stimulus, without a gap and at the same place. */
  switchTo(stimulus, when = this.#soon()) {
    if (stimulus === this.current) return;
    // A switch that is under way is finished first: it takes no longer than a blink of an eye.
    const start = Math.max(when, this.#switchedUntil);
    const end = start + this.#fade / this.#context.sampleRate;
    ramp(this.#gains[this.current], 1, 0, start, end);
    ramp(this.#gains[stimulus], 0, 1, start, end);
    this.current = stimulus;
    this.#switchedUntil = end;
  }

  /** Loop over frames `start` to `end` from now on; playing goes on where it is, if that is inside. */
  loop(start, end, when = this.#soon()) {
    const at = this.playing ? this.#afterBeginning(when) : when;
    const place = this.placeAt(at);
    const first = Math.max(0, Math.min(start, this.frames - this.shortestRegion));
    const last = Math.min(this.frames, Math.max(end, first + this.shortestRegion));
    this.region = [first, last];
    this.#place = place >= first && place < last ? place : first;
    if (!this.playing) return;
    this.#end(this.#deck, at);
    this.#deck = this.#start(this.#place - first, at);
  }

  /** The frame that sounds at a time, or would after `play`. */
  placeAt(when = this.#context.currentTime) {
    if (!this.playing) return this.#place;
    const { start, offset, first, length } = this.#deck;
    const played = Math.max(0, Math.round((when - start) * this.#context.sampleRate));
    return first + placeInLoop(offset, played, length, this.#fade);
  }

  /** Let go of everything; the engine is of no use afterwards. */
  close() {
    this.stop();
    const patience = 1000 * (LEAD_SECONDS + 2 * FADE_SECONDS);
    setTimeout(() => this.#output.disconnect(), patience);
  }

  #start(offset, when) {
    const context = this.#context;
    const [first, last] = this.region;
    const length = last - first;
    const buffer = new AudioBuffer({
      length,
      numberOfChannels: this.#stimuli.length,
      sampleRate: context.sampleRate,
    });
    this.#stimuli.forEach((samples, stimulus) =>
      buffer.copyToChannel(looped(samples, first, last, this.#fade), stimulus),
    );
    const source = new AudioBufferSourceNode(context, {
      buffer,
      loop: true,
      loopStart: this.#fade / context.sampleRate,
      loopEnd: length / context.sampleRate,
    });
    const gain = new GainNode(context, { gain: 0, channelInterpretation: "discrete" });
    ramp(gain.gain, 0, 1, when, when + this.#fade / context.sampleRate);
    source.connect(gain).connect(this.#splitter);
    source.start(when, offset / context.sampleRate);
    return { source, gain, start: when, offset, first, length };
  }

  /** What has hardly begun is there before it goes: two crossfades at once would not add up to one. */
  #afterBeginning(when) {
    return Math.max(when, this.#deck.start + this.#fade / this.#context.sampleRate);
  }

  #end({ source, gain }, when) {
    const end = when + this.#fade / this.#context.sampleRate;
    ramp(gain.gain, 1, 0, when, end);
    source.stop(end);
    source.onended = () => gain.disconnect();
  }
}

function ramp(parameter, from, to, start, end) {
  parameter.setValueAtTime(from, start);
  parameter.linearRampToValueAtTime(to, end);
}
