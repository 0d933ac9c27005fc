"""From two recordings to a capture: recipes, the loop, checkpoints and the export.

`train` is the whole of it; `load_recipe` and `recipe_names` say with which hyperparameters. The
loop in `triode.training.loop` is plain torch. Importing this package does not load torch, so that
recipes can be listed and inputs checked without it.
"""

from triode.training.outputs import Outputs
from triode.training.progress import EpochRecord, Progress
from triode.training.recipe import Recipe, load_recipe, recipe_names
from triode.training.result import CustomaryResult, Result, SizeResult
from triode.training.run import train

__all__ = [
    "CustomaryResult",
    "EpochRecord",
    "Outputs",
    "Progress",
    "Recipe",
    "Result",
    "SizeResult",
    "load_recipe",
    "recipe_names",
    "train",
]
