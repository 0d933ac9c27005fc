"""What plays the models of a test set: Triode, the WebAssembly player, or any command."""

from triode.study.testset.engines.answer import Answer, Engine, Job, Speed, Trouble
from triode.study.testset.engines.choosing import ENGINES, choose_engine

__all__ = ["ENGINES", "Answer", "Engine", "Job", "Speed", "Trouble", "choose_engine"]
