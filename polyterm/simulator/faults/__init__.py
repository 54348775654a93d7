"""Faults on purpose: what may go wrong between a trader and the exchange, as data."""
