"""What a token's number itself tells."""

from __future__ import annotations

_POSITION_MASK = ((1 << 64) - 1) << 40


def protocol_of(token_id: str) -> str:
    """`v2` for a position of Protocol V2, `v1` for a conditional token (`protocol.md` 3.1)."""
    return "v1" if int(token_id) & _POSITION_MASK else "v2"
