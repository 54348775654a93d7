"""Shrinking a probability towards the market's, against being wrong when it matters.

A bet is made when the estimate is high, so the estimates that are bet on are too high on average:
blend model and market in log-odds by their precisions (`execution.md` 1.5).
"""

from __future__ import annotations

from math import exp, log


def blended(own: float, market: float, confidence: float) -> float:
    """The probability at `confidence` of the way from the market's log-odds to our own.

    `confidence` is our part of the precision, 0 to 1: own / (own + market), each 1 / variance.
    """
    return 1 / (1 + exp(-(confidence * _logit(own) + (1 - confidence) * _logit(market))))


def confidence_of(own_error: float, market_error: float) -> float:
    """Our part of the precision from both standard errors, in the same units."""
    own, market = own_error**-2, market_error**-2
    return own / (own + market)


def _logit(p: float) -> float:
    return log(p / (1 - p))
