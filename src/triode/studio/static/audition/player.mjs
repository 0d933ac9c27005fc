import { amplitude } from "../core/format.mjs";
import { convolver } from "./matching.mjs";

const PROCESSOR = new URL("./processor.mjs", import.meta.url);
const GLIDE_SECONDS = 0.02;

/** What live input must not be put through: a guitar is no telephone call. */
const UNTOUCHED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** The audio of one audition: worklet, cabinet and output, at the rate of the captures. */
export class Player {
  #context;
  #node;
  #direct;
  #throughCabinet;
  #cabinet = null;
  #live = null;

  /**
   * Open the sound output; to be called while handling a click or a key, or browsers stay silent.
   * @param {(report: object) => void} onReport Gets what the processor says, ten times a second.
   */
  static async open(rateHz, onReport) {
    const context = new AudioContext({ sampleRate: rateHz, latencyHint: "interactive" });
    await context.audioWorklet.addModule(PROCESSOR);
    const player = new Player(context, onReport);
    await context.resume();
    return player;
  }

  constructor(context, onReport) {
    this.#context = context;
    this.#node = new AudioWorkletNode(context, "triode-audition", {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      channelCount: 1,
      channelCountMode: "explicit",
      outputChannelCount: [1],
    });
    this.#node.port.onmessage = ({ data }) => onReport(data);
    this.#direct = new GainNode(context, { gain: 1 });
    this.#throughCabinet = new GainNode(context, { gain: 0 });
    this.#node.connect(this.#direct).connect(context.destination);
    this.#throughCabinet.connect(context.destination);
  }

  get rateHz() {
    return this.#context.sampleRate;
  }

  /** What the browser adds between a computed sample and the loudspeaker, in seconds. */
  get latencySeconds() {
    return this.#context.baseLatency + (this.#context.outputLatency || 0);
  }

  /** How often the browser's output ran dry since it was opened; null where it does not tell. */
  get underruns() {
    return this.#context.playbackStats?.underrunEvents ?? null;
  }

  /** @param {object} voice {type: "model", id, module} or {type: "recording", id, samples}. */
  add(voice, gainDb) {
    this.#tell({ ...voice, gain: amplitude(gainDb) });
  }

  remove(id) {
    this.#tell({ type: "remove", id });
  }

  hear(id) {
    this.#tell({ type: "hear", id });
  }

  setGain(id, gainDb) {
    this.#tell({ type: "gain", id, gain: amplitude(gainDb) });
  }

  setInput(gainDb) {
    this.#tell({ type: "input", gain: amplitude(gainDb) });
  }

  setOutput(gainDb) {
    this.#tell({ type: "output", gain: amplitude(gainDb) });
  }

  play() {
    this.#tell({ type: "play" });
  }

  pause() {
    this.#tell({ type: "pause" });
  }

  seek(frame) {
    this.#tell({ type: "seek", frame });
  }

  /** Play a signal, in a loop. */
  setSignal(samples) {
    this.#leaveLive();
    this.#tell({ type: "signal", samples });
  }

  /**
   * Play what a guitar plugged into this computer gives.
   * @param {string | null} device An id of `inputDevices`.
   * @throws {DOMException} The browser or its user does not allow it, or there is no such device.
   */
  async setLive(device) {
    const audio = { ...UNTOUCHED, ...(device === null ? {} : { deviceId: { exact: device } }) };
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    this.#leaveLive();
    const source = this.#context.createMediaStreamSource(stream);
    source.connect(this.#node);
    this.#live = { stream, source };
    this.#tell({ type: "signal", samples: null });
  }

  /** Put a prepared cabinet behind captures and recording alike, or none when null. */
  setCabinet(response) {
    const now = this.#context.currentTime;
    const old = this.#cabinet;
    this.#cabinet = response === null ? null : convolver(this.#context, response);
    const wanted = this.#cabinet === null ? 0 : 1;
    if (this.#cabinet !== null) this.#node.connect(this.#cabinet).connect(this.#throughCabinet);
    this.#throughCabinet.gain.setTargetAtTime(wanted, now, GLIDE_SECONDS);
    this.#direct.gain.setTargetAtTime(1 - wanted, now, GLIDE_SECONDS);
    if (old !== null) setTimeout(() => this.#unplug(old), 1000 * 10 * GLIDE_SECONDS);
  }

  async close() {
    this.#leaveLive();
    await this.#context.close();
  }

  #unplug(convolver) {
    this.#node.disconnect(convolver);
    convolver.disconnect();
  }

  #leaveLive() {
    if (this.#live === null) return;
    this.#live.source.disconnect();
    for (const track of this.#live.stream.getTracks()) track.stop();
    this.#live = null;
  }

  #tell(message) {
    this.#node.port.postMessage(message);
  }
}

/** The audio inputs that the browser shows, as {id, label}; labels may be empty before permission. */
export async function inputDevices() {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all
    .filter((device) => device.kind === "audioinput")
    .map((device) => ({ id: device.deviceId, label: device.label }));
}
