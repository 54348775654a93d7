"""What a refusal means for the order that met it: try again, or ask a person at once."""

from __future__ import annotations

HOPELESS: tuple[tuple[str, str], ...] = (
    ("address banned", "the exchange has banned this wallet"),
    ("closed only mode", "the account may only close positions"),
    ("restricted in your region", "the exchange does not take orders from this place"),
    ("order_version_mismatch", "signed for another version of the exchange"),
    ("owner has to be", "the API key belongs to another wallet"),
    ("signer address has to be", "the API key belongs to another wallet"),
    ("invalid order payload", "the exchange does not understand the order"),
    ("allowance is not enough", "the exchange may not move enough of the wallet's money"),
)
"""Parts of the exchange's texts (`protocol.md` 1.6) that repeating cannot cure, in words."""


def hopeless(text: str) -> str:
    """Why trying again cannot help; empty where it may."""
    lowered = text.lower()
    return next((words for part, words in HOPELESS if part in lowered), "")
