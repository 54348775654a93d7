"""What a trader may change about an order while it works."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from polyterm.models.enums import Urgency
from polyterm.models.order_request import OrderRequest
from polyterm.models.strategy_params import Limit, Shares, Strict


class OrderChange(Strict):
    """Another size, limit, urgency or deadline; what is not set stays as it is."""

    size: Shares | None = Field(default=None, title="Size")
    """Shares in all, those filled and working included; a self-sizing order's cap."""
    max_price: Limit | None = Field(default=None, title="Highest price")
    min_price: Limit | None = Field(default=None, title="Lowest price")
    urgency: Urgency | None = Field(default=None, title="Urgency")
    deadline_s: Decimal | None = Field(
        default=None, gt=0, le=Decimal(30 * 86_400), title="Deadline"
    )
    """Seconds from now until the end action."""
    confirmed: bool = False
    """The trader has seen that the order becomes a large one."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of what is to be changed."""
        return tuple(name for name in CHANGEABLE if getattr(self, name) is not None)


CHANGEABLE = ("size", "max_price", "min_price", "urgency", "deadline_s")
"""What may be changed on a working order."""


def changed(request: OrderRequest, change: OrderChange) -> OrderRequest:
    """The request with the change in it; `pydantic.ValidationError` where it breaks a rule."""
    values = {name: getattr(request, name) for name in OrderRequest.model_fields}
    values.update({name: getattr(change, name) for name in change.fields})
    values.update(changes=request.changes + 1, confirmed=change.confirmed)
    return OrderRequest.model_validate(values)


def is_same_order(known: OrderRequest, request: OrderRequest) -> bool:
    """Whether `known` may have come from `request`: as it was sent, or changed since."""
    if not known.changes:
        return known == request
    kept = {name: getattr(request, name) for name in (*CHANGEABLE, "confirmed", "changes")}
    return known.model_copy(update=kept) == request
