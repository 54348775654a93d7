"""What the demo shows while it works: a bar an order, and its facts as they happen; on stderr."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.text import Text

from polyterm.cli.plain import plain_event, plain_order
from polyterm.cli.story import in_words
from polyterm.models.events import Event, Filled, OrderAdjusted, OrderResized
from polyterm.models.ids import OrderId
from polyterm.models.views import OrderView, shares


class DemoScreen:
    """Progress bars on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.fields[strategy]:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[state]}", markup=False),
            console=self._console,
        )
        self._bars: dict[OrderId, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, order: OrderView) -> None:
        """Move the order's bar."""
        bar = self._bars.get(order.order_id)
        if bar is None:
            bar = self._progress.add_task("", strategy=order.strategy, state="")
            self._bars[order.order_id] = bar
        self._progress.update(
            bar,
            completed=round(shares(order.filled)),
            total=round(shares(order.size)),
            state=f"{order.status} at {plain_order(order)['average_price'] or '-'}",
        )

    def tell(self, strategy: str, event: Event) -> None:
        """Print what a trader wants to know of an order."""
        if isinstance(event, Filled | OrderAdjusted | OrderResized):
            self._console.print(Text(f"{strategy:<12} {in_words(plain_event(event))}"))
