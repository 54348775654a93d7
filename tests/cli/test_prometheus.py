"""A real Prometheus scrapes a real daemon, and answers every question of the dashboard."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from polyterm.engine.metrics import Kind
from tests.cli.conftest import Polyterm
from tests.cli.dashboard import NAME, SUFFIXES, expressions
from tests.cli.running import PATIENCE_S, Exchange, eventually, started

PROMETHEUS = shutil.which(os.environ.get("PROMETHEUS", "prometheus"))
_KINDS = {"counter": Kind.COUNTER, "gauge": Kind.GAUGE, "histogram": Kind.HISTOGRAM}


class _Api:
    """The query API of a Prometheus."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self._url}/api/v1/{path}", timeout=5) as answer:  # noqa: S310
            return json.load(answer)["data"]

    def query(self, expression: str) -> list[Any]:
        return self.get(f"query?query={quote(expression)}")["result"]

    def is_scraping(self) -> bool:
        try:
            return [series["value"][1] for series in self.query("up")] == ["1"]
        except urllib.error.URLError:
            return False

    def families(self) -> dict[str, Kind]:
        """What the daemon said that it has, samples or not."""
        known = self.get("metadata")
        return {name: _KINDS[said[0]["type"]] for name, said in known.items() if NAME.match(name)}


@contextmanager
def _prometheus(target: str, directory: Path) -> Iterator[_Api]:
    """One that scrapes the target every second, until the block ends."""
    scrape = {"job_name": "polyterm", "static_configs": [{"targets": [target]}]}
    config = directory / "prometheus.yml"
    # JSON is YAML.
    config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [scrape]}))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = "{}:{}".format(*probe.getsockname())
    command = [
        str(PROMETHEUS),
        f"--config.file={config}",
        f"--storage.tsdb.path={directory / 'series'}",
        f"--web.listen-address={address}",
        "--log.level=error",
    ]
    with subprocess.Popen(command) as process:
        try:
            yield _Api(f"http://{address}")
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


@pytest.mark.skipif(PROMETHEUS is None, reason="no prometheus in PATH, nor named by PROMETHEUS")
def test_a_real_prometheus_answers_every_question_of_the_dashboard(
    polyterm: Polyterm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("POLYTERM_METRICS__PORT", "0")
    with (
        started("exchange", "--pace", "20", "--seed", "7") as (_, exchange),
        started("daemon", "--exchange-url", exchange["url"]) as (_, ready),
        _prometheus(urlsplit(ready["metrics"]).netloc, tmp_path) as api,
    ):
        _buy(polyterm, Exchange(exchange["url"]))
        eventually(api.is_scraping)
        eventually(lambda: api.query("polyterm_fills_total"))
        families = api.families()
        series = {name + suffix for name, kind in families.items() for suffix in SUFFIXES[kind]}
        for expression in expressions():
            result = api.query(expression)
            assert set(NAME.findall(expression)) <= series
            assert result or families.get(expression) is not Kind.GAUGE, expression


def _buy(polyterm: Polyterm, exchange: Exchange) -> None:
    slug, _, ask = exchange.near_the_middle()[0]
    done = polyterm(
        f"add-order --market {slug} --outcome yes --side buy --size 40 --urgency high "
        f"--strategy iceberg --tranche-size 20 --max-price {ask + 0.05:.2f} --wait"
    )
    assert done.returncode == 0, done.stderr
