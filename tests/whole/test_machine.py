"""Whatever hypothesis makes happen, the invariants hold after every step."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.whole.machine import HouseMachine


class OtherHouseMachine(HouseMachine):
    """The same again, so that two workers share the examples."""


_SETTINGS = settings(
    max_examples=100,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestHouse = HouseMachine.TestCase
TestHouse.settings = _SETTINGS
TestOtherHouse = OtherHouseMachine.TestCase
TestOtherHouse.settings = _SETTINGS
