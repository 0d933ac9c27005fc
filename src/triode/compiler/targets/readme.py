"""The README of a built folder: what it holds, what it costs, how to use it."""

from triode.compiler.targets.facts import BuildFacts
from triode.compiler.targets.target import Target

__all__ = ["readme"]

_C_USE = """\
    #include "{name}.h"

    static unsigned char memory[{upper}_STATE_BYTES]
        __attribute__((aligned({upper}_STATE_ALIGNMENT)));
    {name}_state *amp = ({name}_state *)memory;

    {name}_reset(amp);                          /* before playing, and to fall silent */
    {name}_process(amp, block, block, frames);  /* float32, any number of frames */

Each state is one playing model; several play independently. `{name}_process` allocates nothing,
locks nothing and makes no system call. NaN and infinity in the input count as zero
(`{name}_nonfinite` says how many there were). How a signal is cut into blocks changes no bit.
"""

_WASM_USE = """\
    import {{ createNode, load }} from "./{name}.mjs";

    const amp = await load();                 // in a page, a worker or Node.js
    amp.process(input, output);               // Float32Array, any length
    amp.reset();

    const context = new AudioContext({{ sampleRate: {rate} }});
    const node = await createNode(context);   // an AudioWorkletNode
    source.connect(node).connect(context.destination);
    node.port.postMessage("reset");

Serve `{name}.mjs`, `{name}-processor.mjs` and `{name}.wasm` from one folder. The module needs
WebAssembly SIMD, which browsers have had since 2021 to 2023 and Node.js since version 16.
"""

_NATIVE = """\
Compile `{name}.c` and `{name}_*.c` as C with gcc or Clang (Windows: clang or MinGW) at -O3. No
file needs an option for its instruction set: the fastest one that the processor and the system
support is chosen when the program runs, SSE2 at the least. Files for other processors compile to
nothing. Recommended: {flags}.
"""

_PLACES = """\
## Placing things

Define these for `{name}.c`, with sections of your linker script:

| macro | what it places | bytes |
| --- | --- | --- |
| `{upper}_WEIGHTS_SECTION` | weights, constant: flash, QSPI, or DTCM | {weights:,} |
| `{upper}_CODE_SECTION` | all code that runs per block: flash or ITCM | {code} |

The state is memory of yours: put it into DTCM, or AXI SRAM where it does not fit. Code copied to
ITCM and weights copied to DTCM need your startup code to copy them, as it does for `.data`.
`main.c` takes `-DSTATE_SECTION=...` for its own. gcc makes copies of the inner loops for speed;
`-fno-ipa-cp` gives less than half the code for up to an eighth more instructions.
"""

_BOARD = """\
`make check` runs the harness on QEMU's {machine}: it prints the largest error, and executed
instructions per sample. Those are no cycles. On a real board, compile `main.c` with
`-DHARNESS_TICKS=1` into your firmware, with a `printf` that reaches you: it prints processor
cycles per sample and of the worst block from the DWT cycle counter.
"""

_CHECK = """\
`vectors/` holds an input and the output that the model's definition gives in double precision;
`make check` plays them. The largest error may be {tolerance:.3g}, for float32 rounding.{here}
"""

_LICENCE = """\
## Licence

The code is under MIT-0: use it in any product, without notice (see LICENSE). The weights come from
the .nam file, and its author's terms apply to them.
"""


def readme(facts: BuildFacts, target: Target) -> str:
    """The text of README.md."""
    upper = facts.name.upper()
    code = "not measured here" if facts.code_bytes is None else f"{facts.code_bytes:,}"
    flash = facts.weight_bytes + (facts.code_bytes or 0)
    what = "weights and code" if facts.code_bytes is not None else "weights alone"
    texts = [
        f"# {facts.name}, size {facts.size}, for {target.name}\n",
        f"{target.summary[:1].upper()}{target.summary[1:]}.\n",
        "| | |",
        "| --- | --- |",
        f"| sample rate | {facts.rate_hz} Hz |",
        f"| multiply-adds per sample | {facts.macs_per_sample:,} |",
        f"| receptive field | {facts.receptive_field_samples:,} samples |",
        f"| RAM of one playing model | {facts.state_bytes:,} bytes |",
        f"| of it, memory of the past | {facts.remembered_bytes:,} bytes |",
        f"| flash, {what} | {flash:,} bytes (weights {facts.weight_bytes:,}, code {code}) |",
        f"| frames computed together | {facts.chunk_frames} |",
        "",
        "## Use\n",
        (_WASM_USE if target.wasm else _C_USE).format(
            name=facts.name, upper=upper, rate=facts.rate_hz
        ),
    ]
    if len(target.isas) > 1:
        flags = "`-O3 -ffp-contract=off -fno-math-errno`"
        texts.append(_NATIVE.format(name=facts.name, flags=flags))
    if target.sections:
        texts.append(
            _PLACES.format(name=facts.name, upper=upper, weights=facts.weight_bytes, code=code)
        )
    texts += [
        "## Check\n",
        _CHECK.format(
            tolerance=facts.tolerance,
            here="" if facts.error is None else f" Where this was built it was {facts.error:.3g}.",
        ),
    ]
    if target.board is not None:
        texts.append(_BOARD.format(machine=target.board.machine))
    texts.append(_LICENCE)
    return "\n".join(texts)
