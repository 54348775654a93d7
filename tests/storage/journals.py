"""Records to keep in a journal, and a clock for its backups."""

from __future__ import annotations

from dataclasses import dataclass, replace

from polyterm.engine.records import ChildRecord, FillRecord, ParentRecord
from polyterm.models.enums import ChildStatus, OrderStatus, OrderType, Side, TradeStatus
from polyterm.models.ids import ChildId, ConditionId, OrderId, TokenId, TradeId
from polyterm.models.money import UNIT
from tests.engine.desk import micro

ORDER = OrderId("0001")


@dataclass(slots=True)
class StillClock:
    """Stands until it is moved."""

    at_ms: int

    def now_ms(self) -> int:
        return self.at_ms

    def monotonic(self) -> float:
        return self.at_ms / 1000


def a_parent(**changes: object) -> ParentRecord:
    record = ParentRecord(
        order_id=ORDER,
        request=micro(),
        condition_id=ConditionId("0xab"),
        slug="rain",
        question="Rain?",
        outcome="Yes",
        tick=100,
        status=OrderStatus.QUEUED,
        reason="",
        target=100 * UNIT,
        created_ms=1,
        arrival=5012.5,
        seed=7,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def a_child(number: int, size: int, **changes: object) -> ChildRecord:
    record = ChildRecord(
        child_id=ChildId(f"0x{number}"),
        order_id=ORDER,
        number=number,
        status=ChildStatus.WRITTEN,
        token_id=TokenId("1"),
        side=Side.BUY,
        price=5000,
        size=size * UNIT,
        order_type=OrderType.GTC,
        post_only=True,
        created_ms=2,
        body=b"signed",
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def a_fill(child: ChildRecord, size: int, **changes: object) -> FillRecord:
    record = FillRecord(
        trade_id=TradeId("t1"),
        child_id=child.child_id,
        order_id=ORDER,
        token_id=child.token_id,
        side=child.side,
        price=child.price,
        size=size * UNIT,
        fee=0,
        is_maker=True,
        status=TradeStatus.MATCHED,
        at_ms=3,
    )
    return replace(record, **changes)  # type: ignore[arg-type]
