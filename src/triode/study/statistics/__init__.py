"""What trials say about questions: effects over gear, intervals, tests, verdicts.

Gear is the sample. All functions are pure: records in, plain results out.
"""

from triode.study.statistics.answer import Answer, answer_questions, measured_engines
from triode.study.statistics.budget import EffectAt
from triode.study.statistics.differences import Differences, cost_on, differences_of
from triode.study.statistics.effect import Effect, SourceEffect, by_source, effect_of
from triode.study.statistics.equal_cost import FEWEST_WIDTHS, AtCost, at_cost
from triode.study.statistics.holm import holm
from triode.study.statistics.intervals import Interval, bca_interval, t_interval
from triode.study.statistics.metric import METRICS, Metric, metric_of
from triode.study.statistics.power import detectable_effect
from triode.study.statistics.question import CLAIMS, Arm, Claim, Question
from triode.study.statistics.results import Cell, Results, results
from triode.study.statistics.seeds import LuckShare, SeedSpread, luck_share, seed_spread
from triode.study.statistics.sign_flip import EXACT_UP_TO, sign_flip_p
from triode.study.statistics.verdict import VERDICTS, Verdict, adopted_arm, verdict_of
from triode.study.statistics.words import change_text, effect_text, interval_text, size_text

__all__ = [
    "CLAIMS",
    "EXACT_UP_TO",
    "FEWEST_WIDTHS",
    "METRICS",
    "VERDICTS",
    "Answer",
    "Arm",
    "AtCost",
    "Cell",
    "Claim",
    "Differences",
    "Effect",
    "EffectAt",
    "Interval",
    "LuckShare",
    "Metric",
    "Question",
    "Results",
    "SeedSpread",
    "SourceEffect",
    "Verdict",
    "adopted_arm",
    "answer_questions",
    "at_cost",
    "bca_interval",
    "by_source",
    "change_text",
    "cost_on",
    "detectable_effect",
    "differences_of",
    "effect_of",
    "effect_text",
    "holm",
    "interval_text",
    "luck_share",
    "measured_engines",
    "metric_of",
    "results",
    "seed_spread",
    "sign_flip_p",
    "size_text",
    "t_interval",
    "verdict_of",
]
