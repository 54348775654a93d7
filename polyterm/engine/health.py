"""Whether the engine can be trusted right now, gathered from all its parts."""

from __future__ import annotations

from polyterm.engine.account import money_at_risk
from polyterm.engine.desk import Desk
from polyterm.engine.fill_tracker import FillTracker
from polyterm.engine.link import Link
from polyterm.engine.loop_lag import LoopLag
from polyterm.engine.workers import Workers
from polyterm.models.enums import ChildStatus, VenueName
from polyterm.models.views import HealthView


def health_view(
    desk: Desk,
    *,
    venue: VenueName,
    link: Link,
    tracker: FillTracker,
    workers: Workers,
    lag: LoopLag,
) -> HealthView:
    """A frozen picture of the engine's health."""
    open_children = [child for _, child in desk.register.open_children()]
    seen_ms = desk.monitor.last_frame_ms
    closed = desk.journal.problem or desk.gate.closed_because
    return HealthView(
        venue=venue,
        exchange=desk.exchange.url,
        exchange_up=link.is_up,
        market_feed_up=desk.monitor.is_up,
        user_feed_up=tracker.is_up,
        feed_age_ms=None if seen_ms is None else max(desk.clock.now_ms() - seen_ms, 0),
        latency_ms=desk.exchange.latency_ms,
        loop_lag_ms=lag.p99_ms,
        running=workers.running,
        queued=workers.queued,
        unknown=sum(child.status is ChildStatus.UNKNOWN for child in open_children),
        open_children=len(open_children),
        exposure=money_at_risk(desk.register),
        stop=desk.gate.stop,
        can_trade=not closed,
        problem=closed or desk.weather.text(),
    )
