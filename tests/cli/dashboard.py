"""What the Grafana dashboard asks for."""

from __future__ import annotations

import json
import re
from pathlib import Path

from polyterm.engine.metrics import Kind

DOCS = Path(__file__).parents[2] / "docs"
NAME = re.compile(r"polyterm_[a-z_]+")
SUFFIXES = {
    Kind.COUNTER: ("_total",),
    Kind.GAUGE: ("",),
    Kind.HISTOGRAM: ("_bucket", "_sum", "_count"),
}


def expressions() -> list[str]:
    """Every PromQL expression, in the order of the panels."""
    dashboard = json.loads((DOCS / "grafana.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
