/**
 * Samples of an audio file, resampled to a rate, several channels as their mean.
 *
 * An offline context decodes before anything was clicked; a live one may not exist by then.
 * @param {ArrayBuffer} bytes
 * @throws {RangeError} The browser cannot decode it.
 */
export async function decoded(bytes, rateHz) {
  const context = new OfflineAudioContext(1, 1, rateHz);
  let buffer;
  try {
    buffer = await context.decodeAudioData(bytes);
  } catch {
    throw new RangeError("This browser cannot read that file as audio; WAV, FLAC and MP3 work.");
  }
  if (buffer.numberOfChannels === 1) return buffer.getChannelData(0).slice();
  const mixed = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    buffer.getChannelData(channel).forEach((sample, i) => {
      mixed[i] += sample / buffer.numberOfChannels;
    });
  }
  return mixed;
}

/** The largest absolute value in each of `count` equal parts, for a drawing of the signal. */
export function peaks(samples, count) {
  const found = new Float32Array(count);
  for (let part = 0; part < count; part += 1) {
    const stop = Math.floor(((part + 1) * samples.length) / count);
    for (let i = Math.floor((part * samples.length) / count); i < stop; i += 1) {
      found[part] = Math.max(found[part], Math.abs(samples[i]));
    }
  }
  return found;
}
