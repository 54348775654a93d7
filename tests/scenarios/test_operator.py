"""Scenario 45: the emergency stop, pressed at the worst moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from polyterm.models.enums import Urgency
from polyterm.models.events import StopState
from polyterm.strategies.iceberg_params import IcebergParams
from tests.scenarios.scene import NOW, Scene, always, tell

Weather = Callable[[Scene], Awaitable[None]]


async def _fair(scene: Scene) -> None:
    return


async def _offline(scene: Scene) -> None:
    await scene.deeds.go_offline()


def _struck(*faults: dict[str, object]) -> Weather:
    async def strike(scene: Scene) -> None:
        scene.strike(*faults)

    return strike


WEATHERS: dict[str, tuple[Weather, str]] = {
    "fair": (_fair, ""),
    "425": (_struck({"at": NOW, "do": "425", "seconds": 20, "post_only_seconds": 5}), "425"),
    "429": (_struck({"at": always("DELETE /*"), "times": 4, "do": "429"}), "429"),
    "5xx": (_struck({"at": always("* /*"), "times": 25, "do": "5xx"}), "5xx"),
    "disabled": (_struck({"at": NOW, "do": "disabled", "seconds": 20}), "disabled"),
    "slow": (
        _struck({"at": {"request": "POST /order", "p": 1.0}, "do": "delay", "seconds": 12}),
        "",
    ),
    "stall": (_struck({"at": NOW, "do": "stall", "seconds": 15}), "stall"),
    "offline": (_offline, "offline"),
}


@pytest.mark.parametrize("orders", [1, 5, 15])
@pytest.mark.parametrize("weather", WEATHERS)
def test_45_a_stop_with_orders_in_flight_ends_with_none_and_never_says_so_before(
    weather: str, orders: int
) -> None:
    begin, kind = WEATHERS[weather]

    async def story(scene: Scene) -> None:
        params = IcebergParams(tranche_size=Decimal(5))
        await scene.resting(await scene.submit(5))
        sending = [
            asyncio.ensure_future(scene.submit(10, params=params, urgency=Urgency.HIGH))
            for _ in range(orders)
        ]
        await asyncio.gather(*sending)
        await begin(scene)
        await asyncio.sleep(0.03)
        await scene.deeds.stop()
        await scene.deeds.stop()
        sent = scene.asked("POST /order")
        for _ in range(100):
            await asyncio.sleep(0.1)
            await scene.judge.check()
        if weather == "offline":
            assert scene.engine.health().stop.state is StopState.STOP_UNVERIFIED
            await scene.deeds.go_offline(is_online=True)
        stop = scene.engine.health
        await scene.until(lambda: stop().stop.state is StopState.STOPPED_VERIFIED, seconds=180)
        assert scene.rest == []
        assert scene.asked("POST /order") == sent
        await scene.until(
            lambda: all(view.status.is_final for view in scene.engine.list_orders()), seconds=10
        )

    tell(story, *[kind] * bool(kind))


def test_45_a_stop_pressed_while_a_restarted_engine_still_resolves_holds() -> None:
    async def story(scene: Scene) -> None:
        await scene.resting(await scene.submit(20))
        scene.strike({"at": {"request": "POST /order"}, "do": "delay", "seconds": 10})
        await scene.submit(20)
        await asyncio.sleep(1)
        await scene.deeds.crash(wait=False)
        await scene.deeds.stop()
        scene.engine = scene.house.engine
        await scene.until(
            lambda: scene.engine.health().stop.state is StopState.STOPPED_VERIFIED, seconds=180
        )
        assert scene.rest == []
        await scene.judge.check()

    tell(story, "crash", "delay")
