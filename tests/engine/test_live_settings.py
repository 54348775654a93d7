from __future__ import annotations

from decimal import Decimal

import pytest

from polyterm.engine.live_settings import taken_over
from polyterm.engine.settings import EngineSettings
from polyterm.models.complaint import RefusedError
from tests.engine.desk import micro, open_desk
from tests.fakes.virtual_time import run_virtual


def test_limits_change_at_work_and_the_rest_waits_for_a_restart() -> None:
    new = EngineSettings(large_order=Decimal(5), workers=7)
    settings, waiting = taken_over(EngineSettings(), new)
    assert settings.large_order == 5
    assert settings.workers == EngineSettings().workers
    assert waiting == ("workers",)


def test_a_setting_that_is_gone_from_the_file_is_its_default_again() -> None:
    settings, waiting = taken_over(EngineSettings(large_order=Decimal(5)), EngineSettings())
    assert settings.large_order == EngineSettings().large_order
    assert waiting == ()


def test_a_running_engine_keeps_to_the_new_limit() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            await desk.engine.check_order(micro(limit="0.60"))
            desk.engine.take_settings(EngineSettings(large_order=Decimal(5)))
            with pytest.raises(RefusedError, match="confirm"):
                await desk.engine.check_order(micro(limit="0.60"))

    run_virtual(scenario())
