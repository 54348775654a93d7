"""The exposition against the rules of the OpenMetrics text format, version 1.0.0."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from polyterm.cli.open_metrics import open_metrics
from polyterm.engine.gauges import Profit, budget_gauge, gauges
from polyterm.engine.metrics import Counter, Family, Histogram, Kind, Metrics, Sample
from tests.fakes.control_engine import ControlEngine

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_SAMPLE = re.compile(r'([a-zA-Z0-9_:]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? (\S+)')
_PAIR = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
_SUFFIXES = {"counter": {"_total"}, "gauge": {""}, "histogram": {"_bucket", "_count", "_sum"}}


@dataclass
class _Read:
    kind: str = ""
    unit: str = ""
    samples: list[tuple[str, dict[str, str], float]] = field(default_factory=list)


def _read(text: str) -> dict[str, _Read]:
    """Every family; asserts each rule that a scraper relies on."""
    assert text.endswith("# EOF\n")
    families: dict[str, _Read] = {}
    name = ""
    for line in text.removesuffix("# EOF\n").splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert _NAME.fullmatch(name)
            assert name not in families, "a family stands in one place"
            families[name] = _Read(kind)
        elif line.startswith("# UNIT "):
            families[name].unit = line.split(" ")[3]
            assert name.endswith("_" + families[name].unit)
        elif not line.startswith("# HELP "):
            _read_sample(line, name, families[name])
    for family in families.values():
        if family.kind == "histogram":
            _check_histogram(family)
    return families


def _read_sample(line: str, name: str, family: _Read) -> None:
    match = _SAMPLE.fullmatch(line)
    assert match, line
    suffix = match[1].removeprefix(name)
    assert suffix in _SUFFIXES[family.kind], line
    family.samples.append((suffix, dict(_PAIR.findall(match[2] or "")), float(match[3])))


def _check_histogram(family: _Read) -> None:
    below, last = 0.0, ""
    for suffix, labels, value in family.samples:
        if suffix == "_bucket":
            assert value >= below, "buckets never fall"
            below = value
            last = labels["le"]
        elif suffix == "_count":
            assert (last, value) == ("+Inf", below)
            below = 0.0


def test_the_engines_families_follow_the_rules():
    metrics = Metrics(lambda order_id: None)
    metrics.calls.note(0.003, "send")
    metrics.calls.note(30, "send")
    metrics.calls.note(0.5, "sign")
    metrics.fees.add(by=Decimal("0.00001"))
    metrics.errors.add("send", "http_429")
    engine = ControlEngine()
    now = gauges(engine.health(), engine.account(), Profit(-5, 7, 0))
    families = _read(open_metrics((*metrics.families(), *now, budget_gauge([("orders", 59.7)]))))
    assert families["polyterm_hop_seconds"].unit == "seconds"
    assert families["polyterm_fees_dollars"].samples == [("_total", {}, 0.00001)]
    assert families["polyterm_feed_age_seconds"].samples == [("", {}, 0.012)]
    assert families["polyterm_api_errors"].samples[0][1] == {"hop": "send", "class": "http_429"}
    assert families["polyterm_rate_budget_tokens"].samples == [("", {"lane": "orders"}, 60.0)]


def test_money_is_written_exactly():
    counter = Counter("polyterm_x_dollars", "X.", (), "dollars")
    counter.add(by=Decimal("123456789012.000001"))
    assert "polyterm_x_dollars_total 123456789012.000001\n" in open_metrics([counter.family()])


def test_odd_label_values_and_help_are_escaped():
    odd = 'a "quoted" \\ and\nbroken'
    family = Family("polyterm_x", Kind.GAUGE, odd, (Sample(1, (("name", odd),)),))
    text = open_metrics([family])
    assert r'polyterm_x{name="a \"quoted\" \\ and\nbroken"} 1' in text
    assert len(_read(text)) == 1


def test_a_family_without_samples_still_says_what_it_is():
    empty = Histogram("polyterm_x_seconds", "X.", (1.0,), (), "seconds").family()
    assert _read(open_metrics([empty]))["polyterm_x_seconds"].kind == "histogram"
