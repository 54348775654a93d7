"""What the engine says of an order that is still being typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap

from polyterm.models.complaint import Complaint
from polyterm.models.plan import PlanView
from polyterm.models.plan_words import children_words
from polyterm.widgets.numbers import fit

_MORE = "… more: enter shows it all"


@dataclass(frozen=True, slots=True)
class Draft:
    """The plan of a request, and why it would be refused as it stands."""

    plan: PlanView | None = None
    refusals: tuple[Complaint, ...] = ()

    @property
    def doubts(self) -> tuple[str, ...]:
        """What must be read before it is sent."""
        refused = tuple(_refusal(complaint) for complaint in self.refusals)
        return refused if self.plan is None else (*refused, *self.plan.changes, *self.plan.warnings)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line on screen."""

    text: str
    is_doubt: bool = False


def fitted(draft: Draft, width: int, height: int) -> tuple[DraftLine, ...]:
    """As much of the draft as there is room for: the plan, each doubt, then the children."""
    if width < 8 or height < 1:
        return ()
    plan = draft.plan
    doubts = [DraftLine(text, is_doubt=True) for text in _wrapped(draft.doubts, width)]
    note = [] if plan is None else _whole(plan.note, width, height - len(doubts))
    lines = [*(DraftLine(text) for text in note), *doubts]
    if len(lines) > height:
        return (*lines[: height - 1], DraftLine(fit(_MORE, width), is_doubt=True))
    if plan is not None:
        room = height - len(lines)
        lines += [DraftLine(text) for text in _whole(children_words(plan), width, room)[:room]]
    return tuple(lines)


def _whole(words: str, width: int, height: int) -> list[str]:
    """The words in lines if all of them fit, else their begin in one."""
    lines = wrap(words, width)
    return lines if len(lines) <= height else [fit(words, width)]


def _wrapped(doubts: Iterable[str], width: int) -> list[str]:
    return [line for doubt in doubts for line in wrap(f"▲ {doubt}", width, subsequent_indent="  ")]


def _refusal(complaint: Complaint) -> str:
    if complaint.field == "confirmed":
        return f"asks first: {complaint.reason}"
    return f"refused: {complaint.reason}"
