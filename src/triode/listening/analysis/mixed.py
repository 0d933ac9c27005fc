"""A mixed model beside the means: systems fixed, listeners and gear random.

    score ~ system + (1 | listener) + (1 | gear) + (1 | listener:system) + (1 | gear:system)

fitted to cell means by restricted maximum likelihood (statsmodels). Listeners and gear are crossed,
so all random terms are variance components of one group. Its standard errors are Wald's, which with
few pieces of gear are too small; the contrasts' tests are what decides.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from triode.listening.analysis.rows import Row

__all__ = ["Mixed", "mixed_model"]

_FEWEST = 2
_MOST_CELLS = 4000
_BOUNDARY = "The MLE may be on the boundary"
"""A variance of zero, which the deviations show; nothing is wrong with the rest."""
_TERMS = ("listener", "gear", "listener:system", "gear:system")


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """What the model says.

    Attributes:
        means: Estimated mean of every system.
        errors: Wald's standard error of each system's difference to the first.
        deviations: Standard deviation of every random term and of the "rest".
        problem: Why there is no model, or what its fit complained about; empty when all is well.
    """

    means: Mapping[str, float]
    errors: Mapping[str, float]
    deviations: Mapping[str, float]
    problem: str = ""


def mixed_model(rows: Sequence[Row]) -> Mixed:
    """Fit it to rows of one value for each system; preference pairs have none."""
    systems = list(dict.fromkeys(one.system for one in rows))
    listeners = {one.listener for one in rows}
    gear = {one.gear for one in rows}
    if len(systems) < _FEWEST or len(listeners) < _FEWEST or len(gear) < _FEWEST:
        return _without("It takes two systems, two listeners and two pieces of gear at least.")
    if len(listeners) * len(gear) * len(systems) > _MOST_CELLS:
        return _without("There are too many answers for a dense fit.")
    return _fitted(rows, systems)


def _without(problem: str) -> Mixed:
    return Mixed(means={}, errors={}, deviations={}, problem=problem)


def _fitted(rows: Sequence[Row], systems: list[str]) -> Mixed:
    import numpy as np
    import pandas as pd
    from statsmodels.regression.mixed_linear_model import MixedLM

    frame = pd.DataFrame(
        {
            "system": [one.system for one in rows],
            "listener": [str(one.listener) for one in rows],
            "gear": [one.gear for one in rows],
            "value": [one.value for one in rows],
        }
    )
    frame = frame.groupby(["system", "listener", "gear"], as_index=False)["value"].mean()
    frame["system"] = pd.Categorical(frame["system"], categories=systems)
    formulas = {one: "0 + " + ":".join(f"C({part})" for part in one.split(":")) for one in _TERMS}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            fit = MixedLM.from_formula(
                "value ~ C(system)",
                frame,
                groups=np.ones(len(frame)),
                vc_formula=formulas,
                re_formula="0",
            ).fit(reml=True, method=["powell", "lbfgs"])
        except (np.linalg.LinAlgError, ValueError) as error:
            return _without(f"The fit failed: {error}.")
    fixed = fit.fe_params.to_numpy()
    errors = fit.bse_fe.to_numpy()
    names = list(fit.model.exog_vc.names)
    deviations = {
        name: math.sqrt(max(0.0, float(value)))
        for name, value in zip(names, fit.vcomp, strict=True)
    }
    deviations["rest"] = math.sqrt(float(fit.scale))
    lines = dict.fromkeys(str(one.message).splitlines()[0] for one in told)
    problem = "; ".join(one for one in lines if not one.startswith(_BOUNDARY))
    return Mixed(
        means={
            name: float(fixed[0] + (fixed[place] if place else 0.0))
            for place, name in enumerate(systems)
        },
        errors={name: float(errors[place]) for place, name in enumerate(systems) if place},
        deviations=deviations,
        problem=problem[:300],
    )
