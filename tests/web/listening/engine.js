// Renders the playback engine offline: what it was told to do, when, and the samples that come out.
async ({ stimuli, rate, seconds, orders }) => {
  const { Engine } = await import("/static/engine.js");
  const context = new OfflineAudioContext(1, Math.round(seconds * rate), rate);
  const engine = new Engine(context, stimuli.map((samples) => Float32Array.from(samples)));
  const played = [];
  for (const { at, order, values = [] } of orders) {
    const when = at / rate;
    engine[order](...values, when);
    played.push(engine.placeAt((at + 2000) / rate));
  }
  const rendered = await context.startRendering();
  return { samples: Array.from(rendered.getChannelData(0)), places: played };
};
