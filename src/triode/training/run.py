"""The whole way from two files to a capture."""

import importlib.util
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from triode import __version__
from triode.architectures import lower
from triode.audio import SignalStore
from triode.capture import Pair, Split, make_pair, split
from triode.capture.recording import read_calibration
from triode.errors import DivergenceError, TrainingError
from triode.graph import receptive_field, settle_samples
from triode.nam import DEFAULT_SAMPLE_RATE_HZ, Config, parse_config, write
from triode.training.material import Material, prepare_material
from triode.training.outputs import Outputs
from triode.training.progress import EpochRecord, Progress
from triode.training.recipe import Recipe, load_recipe
from triode.training.result import CustomaryResult, Result, SizeResult
from triode.training.stopping import Decision, Goal, decide, parse_until
from triode.training.warm_start import read_start

if TYPE_CHECKING:
    from triode.nam.metadata import Metadata
    from triode.training.loop import TrainingState

__all__ = ["DEVICES", "check_device", "train"]

DEVICES = ("cpu", "cuda", "mps")


def train(
    dry_path: str | os.PathLike[str],
    wet_path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    recipe: Recipe | str | Path = "a2",
    epochs: int | None = None,
    seed: int | None = None,
    device: str = "cpu",
    threads: int | None = None,
    start: str | os.PathLike[str] | None = None,
    until: str | None = None,
    resume: bool = False,
    force: bool = False,
    rate_hz: int | None = None,
    channel: int | None = None,
    delay_samples: float | None = None,
    repair: bool = True,
    aligned: bool = False,
    origin: Mapping[str, object] | None = None,
    metadata: "Metadata | None" = None,
    progress: Progress | None = None,
) -> Result:
    """Train a capture of the gear that turned `dry_path` into `wet_path`, and write it.

    Every size keeps the network of its best validation ESR. Beside the `.nam` file stay a log and,
    while training, a checkpoint. With the same machine, inputs, seed and thread count, the file
    is the same byte for byte but for its date, which SOURCE_DATE_EPOCH fixes.

    Args:
        dry_path: What was sent to the gear, WAV or FLAC.
        wet_path: What came back.
        output: The `.nam` file to write.
        recipe: The hyperparameters, the name of a shipped recipe, or the path of a TOML file.
        epochs: Instead of the recipe's.
        seed: Instead of the recipe's.
        device: "cpu", "cuda" or "mps".
        threads: CPU threads; None leaves the choice to torch.
        start: A capture whose weights every size of the same shape starts from.
        until: Stop before the recipe's epochs are done, see `triode.training.stopping`: "good",
            "best", or an ESR for the largest size such as "0.01".
        resume: Continue an interrupted training with the same output path, exactly.
        force: Replace an existing output.
        rate_hz: Resample the pair to this rate; None keeps that of the files.
        channel: Which channel to use of files with several, from 1.
        delay_samples: How much later the wet file comes, in samples; None measures it.
        repair: Put right in the recordings what can be put right without guessing.
        aligned: The two begin at the same moment; nothing is moved.
        origin: What else the file's `metadata.training.settings` shall say of where it came from.
        metadata: Name, gear and so on for the file.
        progress: Told what happens; may ask to stop, and then the best so far is written.

    Raises:
        RecipeError: The recipe does not exist or is wrong.
        OutputError: The output exists already or cannot be written; found out before training.
            A recording of more than a minute and a half is kept in a temporary file beside it.
        AudioError, CaptureError: The recordings cannot be used.
        NamFileError: The capture to start from is broken.
        TrainingError: No torch, no such device, nothing to resume, too little material, nothing
            fitting to start from, an impossible end, divergence.
    """
    # Before torch is loaded: its threads then sleep while they wait for each other. By default
    # they spin, and a machine that is busy with anything else trains several times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    outputs = Outputs.beside(output)
    chosen = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    chosen = chosen.changed(epochs=epochs, seed=seed)
    goal = None if until is None else parse_until(until)
    chosen = chosen if goal is None else chosen.in_rounds()
    first_round = chosen.optimizer.first_round_epochs
    outputs.check(resume=resume, force=force)
    metadata = _with_measured_levels(metadata, wet_path)
    check_device(device, threads)
    listener = progress or Progress()
    # Before the recordings are read, and their rate known: the shape of a network has none.
    begin = None if start is None else read_start(start, _configs(chosen, DEFAULT_SAMPLE_RATE_HZ))

    store = SignalStore(outputs.model.parent)
    pair = make_pair(
        dry_path,
        wet_path,
        rate_hz=rate_hz,
        channel=channel,
        delay_samples=delay_samples,
        repair=repair,
        aligned=aligned,
        store=store,
    )
    configs = _configs(chosen, pair.rate_hz)
    division = split(
        pair.dry,
        pair.rate_hz,
        _context_samples(configs, chosen, pair.rate_hz),
        repeats=pair.facts.repeats,
        excluded=pair.facts.excluded,
    )
    listener.on_pair(pair.facts, division)
    material = prepare_material(
        pair.dry,
        pair.wet,
        rate_hz=pair.rate_hz,
        training=division.train,
        validation=division.validation,
        wet_level_dbfs=chosen.wet_level_dbfs,
        store=store,
    )

    from triode.training.checkpoint import Identity, restore_checkpoint, save_checkpoint
    from triode.training.fine_tuning import fine_tune
    from triode.training.loop import TrainingState, fit, initial_state, torch_settings

    identity = Identity.of(chosen, material, begin.sha256 if begin else "")

    def save(state: TrainingState) -> None:
        save_checkpoint(outputs.checkpoint, state, identity)
        outputs.write_log([*state.history, *state.fine_history])

    with torch_settings(device=device, threads=threads):
        weights = begin.parameters(material) if begin else None
        state = initial_state(configs, chosen, pair.rate_hz, device, weights, material.wet_mean)
        resuming = resume and outputs.checkpoint.exists()
        if resume:
            restore_checkpoint(outputs.checkpoint, state, identity)
            outputs.write_log([*state.history, *state.fine_history])
        finished = fit(
            state,
            material,
            chosen,
            device=device,
            progress=listener,
            save=save,
            enough=lambda history: goal is not None and _decision(history, goal, first_round).stop,
        )
        if finished and chosen.fine_tuning.epochs:
            finished = fine_tune(
                state, material, chosen, device=device, progress=listener, save=save
            )
        ending = _ending(state.history, goal, first_round) if goal and finished else None
        if ending:
            listener.on_goal(ending)
        listener.on_export()
        _export(
            state,
            configs,
            chosen,
            material,
            pair,
            metadata=metadata,
            how={
                **(origin or {}),
                **({"until": until} if until else {}),
                **({"start": begin.to_json()} if begin else {}),
            },
            path=outputs.model,
            force=force or resuming,
        )
        customary = _customary(state, chosen, material, pair, division, device)
    if finished:
        outputs.checkpoint.unlink(missing_ok=True)
    return Result(
        model_path=outputs.model,
        log_path=outputs.log,
        checkpoint_path=None if finished or not state.history else outputs.checkpoint,
        sizes=tuple(
            SizeResult(
                name=one.name,
                esr=one.best_esr,
                null_depth_db=10.0 * math.log10(one.best_esr) if one.best_esr else -math.inf,
                epoch=one.best_epoch,
            )
            for one in state.trainees
        ),
        epochs=len(state.history),
        seconds=max((one.seconds for one in (*state.history, *state.fine_history)), default=0.0),
        finished=finished,
        ending=ending,
        facts=pair.facts,
        split=division,
        customary=customary,
    )


def check_device(device: str, threads: int | None = None) -> None:
    """See that torch is there and can train on `device`.

    Raises:
        TrainingError: It cannot, or there are less threads than one.
    """
    if importlib.util.find_spec("torch") is None:
        raise TrainingError(
            "training needs torch, which is not installed",
            hint="Install it with: pip install 'triode[train]'",
        )
    if threads is not None and threads < 1:
        raise TrainingError("no threads to train with", expected="1 or more", got=threads)
    if device not in DEVICES:
        raise TrainingError("unknown device", expected=f"one of {', '.join(DEVICES)}", got=device)
    if device == "cpu":
        return  # without torch, whose 180 MB then come when the recordings have been looked at
    import torch

    available = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not available[device]:
        usable = ", ".join(name for name in DEVICES if available[name])
        raise TrainingError(
            f"torch cannot use the device {device} on this machine",
            expected=f"one of: {usable}",
            hint="Leave --device away, or install a torch that is built for it and its driver.",
        )


def _with_measured_levels(
    metadata: "Metadata | None", wet_path: str | os.PathLike[str]
) -> "Metadata | None":
    """The levels of the calibration beside the recording, where none are given."""
    measured = read_calibration(wet_path)
    if measured is None:
        return metadata
    from triode.nam.metadata import Metadata

    given = metadata.model_dump(exclude_none=True) if metadata else {}
    levels = {
        "input_level_dbu": measured.input_level_dbu,
        "output_level_dbu": measured.output_level_dbu,
    }
    return Metadata.of(**{**levels, **given})


def _context_samples(configs: tuple[Config, ...], recipe: Recipe, rate_hz: float) -> int:
    """Samples that must lie before, and the one that is, any output of training or validation."""
    needs = []
    for config in configs:
        graph = lower(config)
        needs.append(settle_samples(graph, rate_hz) + 1)
        if graph.settle_seconds:
            needs.append(recipe.windows.run_in_samples + receptive_field(graph))
    return max(needs)


def _configs(recipe: Recipe, rate_hz: float) -> tuple[Config, ...]:
    return tuple(parse_config(size.architecture, size.config, rate_hz) for size in recipe.sizes)


def _decision(history: Sequence[EpochRecord], goal: Goal, first_round: int) -> Decision:
    return decide([record.esr for record in history], goal, first_round)


def _ending(history: Sequence[EpochRecord], goal: Goal, first_round: int) -> str:
    """Why a training that is finished ended, as one sentence."""
    decision = _decision(history, goal, first_round)
    how = "stopped at" if decision.stop else "the planned epochs end with"
    return f"{how} epoch {len(history)}: {decision.reason}"


def _export(
    state: "TrainingState",
    configs: tuple[Config, ...],
    recipe: Recipe,
    material: Material,
    pair: Pair,
    *,
    metadata: "Metadata | None",
    how: Mapping[str, object],
    path: Path,
    force: bool,
) -> None:
    """Load every size's best network and write them all to `path`."""
    from triode.nam.metadata import Date, Metadata
    from triode.training.export import TrainedSize, build_model

    sizes = []
    for size, config, trainee in zip(recipe.sizes, configs, state.trainees, strict=True):
        if not trainee.best:
            raise DivergenceError(
                f"size {trainee.name} never had a validation error that is a number",
                hint="Use a recipe with a lower optimizer.learning_rate.",
            )
        trainee.module.load_state_dict(trainee.best)
        sizes.append(
            TrainedSize(
                max_value=size.max_value,
                config=config,
                parameters=trainee.module.to_parameters(),
                validation_esr=trainee.best_esr,
                epoch=trainee.best_epoch,
            )
        )
    described = metadata or Metadata()
    if described.date is None:
        described = described.model_copy(update={"date": Date.of(_moment())})
    model = build_model(
        tuple(sizes),
        rate_hz=float(pair.rate_hz),
        output_gain=material.output_gain,
        metadata=described.to_document(),
        settings={
            "trainer": f"triode {__version__}",
            "epochs": len(state.history),
            **how,
            **recipe.model_dump(mode="json", exclude={"sizes", "epochs"}),
        },
        data={
            "rate_hz": pair.rate_hz,
            "frames": pair.facts.frames,
            "delay_samples": pair.facts.alignment.delay_samples,
            "polarity": pair.facts.alignment.polarity,
            "drift_ppm": pair.facts.alignment.drift_ppm,
            "jumps": [asdict(jump) for jump in pair.facts.alignment.jumps],
            "excluded": [list(one) for one in pair.facts.excluded],
            "repairs": list(pair.facts.repairs),
            "replicate_floor_esr": pair.facts.replicate_floor_esr,
            "training": [list(one) for one in material.training],
            "validation": list(material.validation),
            "fingerprint": material.fingerprint,
        },
    )
    write(model, path, force=force)


def _customary(
    state: "TrainingState",
    recipe: Recipe,
    material: Material,
    pair: Pair,
    division: Split,
    device: str,
) -> CustomaryResult | None:
    """ESR of the best networks on the customary passage of the dry file, if none of it is lost."""
    layout = pair.facts.customary
    if layout is None or any(
        low < layout.validation[1] and layout.validation[0] < high
        for low, high in pair.facts.excluded
    ):
        return None
    import torch

    from triode.training.validation import passage_esr

    dry = torch.from_numpy(material.dry).to(device)
    wet = torch.from_numpy(material.wet).to(device)
    start, stop = layout.validation
    return CustomaryResult(
        name=layout.name,
        esr={
            one.name: passage_esr(
                one.module, dry, wet, layout.validation, one.settle_samples, recipe.validation
            )
            for one in state.trainees
        },
        trained_on=any(low < stop and start < high for low, high in division.train),
    )


def _moment() -> datetime:
    """Now in UTC, or the moment that SOURCE_DATE_EPOCH names."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        return datetime.now(UTC) if fixed is None else datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise TrainingError(
            "SOURCE_DATE_EPOCH is not a moment", expected="seconds since 1970", got=fixed
        ) from error
