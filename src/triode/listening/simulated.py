"""Simulated listeners with known abilities, to find out what the statistics are worth.

A listener hears a quality for every system and piece of gear, adds a taste and an error of their
own, and answers a page as people do. Some do not listen at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from triode.errors import ListeningError
from triode.listening.page import Page
from triode.listening.plan import REFERENCE

__all__ = ["Listener", "Truth", "abx_chance", "answer_page"]

Honesty = Literal["listens", "guesses", "all high", "fixed"]

_HIGHEST = 100.0


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is there to be heard, in points from 0 to 100; the reference is at 100.

    Attributes:
        quality: By system and gear.
    """

    quality: Mapping[tuple[str, str], float]

    def of(self, system: str, gear: str) -> float:
        """The quality of one system on one piece of gear."""
        return _HIGHEST if system == REFERENCE else self.quality[system, gear]


@dataclass(frozen=True, kw_only=True)
class Listener:
    """How someone listens.

    Attributes:
        error: Standard deviation of what is heard, in points: the smaller, the more sensitive.
        taste: What this listener adds to a system's quality, by system.
        lapse: How often a page is answered by chance.
        honesty: "guesses" answers every page by chance, "all high" rates everything from 95 to
            100 and says "A", "fixed" does the same on every page.
    """

    error: float
    taste: Mapping[str, float]
    lapse: float = 0.0
    honesty: Honesty = "listens"


def abx_chance(difference: float, error: float, lapse: float = 0.0) -> float:
    """How often an ABX answer is right, for qualities that differ by so much.

    X, A and B are each heard with an error of their own, and X is said to be the nearer one
    (Macmillan and Creelman 2005, the differencing rule in one dimension):
    P = F(d/sqrt(2)) F(d/2) + F(-d/sqrt(2)) F(-d/2) for d = difference / error, made of a standard
    normal F as for two intervals that are compared with a third.
    """
    from scipy.stats import norm

    d = abs(difference) / error
    near, half = d / np.sqrt(2.0), d / 2.0
    heard = norm.cdf(near) * norm.cdf(half) + norm.cdf(-near) * norm.cdf(-half)
    return float((1.0 - lapse) * heard + lapse / 2.0)


def answer_page(
    page: Page, truth: Truth, listener: Listener, generator: np.random.Generator
) -> dict[str, Any]:
    """What the listener answers, in plain values as the server gets them.

    Raises:
        ListeningError: The page is of a design that nobody simulates.
    """
    guessing = listener.honesty == "guesses" or generator.random() < listener.lapse
    if listener.honesty != "listens":
        guessing = listener.honesty == "guesses"
    match page.design:
        case "abx":
            return {"x_is": _abx(page, truth, listener, generator, guessing=guessing)}
        case "mushra":
            return {"scores": _scores(page, truth, listener, generator, guessing=guessing)}
        case "triple":
            heard = _heard_points(page, truth, listener, generator, guessing=guessing)
            hidden = max(heard, key=lambda one: heard[one])
            grades = {one: 5.0 if one == hidden else _grade(heard[one]) for one in heard}
            return {"hidden": hidden, "grades": grades}
        case "preference":
            heard = _heard_points(page, truth, listener, generator, guessing=guessing)
            return {"preferred": max(heard, key=lambda one: heard[one])}
    raise ListeningError("nobody simulates this design", got=page.design)


def _abx(
    page: Page,
    truth: Truth,
    listener: Listener,
    generator: np.random.Generator,
    *,
    guessing: bool,
) -> str:
    if listener.honesty in {"all high", "fixed"}:
        return "A"
    difference = _quality(page, "A", truth, listener) - _quality(page, "B", truth, listener)
    chance = 0.5 if guessing else abx_chance(difference, listener.error)
    other = "B" if page.truth == "A" else "A"
    return page.truth if generator.random() < chance else other


def _scores(
    page: Page,
    truth: Truth,
    listener: Listener,
    generator: np.random.Generator,
    *,
    guessing: bool,
) -> dict[str, float]:
    if listener.honesty == "all high":
        return {one: float(generator.uniform(95.0, 100.0)) for one in page.rated}
    if listener.honesty == "fixed":
        return {one: 50.0 + 5.0 * place for place, one in enumerate(page.rated)}
    heard = _heard_points(page, truth, listener, generator, guessing=guessing)
    if not guessing:
        # By the standard's instruction one of them is the reference and has to be at 100.
        best = max(heard, key=lambda one: heard[one])
        heard[best] = _HIGHEST
    return {one: float(np.clip(np.round(value), 0.0, _HIGHEST)) for one, value in heard.items()}


def _heard_points(
    page: Page,
    truth: Truth,
    listener: Listener,
    generator: np.random.Generator,
    *,
    guessing: bool,
) -> dict[str, float]:
    if guessing or listener.honesty != "listens":
        return {one: float(generator.uniform(0.0, _HIGHEST)) for one in page.rated}
    return {
        one: _quality(page, one, truth, listener) + float(generator.normal(0.0, listener.error))
        for one in page.rated
    }


def _quality(page: Page, label: str, truth: Truth, listener: Listener) -> float:
    system = page.shown(label).system
    return truth.of(system, page.gear) + listener.taste.get(system, 0.0)


def _grade(points: float) -> float:
    """Points as a grade from 1.0 to 5.0 in steps of a tenth."""
    return float(np.clip(round(1.0 + 4.0 * points / _HIGHEST, 1), 1.0, 5.0))
