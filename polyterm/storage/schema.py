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

STEPS: tuple[tuple[str, ...], ...] = (_TABLES, _FENCE)
"""What brings a journal from each version to the next; a new file takes all of them."""
SCHEMA_VERSION = len(STEPS)

EXPOSURE = """
    SELECT p.target, COALESCE(SUM(
        CASE
            WHEN c.status IN ('FILLED', 'CANCELLED', 'EXPIRED', 'REJECTED', 'NEVER_LANDED')
            THEN MAX(c.matched, f.all_traded) - f.voided
            ELSE MAX(c.size, f.all_traded) - f.voided
        END), 0)
    FROM parents p
    LEFT JOIN children c ON c.order_id = p.order_id
    LEFT JOIN (
        SELECT c2.child_id AS child_id,
               COALESCE(SUM(f2.size), 0) AS all_traded,
               COALESCE(SUM(CASE WHEN f2.status = 'FAILED' THEN f2.size END), 0) AS voided
        FROM children c2 LEFT JOIN fills f2 ON f2.child_id = c2.child_id
        WHERE c2.order_id = ?1
        GROUP BY c2.child_id
    ) f ON f.child_id = c.child_id
    WHERE p.order_id = ?1
    GROUP BY p.order_id
"""
"""Target of a parent, and the shares that its children have or may yet get (rule R4)."""
