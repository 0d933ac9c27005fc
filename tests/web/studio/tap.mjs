/* What a page sends to the loudspeaker, kept sample by sample: fetched by tests/web/studio. */
class Tap extends AudioWorkletProcessor {
  constructor() {
    super();
    this.kept = new Float32Array(30 * sampleRate);
    this.count = 0;
    this.port.onmessage = () => this.port.postMessage(this.kept.slice(0, this.count));
  }

  process([inputs]) {
    const [samples] = inputs;
    const starts = this.count > 0 || samples?.some((sample) => sample !== 0);
    if (starts && samples !== undefined && this.count + samples.length <= this.kept.length) {
      this.kept.set(samples, this.count);
      this.count += samples.length;
    }
    return true;
  }
}

registerProcessor("tap", Tap);
