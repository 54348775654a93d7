"""The trader's intention, checked in itself before anything else looks at it.

What needs the market (grid, minimum size, book) is checked by the engine's safety gate; what can be
known from the request alone is refused here, each refusal naming its field.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from polyterm.models.enums import EndAction, Side, Urgency
from polyterm.models.ids import TokenId
from polyterm.models.money import Price, Size, parse_price, parse_units
from polyterm.models.strategy_params import AnyParams, Limit, Shares, Strict


def _written_as(pattern: str, words: str):
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{words}, not {value[:_SHOWN]!r}")
        return value

    return AfterValidator(check)


ClientKey = Annotated[
    str, _written_as(r"[!-~]{1,64}", "1 to 64 letters, digits and signs of ASCII, without spaces")
]
_SHOWN = 80
"""Characters of something wrong that are shown again."""


class OrderRequest(Strict):
    """Buy or sell up to so many shares of a token, never beyond a limit, by a strategy."""

    token_id: Annotated[
        TokenId, _written_as(r"[0-9]{1,78}", "a token is up to 78 digits"), Field(title="Token")
    ]
    side: Side = Field(title="Side")
    params: AnyParams
    size: Shares | None = Field(default=None, title="Size")
    """Shares; a cap where the strategy computes its size, and needed by every other."""
    max_price: Limit | None = Field(default=None, title="Highest price")
    """A buy never pays more per share; needed for a buy."""
    min_price: Limit | None = Field(default=None, title="Lowest price")
    """A sell never takes less per share; needed for a sell."""
    urgency: Urgency = Field(default=Urgency.MEDIUM, title="Urgency")
    post_only: bool = Field(default=False, title="Post-only")
    """Only ever rest in the book: never take, never pay a taker's fee."""
    deadline_s: Decimal | None = Field(
        default=None, gt=0, le=Decimal(30 * 86_400), title="Deadline"
    )
    """Seconds from acceptance until the end action; no deadline where not set."""
    end_action: EndAction = Field(default=EndAction.CANCEL, title="At deadline")
    volume_cap: Decimal | None = Field(default=None, gt=0, le=1, title="Volume cap")
    """Largest part of what the market trades, and of a level it takes from; 0.1 is a tenth."""
    confirmed: bool = False
    """The trader has seen that the order is a large one."""
    changes: int = Field(default=0, ge=0)
    """How often it was changed since it was accepted."""
    client_key: ClientKey | None = None
    """The caller's own name for this request: sent again, it orders nothing a second time."""

    @model_validator(mode="after")
    def _limit_of_its_side(self) -> Self:
        wanted, other = ("max_price", "min_price")
        if self.side is Side.SELL:
            wanted, other = other, wanted
        if getattr(self, other) is not None:
            raise ValueError(f"{other}: a {self.side.lower()} is limited by {wanted}")
        if getattr(self, wanted) is None:
            raise ValueError(f"{wanted}: a {self.side.lower()} needs one")
        if self.size is None and not self.params.sized_by:
            raise ValueError(f"size: {self.params.strategy} needs one")
        if self.post_only and self.end_action is EndAction.CROSS:
            raise ValueError("end_action: a post-only order cannot cross at its deadline")
        return self

    @property
    def strategy(self) -> str:
        """How the order is worked."""
        return self.params.strategy

    @property
    def worst_price(self) -> Price:
        """The limit of its side, in price units."""
        limit = self.max_price if self.side is Side.BUY else self.min_price
        return parse_price(limit or Decimal(0))

    @property
    def size_units(self) -> Size | None:
        """The size in millionths of a share."""
        return None if self.size is None else parse_units(self.size)
