"""Every option has a specimen, and it differs from its neighbour in that option only."""

from triode.nam import ACTIVATION_KINDS, Films
from triode.study.testset.options import config_options
from triode.study.testset.random_documents import SAMPLE_RATE_HZ, random_wavenet, seeded
from triode.study.testset.random_weights import random_model, seed_of
from triode.study.testset.specimens import specimens

SPECIMENS = {one.name: one for one in specimens()}


def test_names_are_unique() -> None:
    assert len(SPECIMENS) == len(list(specimens()))


def test_a_specimen_differs_from_the_one_beside_it_in_its_option_only() -> None:
    for one in SPECIMENS.values():
        if one.beside is None or one.option is None:
            continue
        beside = SPECIMENS[one.beside]
        more = set(config_options(one.config)) - set(config_options(beside.config))
        assert more == {one.option}, one.name


def test_every_option_that_players_know_has_a_specimen() -> None:
    known = {one.option for one in SPECIMENS.values()} | set(
        config_options(SPECIMENS["base"].config)
    )
    assert {f"FiLM: {slot}" for slot in Films.__dataclass_fields__} <= known
    # Softsigmoid is the trainer's alone and cannot be written.
    assert {f"activation: {kind}" for kind in ACTIVATION_KINDS if kind != "Softsigmoid"} <= known


def test_what_random_mixtures_draw_has_a_specimen_but_for_gates() -> None:
    from triode.nam import parse_config

    known = {option for one in SPECIMENS.values() for option in config_options(one.config)}
    for seed in range(200):
        document = random_wavenet(seeded(seed), audience="player")
        drawn = config_options(parse_config("WaveNet", document["config"], SAMPLE_RATE_HZ))
        assert {one for one in drawn if not one.startswith("gate: ")} <= known


def test_weights_follow_from_the_name_and_the_seed() -> None:
    config = SPECIMENS["gating-gated"].config
    first, same, other = (
        random_model(config, seed_of("gating-gated", seed)).weights for seed in (1, 1, 2)
    )
    assert (first == same).all()
    assert (first != other).any()
