"""Names for the ids, so that one cannot be passed for another."""

from __future__ import annotations

from typing import NewType

OrderId = NewType("OrderId", str)
"""A parent order's id, ours: short, sortable by time."""
ChildId = NewType("ChildId", str)
"""A child order's id, the exchange's: 0x and the EIP-712 digest of what is signed."""
TokenId = NewType("TokenId", str)
"""One outcome of one market: a decimal uint256."""
ConditionId = NewType("ConditionId", str)
"""A market: 0x and 31 or 32 bytes."""
TradeId = NewType("TradeId", str)
"""The exchange's id of one trade; one trade may hold several of our children."""
