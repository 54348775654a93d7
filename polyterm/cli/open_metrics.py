"""Metric families in the OpenMetrics text format, version 1.0.0."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from polyterm.engine.metrics import Family, Number, Sample

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})


def open_metrics(families: Iterable[Family]) -> str:
    """The whole exposition, with the end mark that a scraper waits for."""
    lines = [line for family in families for line in _lines(family)]
    return "\n".join([*lines, "# EOF", ""])


def _lines(family: Family) -> Iterable[str]:
    yield f"# TYPE {family.name} {family.kind}"
    if family.unit:
        yield f"# UNIT {family.name} {family.unit}"
    yield f"# HELP {family.name} {family.help.translate(_ESCAPES)}"
    for sample in family.samples:
        yield f"{family.name}{sample.suffix}{_labels(sample)} {_number(sample.value)}"


def _labels(sample: Sample) -> str:
    pairs = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in sample.labels)
    return f"{{{pairs}}}" if pairs else ""


def _number(value: Number) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else repr(value)
