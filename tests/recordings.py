"""Where recordings of real markets are: not ours to ship, so beside the checkout, or told."""

from __future__ import annotations

import os
from pathlib import Path

_BESIDE = Path(__file__).parents[2] / "shared" / "data" / "replay"
RECORDED = Path(os.environ.get("POLYTERM_RECORDINGS") or _BESIDE)
"""The folder; whoever needs one of its files skips where it is not there."""


def recordings() -> tuple[Path, ...]:
    """Every recording there is here."""
    return tuple(sorted(RECORDED.glob("*.csv.gz")))
