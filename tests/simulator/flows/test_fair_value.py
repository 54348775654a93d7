from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random
from statistics import pstdev

import pytest

from polyterm.models.money import PRICE_ONE
from polyterm.simulator.flows.character import Character
from polyterm.simulator.flows.characters import EXCLUSIVE, FAST, NEAR_CERTAIN, QUIET
from polyterm.simulator.flows.fair_value import FairValues

KINDS = pytest.mark.parametrize(
    ("character", "tick"), [(FAST, 100), (QUIET, 100), (NEAR_CERTAIN, 10)]
)


def _walk(character: Character, tick: int, seconds: int) -> list[float]:
    values = FairValues([character], [tick])
    random = Random(1)
    path = [values.price(0)]
    for second in range(1, seconds):
        values.advance(second, random)
        path.append(values.price(0))
    return path


def test_exclusive_outcomes_always_sum_to_a_dollar() -> None:
    shares = (0.42, 0.29, 0.16, 0.13)
    values = FairValues([replace(EXCLUSIVE, anchor=share) for share in shares], [100] * 4)
    assert [round(values.price(index)) for index in range(4)] == [4200, 2900, 1600, 1300]
    random = Random(3)
    for second in range(1, 500):
        values.advance(second, random)
        values.shock(second % 4, random.gauss(0, 3))
        assert sum(values.price(index) for index in range(4)) == pytest.approx(PRICE_ONE)
    assert sorted(values.winner(index) for index in range(4)) == [0, 1, 1, 1]


@KINDS
def test_a_value_changes_by_its_volatility_in_a_second(character: Character, tick: int) -> None:
    path = _walk(character, tick, 5_000)
    changes = [after - before for before, after in pairwise(path)]
    assert pstdev(changes) / tick == pytest.approx(character.volatility_ticks, rel=0.3)


@KINDS
def test_a_value_stays_within_reach_and_comes_back(character: Character, tick: int) -> None:
    path = _walk(character, tick, 20_000)
    start = character.anchor * PRICE_ONE
    assert 0.02 * PRICE_ONE < min(path) < start < max(path) < 0.995 * PRICE_ONE
    crossings = sum((a < start) != (b < start) for a, b in pairwise(path))
    assert crossings > 20


def test_how_far_a_value_goes_does_not_depend_on_how_often_it_is_asked() -> None:
    def after_an_hour(step_s: float, seed: int) -> float:
        values = FairValues([QUIET], [100])
        random = Random(seed)
        for step in range(1, int(3600 / step_s) + 1):
            values.advance(step * step_s, random)
        return values.price(0)

    coarse = [after_an_hour(60.0, seed) for seed in range(200)]
    fine = [after_an_hour(10.0, seed) for seed in range(200)]
    assert pstdev(coarse) == pytest.approx(pstdev(fine), rel=0.25)


def test_news_moves_a_value_at_once_by_about_its_ticks() -> None:
    values = FairValues([QUIET], [100])
    before = values.price(0)
    values.shock(0, 3)
    assert values.price(0) - before == pytest.approx(300, rel=0.1)


@pytest.mark.parametrize(("ticks", "winner"), [(10, 0), (-10, 1)])
def test_the_likelier_outcome_wins(ticks: float, winner: int) -> None:
    values = FairValues([FAST], [100])
    values.shock(0, ticks)
    assert values.winner(0) == winner
