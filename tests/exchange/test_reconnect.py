from __future__ import annotations

from random import Random

from polyterm.exchange.reconnect import Backoff, Standing


def test_waits_are_spread_below_a_ceiling_that_doubles_to_thirty_seconds() -> None:
    ceilings = [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    rounds = [[Backoff(Random(seed)).after(0)] for seed in range(200)]
    for seed, waits in enumerate(rounds):
        backoff = Backoff(Random(seed))
        waits[:] = [backoff.after(0) for _ in ceilings]
    for ceiling, waits in zip(ceilings, zip(*rounds, strict=True), strict=True):
        assert 0 <= min(waits) < 0.1 * ceiling
        assert 0.9 * ceiling < max(waits) <= ceiling


def test_a_connection_that_held_forgives_the_failures_before_it() -> None:
    backoff = Backoff(Random(1))
    for _ in range(5):
        backoff.after(29)
    assert backoff.failures == 5
    assert backoff.after(30) <= 0.25
    assert backoff.failures == 1


def test_each_change_is_told_once() -> None:
    told: list[str] = []
    standing = Standing(lambda: told.append("up"), told.append)
    standing.down("first")
    standing.down("second")
    standing.up()
    standing.up()
    standing.down("third")
    standing.down("fourth", again=True)
    assert told == ["first", "up", "third", "fourth"]
