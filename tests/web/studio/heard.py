"""What a page sends to the loudspeaker."""

import base64
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from playwright.sync_api import BrowserContext, Page

from triode.audio import read_audio
from triode.nam import read
from triode.runtime.files import render_file

__all__ = ["difference", "heard", "rendered", "tapped"]

_TAP = (Path(__file__).parent / "tap.mjs").read_text(encoding="utf-8")
# Before any script of the page's: whatever is connected to the loudspeaker goes to the tap as well.
_LISTEN = """
(() => {
  const connect = AudioNode.prototype.connect;
  const taps = new WeakMap();
  const tapOf = (context) => {
    if (!taps.has(context)) {
      const entry = new GainNode(context);
      taps.set(context, entry);
      const module = URL.createObjectURL(new Blob([TAP], { type: "text/javascript" }));
      context.audioWorklet.addModule(module).then(() => {
        const tap = new AudioWorkletNode(context, "tap");
        connect.call(entry, tap);
        connect.call(tap, context.destination);
        window.heard = () => new Promise((resolve) => {
          tap.port.onmessage = ({ data }) => {
            const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
            let text = "";
            for (let i = 0; i < bytes.length; i += 32768) {
              text += String.fromCharCode(...bytes.subarray(i, i + 32768));
            }
            resolve(btoa(text));
          };
          tap.port.postMessage("tell");
        });
      });
    }
    return taps.get(context);
  };
  AudioNode.prototype.connect = function (target, ...rest) {
    const live = this.context instanceof AudioContext;
    if (live && target === this.context.destination) connect.call(this, tapOf(this.context));
    return connect.call(this, target, ...rest);
  };
})();
""".replace("TAP", json.dumps(_TAP))

Float32Array = npt.NDArray[np.float32]


def tapped(context: BrowserContext) -> Page:
    """A page that is listened to, whatever it will play; its profile must bypass the policy."""
    page = context.new_page()
    page.add_init_script(_LISTEN)
    return page


def heard(page: Page) -> Float32Array:
    """(frames,) what was played so far, from the first sound on."""
    return np.frombuffer(base64.b64decode(page.evaluate("window.heard()")), dtype="<f4")


def difference(played: Float32Array, expected: Float32Array, fade_frames: int) -> float:
    """The largest difference of what was played from what should have been.

    The page fades in, and what it plays is known from its first sample that is not zero, which may
    be any of the fade.

    Args:
        played: (frames,) from the first sound on.
        expected: (frames,) from the start of the signal, and longer.
        fade_frames: How long the page fades.
    """
    piece = played[fade_frames:]
    starts = range(fade_frames, 2 * fade_frames)
    return min(float(np.max(np.abs(piece - expected[at : at + len(piece)]))) for at in starts)


def rendered(model: Path, dry: Path, size: str) -> Float32Array:
    """What `triode render` makes of a file."""
    output = dry.with_name(f"{dry.stem}-{size}.wav")
    render_file(read(model), dry, output, size=size, force=True)
    return read_audio(output).samples
