"""Tables of the journal, and the marks by which a file is known to be one."""

from __future__ import annotations

APPLICATION_ID = 0x504F4C59
"""`POLY`: written into the file's header, so that no other database is taken for a journal."""


_TABLES = (
    """
    CREATE TABLE parents (
        order_id TEXT PRIMARY KEY,
        request TEXT NOT NULL,
        condition_id TEXT NOT NULL,
        slug TEXT NOT NULL,
        question TEXT NOT NULL,
        outcome TEXT NOT NULL,
        tick INTEGER NOT NULL,
        status TEXT NOT NULL,
        reason TEXT NOT NULL,
        target INTEGER NOT NULL CHECK (target >= 0),
        created_ms INTEGER NOT NULL,
        ended_ms INTEGER,
        deadline_ms INTEGER,
        arrival REAL,
        adjustments INTEGER NOT NULL,
        last_adjusted_ms INTEGER,
        seed INTEGER NOT NULL,
        cancel_reason TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE children (
        child_id TEXT PRIMARY KEY,
        order_id TEXT NOT NULL REFERENCES parents,
        number INTEGER NOT NULL,
        status TEXT NOT NULL,
        token_id TEXT NOT NULL,
        side TEXT NOT NULL,
        price INTEGER NOT NULL CHECK (price BETWEEN 1 AND 9999),
        size INTEGER NOT NULL CHECK (size > 0),
        matched INTEGER NOT NULL CHECK (matched >= 0),
        order_type TEXT NOT NULL,
        post_only INTEGER NOT NULL,
        created_ms INTEGER NOT NULL,
        ended_ms INTEGER,
        reason TEXT NOT NULL,
        body BLOB NOT NULL
    ) STRICT
    """,
    "CREATE INDEX children_of_order ON children (order_id, number)",
    """
    CREATE TABLE fills (
        trade_id TEXT NOT NULL,
        child_id TEXT NOT NULL REFERENCES children,
        order_id TEXT NOT NULL REFERENCES parents,
        token_id TEXT NOT NULL,
        side TEXT NOT NULL,
        price INTEGER NOT NULL,
        size INTEGER NOT NULL CHECK (size > 0),
        fee INTEGER NOT NULL,
        is_maker INTEGER NOT NULL,
        status TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        settled_ms INTEGER,
        PRIMARY KEY (trade_id, child_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX fills_of_child ON fills (child_id)",
    """
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        order_id TEXT,
        kind TEXT NOT NULL,
        body BLOB NOT NULL
    ) STRICT
    """,
    "CREATE INDEX events_of_kind ON events (kind, seq)",
    """
    CREATE TABLE state (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)

_FENCE = (
    """
    CREATE TABLE fence (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        token INTEGER NOT NULL
    ) STRICT
    """,
    "INSERT INTO fence VALUES (1, 0)",
)

NOT_YET = 2**63 - 1
"""Stands for a time that has not come, in the indexes below and in what is asked of them."""

CLIENT_KEY = "json_extract(request, '$.client_key')"
"""The caller's key of an order, in the words of the index on it."""

_COVER = (
    "ALTER TABLE children ADD COLUMN fee_reserve INTEGER NOT NULL DEFAULT 0",
    f"CREATE INDEX children_by_end ON children (side, IFNULL(ended_ms, {NOT_YET}))",
    f"CREATE INDEX fills_by_settlement ON fills (side, IFNULL(settled_ms, {NOT_YET}))",
)
"""What the dollars of rule R4 are summed from, without reading every row there ever was."""

_PAST = (
    "ALTER TABLE parents ADD COLUMN left_ms INTEGER",
    "CREATE INDEX parents_in_memory ON parents (created_ms) WHERE left_ms IS NULL",
    "CREATE INDEX parents_past ON parents (created_ms, order_id) WHERE left_ms IS NOT NULL",
    f"CREATE INDEX parents_by_key ON parents ({CLIENT_KEY}) WHERE {CLIENT_KEY} IS NOT NULL",
    "CREATE INDEX events_of_order ON events (order_id) WHERE order_id IS NOT NULL",
    """
    CREATE TABLE totals (
        token_id TEXT PRIMARY KEY,
        slug TEXT NOT NULL,
        outcome TEXT NOT NULL,
        bought INTEGER NOT NULL,
        paid INTEGER NOT NULL,
        buy_fees INTEGER NOT NULL,
        sold INTEGER NOT NULL,
        earned INTEGER NOT NULL,
        sell_fees INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO totals
    SELECT f.token_id, MAX(p.slug), MAX(p.outcome),
        COALESCE(SUM(f.size) FILTER (WHERE f.side = 'BUY' AND f.status != 'FAILED'), 0),
        COALESCE(SUM(f.price * f.size / 10000)
            FILTER (WHERE f.side = 'BUY' AND f.status != 'FAILED'), 0),
        COALESCE(SUM(f.fee) FILTER (WHERE f.side = 'BUY' AND f.status != 'FAILED'), 0),
        COALESCE(SUM(f.size) FILTER (WHERE f.side = 'SELL' AND f.status != 'FAILED'), 0),
        COALESCE(SUM(f.price * f.size / 10000)
            FILTER (WHERE f.side = 'SELL' AND f.status != 'FAILED'), 0),
        COALESCE(SUM(f.fee) FILTER (WHERE f.side = 'SELL' AND f.status != 'FAILED'), 0)
    FROM fills f JOIN parents p ON p.order_id = f.order_id GROUP BY f.token_id
    """,
)
"""Orders that have left memory: how they are found, and what is carried on of them."""

STEPS: tuple[tuple[str, ...], ...] = (_TABLES, _FENCE, _COVER, _PAST)
"""What brings a journal from each version to the next; a new file takes all of them."""
SCHEMA_VERSION = len(STEPS)
