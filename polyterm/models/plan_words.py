"""A plan in words: the same in the ticket, in the questions before an order, and in the shell."""

from __future__ import annotations

from itertools import groupby

from polyterm.models.enums import Side
from polyterm.models.money import format_dollars, format_price, format_units
from polyterm.models.plan import ChangeView, PlanView

NOT_AS_ASKED = "not as asked: "
WARNING = "warning: "
_MOST_RUNS = 3


def plan_lines(plan: PlanView) -> tuple[str, ...]:
    """The whole plan, one thing a line."""
    return (plan.note, children_words(plan), money_words(plan), *doubt_lines(plan))


def plan_text(plan: PlanView) -> str:
    """The whole plan for a question about it; what must be read stands apart."""
    lines = (plan.note, children_words(plan), money_words(plan))
    return "\n".join((*lines, *(f"▲ {line}" for line in doubt_lines(plan))))


def doubt_lines(plan: PlanView) -> tuple[str, ...]:
    """What a trader must have read: where it differs from what was asked, and what may fail."""
    return (
        *(f"{NOT_AS_ASKED}{change}" for change in plan.changes),
        *(f"{WARNING}{warning}" for warning in plan.warnings),
    )


def children_words(plan: PlanView) -> str:
    """How many children, of what size, and when: `9 x 55, then 5, one after the other`."""
    runs = [(size, len(tuple(run))) for size, run in groupby(child.size for child in plan.children)]
    words = [
        f"{count} x {format_units(size, 0)}" if count > 1 else format_units(size, 0)
        for size, count in runs[:_MOST_RUNS]
    ]
    if len(runs) > _MOST_RUNS:
        words.append("...")
    return f"{', then '.join(words)} shares, {_when(plan)}"


def money_words(plan: PlanView) -> str:
    """The limit, and what it comes to at worst."""
    limit, total = format_price(plan.limit), format_dollars(plan.total)
    if plan.side is Side.BUY:
        words = f"none above {limit}; costs {total} at most with fees"
    else:
        words = f"none below {limit}; brings {total} at least after fees"
    return f"{words}; sized anew as the price moves" if plan.resizes else words


def change_lines(change: ChangeView) -> tuple[str, ...]:
    """What becomes of the order, and of its plan where that is another one."""
    before, after = change.before, change.after
    lines = [*change.moves]
    if before.note != after.note:
        lines.append(f"now {before.note}")
        lines.append(f"then {after.note}")
    if before.total != after.total:
        lines.append(f"{_TOTAL[after.side]} {_dollars(before)} → {_dollars(after)}, fees counted")
    old = doubt_lines(before)
    return (*lines, *(line for line in doubt_lines(after) if line not in old))


_TOTAL = {Side.BUY: "costs at most", Side.SELL: "brings at least"}


def _dollars(plan: PlanView) -> str:
    return format_dollars(plan.total)


def _when(plan: PlanView) -> str:
    if len(plan.children) < 2:
        return "at once"
    second_ms = plan.children[1].after_ms
    if second_ms is None:
        return "one after the other"
    return f"one every {second_ms / 1000:g} s"
