import * as api from "../core/api.mjs";
import { amplitude, sizeTitle } from "../core/format.mjs";
import { orderedSizes } from "../core/library.mjs";
import { prepared } from "./cabinet.mjs";
import { matchingGainDb } from "./matching.mjs";
import { Player } from "./player.mjs";
import { decoded } from "./sound.mjs";

export const RECORDING = "recording";

/**
 * What is auditioned: the voices, the signal that goes through them, and how loud each is. The sound
 * output opens with the first `play`; until then choices are only remembered.
 */
export class Session {
  #capture;
  #player = null;
  #modules = new Map();
  #gains = new Map();
  #round = 0;

  /** @param {object} info What the server says about auditioning the capture. */
  constructor(capture, info, onReport) {
    this.#capture = capture;
    this.info = info;
    this.onReport = onReport;
    this.signal = { kind: "none", key: "none", samples: null };
    this.inputDb = 0;
    this.outputDb = 0;
    this.matched = true;
    this.cabinet = { key: "none", response: null };
    this.playing = false;
    this.voices = [];
    if (info.passage.wet !== null) {
      const gainDb = info.level.wet_gain_db;
      this.voices.push({ id: RECORDING, kind: "recording", title: "The gear", url: info.passage.wet, gainDb });
    }
    const [first] = this.addCapture(capture, info, info.sizes.map((size) => size.name));
    this.heard = first.id;
  }

  get rateHz() {
    return this.info.rate_hz;
  }

  /** How often the output ran dry, where the browser tells. */
  get underruns() {
    return this.#player?.underruns ?? 0;
  }

  /** What the browser's output takes, 0 while it is not open. */
  get latencySeconds() {
    return this.#player?.latencySeconds ?? 0;
  }

  /** Whether a voice can be heard with what is playing: the recording knows its own passage only. */
  available(voice) {
    return voice.kind !== "recording" || this.signal.kind === "passage";
  }

  /** Make sizes of a capture voices; the new ones are returned. */
  addCapture(capture, info, sizes) {
    const own = capture.id === this.#capture.id;
    const added = orderedSizes(sizes).map((name) => {
      const { wasm, gain_db: gainDb } = info.sizes.find((size) => size.name === name);
      const title = own ? sizeTitle(name) : capture.name;
      const note = own ? "" : sizeTitle(name);
      const passage = own ? "own" : "other";
      return { id: `${capture.id}/${name}`, kind: "model", title, note, url: wasm, gainDb, passage, esr: capture.esr?.[name] };
    });
    this.voices.push(...added);
    return added;
  }

  /** Hear another capture beside this one. */
  async join(capture, size) {
    const id = `${capture.id}/${size}`;
    if (this.voices.some((voice) => voice.id === id)) return;
    const info = await api.audition(capture.id);
    if (info.rate_hz !== this.rateHz) {
      throw new RangeError(`${capture.name} plays at ${info.rate_hz} Hz and this one at ${this.rateHz} Hz.`);
    }
    const [voice] = this.addCapture(capture, info, [size]);
    if (this.#player === null) return;
    this.#player.add(await this.#message(voice), this.#gainDb(voice));
    this.match();
  }

  leave(id) {
    this.voices = this.voices.filter((voice) => voice.id !== id);
    this.#player?.remove(id);
    if (this.heard === id) this.hear(this.voices.find((voice) => this.available(voice)).id);
  }

  hear(id) {
    this.heard = id;
    this.#player?.hear(id);
  }

  /** Start, and open the sound output when it is the first time. */
  async play() {
    if (this.#player === null) await this.#open();
    if (this.signal.kind !== "live") this.#player.play();
    this.playing = true;
  }

  pause() {
    this.#player?.pause();
    this.playing = false;
  }

  seek(share) {
    if (this.signal.samples !== null) this.#player?.seek(share * this.signal.samples.length);
  }

  async usePassage() {
    const samples = await this.#sound(this.info.passage.dry);
    this.#use({ kind: "passage", key: "passage", samples });
  }

  async useRiff({ name, url }) {
    this.#use({ kind: "riff", key: `riff ${name}`, samples: await this.#sound(url) });
  }

  async useFile(file) {
    const samples = await decoded(await file.arrayBuffer(), this.rateHz);
    this.#use({ kind: "file", key: `file ${file.name} ${file.size} ${file.lastModified}`, samples });
  }

  async useLive(device) {
    if (this.#player === null) await this.#open();
    await this.#player.setLive(device);
    this.signal = { kind: "live", key: "live", samples: null };
    this.#hearAvailable();
    this.match();
    this.#player.play();
    this.playing = true;
  }

  setInput(gainDb) {
    this.inputDb = gainDb;
    this.#player?.setInput(gainDb);
  }

  setOutput(gainDb) {
    this.outputDb = gainDb;
    this.#player?.setOutput(gainDb);
  }

  setMatched(matched) {
    this.matched = matched;
    this.match();
  }

  /** @param {ArrayBuffer | null} bytes An impulse response as a file, or none. */
  async setCabinet(key, bytes) {
    const response = bytes === null ? null : prepared(await decoded(bytes, this.rateHz), this.rateHz);
    this.cabinet = { key, response };
    this.#player?.setCabinet(response);
    this.match();
  }

  /** Bring every voice to the same loudness, measured with what is playing; later ones win. */
  async match() {
    this.#round += 1;
    const round = this.#round;
    for (const voice of this.voices) {
      if (this.#player === null || round !== this.#round) return;
      if (this.matched && !this.#known(voice) && this.available(voice)) {
        const gainDb = await this.#measuredDb(voice);
        this.#gains.set(this.#key(voice), gainDb);
        if (round !== this.#round) return;
      }
      this.#player.setGain(voice.id, this.#gainDb(voice));
    }
  }

  async close() {
    await this.#player?.close();
    this.#player = null;
  }

  async #open() {
    const player = await Player.open(this.rateHz, this.onReport);
    for (const voice of this.voices) player.add(await this.#message(voice), this.#gainDb(voice));
    if (this.signal.samples !== null) player.setSignal(this.signal.samples);
    player.setInput(this.inputDb);
    player.setOutput(this.outputDb);
    if (this.cabinet.response !== null) player.setCabinet(this.cabinet.response);
    player.hear(this.heard);
    this.#player = player;
    this.match();
  }

  #use(signal) {
    this.signal = signal;
    this.#player?.setSignal(signal.samples);
    this.#hearAvailable();
    if (this.playing) this.#player?.play();
    this.match();
  }

  #hearAvailable() {
    const heard = this.voices.find((voice) => voice.id === this.heard);
    if (heard === undefined || !this.available(heard)) {
      this.hear(this.voices.find((voice) => this.available(voice)).id);
    }
  }

  /** Nothing can be measured live; and what the server measured holds for its own passage. */
  #known(voice) {
    if (this.signal.kind === "live" || this.signal.samples === null) return true;
    const asServed = this.signal.kind === "passage" && this.inputDb === 0 && this.cabinet.response === null;
    return (asServed && voice.passage !== "other") || this.#gains.has(this.#key(voice));
  }

  #gainDb(voice) {
    return this.matched ? (this.#gains.get(this.#key(voice)) ?? voice.gainDb) : 0;
  }

  #key(voice) {
    return [voice.id, this.signal.key, this.inputDb, this.cabinet.key].join("|");
  }

  async #measuredDb(voice) {
    const { samples } = this.signal;
    return matchingGainDb(await this.#message(voice), samples, {
      input: amplitude(this.inputDb),
      cabinet: this.cabinet.response,
      rateHz: this.rateHz,
      targetLufs: this.info.level.target_lufs,
    });
  }

  async #message(voice) {
    const { id, url } = voice;
    if (voice.kind === "recording") {
      return { type: "recording", id, samples: await this.#sound(url) };
    }
    if (!this.#modules.has(url)) {
      this.#modules.set(url, WebAssembly.compileStreaming(fetch(url)));
    }
    return { type: "model", id, module: await this.#modules.get(url) };
  }

  async #sound(url) {
    if (!this.#modules.has(url)) {
      this.#modules.set(url, api.sound(url).then((bytes) => decoded(bytes, this.rateHz)));
    }
    return this.#modules.get(url);
  }
}
