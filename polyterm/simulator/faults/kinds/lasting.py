"""Faults that last: the exchange restarts, restricts, freezes, or its reads lag."""

from __future__ import annotations

from polyterm.simulator.faults.at import Seconds
from polyterm.simulator.faults.fault import WorldFault
from polyterm.simulator.faults.occasion import Occasion
from polyterm.simulator.faults.weather import Mode

POST_ONLY_AFTER_RESTART_S = 120.0
"""`protocol.md` 5.5."""


class Restart(WorldFault, frozen=True, tag="425"):
    """Order routes answer 425 for so long, and then take post-only orders and cancels alone."""

    seconds: Seconds
    post_only_seconds: Seconds = POST_ONLY_AFTER_RESTART_S

    def strike(self, occasion: Occasion) -> None:
        """Begin."""
        weather, firing = occasion.scene.weather, occasion.firing
        weather.add(Mode.RESTARTING, self.seconds, firing)
        weather.add(Mode.POST_ONLY, self.post_only_seconds, firing, after=self.seconds)


class PostOnlyMode(WorldFault, frozen=True, tag="post_only_mode"):
    """Post-only orders and cancels alone."""

    seconds: Seconds = POST_ONLY_AFTER_RESTART_S

    def strike(self, occasion: Occasion) -> None:
        """Begin."""
        occasion.scene.weather.add(Mode.POST_ONLY, self.seconds, occasion.firing)


class CancelOnly(WorldFault, frozen=True, tag="cancel_only"):
    """Cancels alone."""

    seconds: Seconds

    def strike(self, occasion: Occasion) -> None:
        """Begin."""
        occasion.scene.weather.add(Mode.CANCEL_ONLY, self.seconds, occasion.firing)


class Disabled(WorldFault, frozen=True, tag="disabled"):
    """Neither orders nor cancels."""

    seconds: Seconds

    def strike(self, occasion: Occasion) -> None:
        """Begin."""
        occasion.scene.weather.add(Mode.DISABLED, self.seconds, occasion.firing)


class Stall(WorldFault, frozen=True, tag="stall"):
    """Connections are taken and nothing is answered; then everything goes on."""

    seconds: Seconds

    def strike(self, occasion: Occasion) -> None:
        """Begin."""
        occasion.scene.weather.add(Mode.FROZEN, self.seconds, occasion.firing)


class LagReads(WorldFault, frozen=True, tag="lag_reads"):
    """Reads of orders, trades and balances stand still; with `missing` no order is known."""

    seconds: Seconds
    missing: bool = False

    def strike(self, occasion: Occasion) -> None:
        """Begin."""
        occasion.scene.reads.add(self.seconds, occasion.firing, lose_orders=self.missing)


class Skew(WorldFault, frozen=True, tag="skew"):
    """The exchange's clock is so many seconds ahead from now on; negative is behind."""

    seconds: float

    def strike(self, occasion: Occasion) -> None:
        """Set the clock."""
        occasion.scene.clock.set_skew(round(self.seconds * 1000))
        occasion.firing.hit()
