"""Guitars and amplifiers made of formulas, for demos, starting points and studies.

A performance is plucked strings in shuffled styles; an amplifier is a tube circuit solved at eight
times the sample rate, from clean to fuzz. Both are functions of their arguments alone: the same
arguments give the same samples.
"""

from triode.synthetic.amplifier import OVERSAMPLING, amplify
from triode.synthetic.amplifier_settings import AmplifierSettings, random_settings
from triode.synthetic.cabinet import cabinet_impulse_response
from triode.synthetic.demo import demo_pair
from triode.synthetic.guitar import performance, play_phrase
from triode.synthetic.phrases import PHRASES, Phrase, Stroke
from triode.synthetic.string import Pluck, pluck

__all__ = [
    "OVERSAMPLING",
    "PHRASES",
    "AmplifierSettings",
    "Phrase",
    "Pluck",
    "Stroke",
    "amplify",
    "cabinet_impulse_response",
    "demo_pair",
    "performance",
    "play_phrase",
    "pluck",
    "random_settings",
]
