"""A plan of faults: data that can be written down, printed, and made smaller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import TypeAlias

import msgspec

from polyterm.simulator.faults.kinds import (
    garbling,
    lasting,
    losing,
    market,
    refusing,
    settlement,
    sockets,
)

AnyFault: TypeAlias = (
    losing.DropRequest
    | losing.LandThenDropReply
    | losing.Reset
    | losing.Delay
    | losing.DelayReply
    | losing.Duplicate
    | refusing.ServerError
    | refusing.TooMany
    | refusing.Unauthorized
    | refusing.Forbidden
    | refusing.Canned
    | garbling.ErrorAfterLanding
    | garbling.Truncate
    | garbling.BadJson
    | garbling.WrongId
    | lasting.Restart
    | lasting.PostOnlyMode
    | lasting.CancelOnly
    | lasting.Disabled
    | lasting.Stall
    | lasting.LagReads
    | lasting.Skew
    | sockets.MuteSockets
    | sockets.DropSockets
    | sockets.DropMessage
    | sockets.RepeatMessages
    | sockets.ReorderMessages
    | sockets.Burst
    | market.PartialFill
    | market.FillAll
    | market.TickChange
    | market.CloseMarket
    | market.ResolveMarket
    | market.DropBalance
    | settlement.MatchThenFail
    | settlement.Retrying
)


class PlanError(ValueError):
    """What is wrong with a plan, and at which field of it."""


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Faults in the order in which they go around a request, the first outermost."""

    faults: tuple[AnyFault, ...] = ()
    seed: int = 0

    def __str__(self) -> str:
        return msgspec.json.format(msgspec.json.encode(self)).decode()

    def smaller(self) -> Iterator[FaultPlan]:
        """Every plan with one fault fewer; what is left behaves as it did."""
        for index in range(len(self.faults)):
            yield FaultPlan(self.faults[:index] + self.faults[index + 1 :], self.seed)

    def randoms(self) -> list[Random]:
        """A source for each fault, which depends on that fault and the seed alone."""
        sources: list[Random] = []
        twins: Counter[bytes] = Counter()
        for fault in self.faults:
            text = msgspec.json.encode(fault)
            twins[text] += 1
            seed = f"{self.seed}/{text.decode()}/{twins[text]}"
            sources.append(Random(seed))  # noqa: S311 - a simulation, not a secret
        return sources


def parse_plan(text: bytes | str) -> FaultPlan:
    """Read a plan, or a bare list of faults, from JSON; `PlanError` with the field and reason."""
    try:
        found = msgspec.json.decode(text, type=FaultPlan | tuple[AnyFault, ...])
    except msgspec.DecodeError as error:
        raise PlanError(str(error)) from error
    return found if isinstance(found, FaultPlan) else FaultPlan(found)
