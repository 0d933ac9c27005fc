import { Ramp } from "./ramp.mjs";
import { Transport } from "./transport.mjs";
import { ModelVoice, RecordingVoice } from "./voices.mjs";

const FADE_SECONDS = 0.01;

/**
 * Everything that sounds in an audition, but for the cabinet: one dry signal goes through every
 * voice, and the one that is chosen is heard. The rest of the page talks to it in messages, which
 * `handle` takes; no message, and no block, makes garbage worth mentioning.
 *
 * A switch between voices is a crossfade of 10 ms that starts with the next block. It is linear in
 * amplitude, since the voices are versions of the same signal and add up without a dip.
 */
export class Engine {
  #dry = new Float32Array(0);
  #at = new Int32Array(0);
  #levels = new Float32Array(0);

  constructor(rateHz) {
    this.fadeFrames = Math.round(FADE_SECONDS * rateHz);
    this.transport = new Transport(this.fadeFrames);
    this.input = new Ramp(1, this.fadeFrames);
    this.output = new Ramp(1, this.fadeFrames);
    this.voices = [];
    this.inputPeak = 0;
    this.outputPeak = 0;
  }

  /** Do what a message says. */
  handle(message) {
    switch (message.type) {
      case "model":
        this.#add(new ModelVoice(message.id, message.module, message.gain, this.fadeFrames));
        break;
      case "recording":
        this.#add(new RecordingVoice(message.id, message.samples, message.gain, this.fadeFrames));
        break;
      case "remove":
        this.voices = this.voices.filter((voice) => voice.id !== message.id);
        break;
      case "gain":
        this.#find(message.id)?.gain.set(message.gain);
        break;
      case "hear":
        this.#hear(message.id);
        break;
      case "signal":
        this.transport.load(message.samples);
        this.#reset();
        break;
      case "play":
        this.transport.play();
        break;
      case "pause":
        this.transport.pause();
        break;
      case "seek":
        this.transport.seek(message.frame);
        break;
      case "input":
        this.input.set(message.gain);
        break;
      case "output":
        this.output.set(message.gain);
        break;
      default:
        throw new RangeError(`the audition knows no message of type ${message.type}`);
    }
  }

  /**
   * Play one block.
   * @param {Float32Array | null} live What comes in, when something is connected.
   * @param {Float32Array} out
   */
  process(live, out) {
    out.fill(0);
    if (this.transport.silent) return;
    this.#fit(out.length);
    this.transport.fill(live, this.#dry, this.#at, this.#levels);
    for (let i = 0; i < out.length; i += 1) {
      this.#dry[i] *= this.input.next();
      this.inputPeak = Math.max(this.inputPeak, Math.abs(this.#dry[i]));
    }
    for (const voice of this.voices) this.#mix(voice, out);
    for (let i = 0; i < out.length; i += 1) {
      out[i] *= this.#levels[i] * this.output.next();
      this.outputPeak = Math.max(this.outputPeak, Math.abs(out[i]));
    }
  }

  #mix(voice, out) {
    const played = voice.play(this.#dry, this.#at);
    const { presence, gain } = voice;
    if (presence.settled && presence.value === 0) {
      gain.jump(gain.target);
      return;
    }
    for (let i = 0; i < out.length; i += 1) out[i] += played[i] * gain.next() * presence.next();
  }

  #add(voice) {
    const before = this.#find(voice.id);
    if (before !== undefined) voice.presence.jump(before.presence.target);
    this.voices = [...this.voices.filter((one) => one !== before), voice];
  }

  #hear(id) {
    const sounding = this.voices.some((voice) => voice.presence.target > 0);
    for (const voice of this.voices) {
      const wanted = voice.id === id ? 1 : 0;
      if (sounding) voice.presence.set(wanted);
      else voice.presence.jump(wanted);
    }
  }

  #find(id) {
    return this.voices.find((voice) => voice.id === id);
  }

  #reset() {
    for (const voice of this.voices) voice.reset();
  }

  #fit(frames) {
    if (this.#dry.length === frames) return;
    this.#dry = new Float32Array(frames);
    this.#at = new Int32Array(frames);
    this.#levels = new Float32Array(frames);
  }
}
