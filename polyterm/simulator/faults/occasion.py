"""One firing of a fault, and all that it may lay hands on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

from polyterm.simulator.faults.record import Firing
from polyterm.simulator.faults.scene import Scene

ORDER_ID = re.compile(r"0x[0-9a-fA-F]{64}")


@dataclass(slots=True, eq=False)
class Visit:
    """The request that faults strike at."""

    method: str
    path: str
    body: bytes = b""
    order_ids: list[str] = field(default_factory=list)
    """Orders of the exchange that the request names, and its answer, once there is one."""

    @property
    def name(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"

    def note_orders(self, text: str, scene: Scene) -> None:
        """Remember the orders that a text names."""
        for order_id in ORDER_ID.findall(text):
            if scene.hand.knows(order_id) and order_id not in self.order_ids:
                self.order_ids.append(order_id)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a fault is given when it strikes."""

    scene: Scene
    firing: Firing
    random: Random
    """The fault's own: leaving another fault out of the plan changes nothing here."""
    visit: Visit | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """Ids of the orders that the request is about."""
        return tuple(self.visit.order_ids) if self.visit else ()
