"""Which options an engine lacks, from which models it plays.

A specimen that fails while the one beside it plays convicts its option. That explains every failing
model with that option. Of the failing models left over, the options that no playing model has are
suspected.
"""

from collections.abc import Callable, Sequence

from triode.study.testset.result import FailedOperation, ModelResult, Status

__all__ = ["failed_operations", "unexplained_failures"]

_Judge = Callable[[ModelResult], bool]


def failed_operations(models: Sequence[ModelResult]) -> tuple[FailedOperation, ...]:
    """The options to blame: those that do not play, then those that play nearly right only."""
    lacking = _blamed(models, fails=lambda one: not one.status.plays, plays=_plays)
    names = {one.option for one in lacking}
    nearly = _blamed(
        [one for one in models if one.status.plays],
        fails=lambda one: one.status is Status.APPROXIMATE,
        plays=lambda one: one.status is Status.PASSED,
    )
    approximate = (one for one in nearly if one.option not in names)
    return (*lacking, *(one.model_copy(update={"approximate": True}) for one in approximate))


def unexplained_failures(
    models: Sequence[ModelResult], failed: Sequence[FailedOperation]
) -> tuple[str, ...]:
    """Models that do not play though they use no option to blame: a mixture is the reason."""
    explained = {name for one in failed if not one.approximate for name in one.models}
    return tuple(one.name for one in models if not one.status.plays and one.name not in explained)


def _plays(model: ModelResult) -> bool:
    return model.status.plays


def _blamed(
    models: Sequence[ModelResult], *, fails: _Judge, plays: _Judge
) -> tuple[FailedOperation, ...]:
    failing = [one for one in models if fails(one)]
    played = {option for one in models if plays(one) for option in one.options}
    by_name = {one.name: one for one in models}
    convicted = {
        one.option
        for one in failing
        if one.option is not None and one.beside in by_name and plays(by_name[one.beside])
    }
    left = [one for one in failing if convicted.isdisjoint(one.options)]
    suspected = {option for one in left for option in one.options} - played
    return tuple(
        FailedOperation(
            option=option,
            models=tuple(one.name for one in failing if option in one.options),
            certain=option in convicted,
            in_mixtures=option in played,
        )
        for option in sorted(convicted | suspected)
    )
