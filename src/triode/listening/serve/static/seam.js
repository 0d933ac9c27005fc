// A region of a stimulus as a loop whose end goes over into its beginning without a click.

/**
 * The samples of a region, ready to be looped from `fade` to its end.
 *
 * The last `fade` samples turn into the first ones by an equal-gain crossfade, after which the loop
 * goes on behind those: what is heard is the recording, and once a round two neighbouring samples
 * of a crossfade. The first pass begins at 0, with the recording as it is.
 *
 * @param {Float32Array} samples The whole stimulus.
 * @param {number} start First frame of the region.
 * @param {number} end The frame after its last.
 * @param {number} fade Frames of the crossfade, at most half of the region.
 * @returns {Float32Array} `end - start` samples.
 */
export function looped(samples, start, end, fade) {
  const loop = samples.slice(start, end);
  const seam = loop.length - fade;
  for (let i = 0; i < fade; i += 1) {
    const weight = (i + 1) / (fade + 1);
    loop[seam + i] = (1 - weight) * loop[seam + i] + weight * loop[i];
  }
  return loop;
}

/**
 * Which sample of the loop sounds after `played` frames.
 *
 * @param {number} offset Where in the loop playing began.
 * @param {number} played Frames since then.
 * @param {number} length Frames of the loop.
 * @param {number} fade As in `looped`.
 */
export function placeInLoop(offset, played, length, fade) {
  const place = offset + played;
  return place < length ? place : fade + ((place - length) % (length - fade));
}
