from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.engine.ports import Mode, Outcome
from polyterm.exchange.http import Lane
from polyterm.exchange.rate_budget import STOP_RESERVE, RateBudget
from polyterm.models.ids import ChildId
from tests.exchange.factory import StillClock, a_client, a_ticket


def test_a_burst_is_free_and_what_follows_comes_at_the_rate() -> None:
    clock = StillClock()
    budget = RateBudget(clock)
    for _ in range(60):
        assert budget.wait_s(Lane.ORDERS) == 0
        budget.take(Lane.ORDERS)
    assert budget.wait_s(Lane.ORDERS) == pytest.approx(1 / 40)
    clock.seconds += 0.5
    assert budget.wait_s(Lane.ORDERS, 20) == 0
    assert budget.wait_s(Lane.ORDERS, 21) == pytest.approx(1 / 40)


def test_ordinary_cancels_leave_some_for_a_stop() -> None:
    budget = RateBudget(StillClock())
    budget.take(Lane.CANCELS, 120 - STOP_RESERVE)
    assert budget.wait_s(Lane.CANCELS, 1, keep=STOP_RESERVE) > 0
    assert budget.wait_s(Lane.CANCELS, STOP_RESERVE) == 0
    assert budget.wait_s(Lane.ORDERS) == 0, "orders have a bucket of their own"


def test_the_exchange_knows_better_what_is_left() -> None:
    budget = RateBudget(StillClock())
    budget.learn(Lane.ORDERS, {"poly-ratelimit-remaining": "3"})
    assert budget.wait_s(Lane.ORDERS, 3) == 0
    assert budget.wait_s(Lane.ORDERS, 4) > 0
    budget.learn(Lane.CANCELS, {"poly-ratelimit-remaining": "-80"})
    assert budget.wait_s(Lane.CANCELS) == pytest.approx(81 / 80)


@pytest.mark.parametrize("stated", ["", "lots", "1e9", "99999"])
def test_what_it_says_never_makes_us_faster_than_its_rules(stated: str) -> None:
    budget = RateBudget(StillClock())
    budget.take(Lane.ORDERS, 60)
    budget.learn(Lane.ORDERS, {"poly-ratelimit-remaining": stated})
    assert budget.wait_s(Lane.ORDERS) > 0


def test_a_higher_tier_is_taken_up() -> None:
    clock = StillClock()
    budget = RateBudget(clock)
    budget.learn(Lane.ORDERS, {"poly-ratelimit-tier": "Gold"})
    clock.seconds += 10
    assert budget.wait_s(Lane.ORDERS, 600) == 0
    assert budget.wait_s(Lane.CANCELS, 1200) == 0


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 20)), max_size=60))
def test_no_window_ever_holds_more_than_burst_and_rate_allow(
    steps: list[tuple[float, int]],
) -> None:
    clock = StillClock()
    budget = RateBudget(clock)
    spent = 0
    for pause, cost in steps:
        clock.seconds += pause
        clock.seconds += budget.wait_s(Lane.ORDERS, cost) + 1e-9
        budget.take(Lane.ORDERS, cost)
        spent += cost
        assert spent <= 60 + 40 * clock.seconds + 1e-3


async def test_an_order_that_would_wait_too_long_is_given_back_unsent() -> None:
    posts = 0

    def exchange(request: httpx.Request) -> httpx.Response:
        nonlocal posts
        posts += 1
        return httpx.Response(429, headers={"Retry-After": "5"})

    clock = StillClock()
    client = a_client(exchange, clock=clock)
    order = await client.sign(a_ticket())
    assert (await client.send(order, lambda: True)).mode is Mode.THROTTLED
    held = await client.send(order, lambda: True)
    assert (held.outcome, held.mode, posts) == (Outcome.NOT_SENT, Mode.THROTTLED, 1)
    assert held.retry_after_s == pytest.approx(5 + 1 / 40)
    assert (await client.cancel([ChildId("0x1")])).outcome is Outcome.NOT_ACCEPTED
    clock.seconds += 6
    assert (await client.send(order, lambda: True)).outcome is Outcome.NOT_ACCEPTED


async def test_a_stop_is_never_held_back() -> None:
    def exchange(request: httpx.Request) -> httpx.Response:
        ids = json.loads(request.content) if request.content else []
        headers = {"Poly-RateLimit-Remaining": "-500"}
        return httpx.Response(200, json={"canceled": ids}, headers=headers)

    client = a_client(exchange)
    for _ in range(5):
        assert (await client.cancel_all()).outcome is Outcome.ACCEPTED


async def test_an_order_that_is_no_longer_wanted_when_its_turn_comes_is_not_written() -> None:
    posts = 0

    def exchange(request: httpx.Request) -> httpx.Response:
        nonlocal posts
        posts += 1
        return httpx.Response(200)

    client = a_client(exchange, clock=StillClock())
    report = await client.send(await client.sign(a_ticket()), lambda: False)
    assert (report.outcome, posts) == (Outcome.NOT_SENT, 0)
