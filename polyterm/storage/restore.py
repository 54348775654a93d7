"""What happens to a damaged journal: it is put aside, and the newest sound backup takes its place.

Nothing that happened after the backup is in it. So every order is held until a person looks, and
orders at the exchange that the backup does not know are foreign ones: shown, never touched.
"""

from __future__ import annotations

import logging
import shutil
from contextlib import closing
from pathlib import Path

from polyterm.models.enums import OrderStatus
from polyterm.storage.backups import Backups, put_in_place, stamp
from polyterm.storage.connecting import connect, make_private
from polyterm.storage.errors import DamageError, StoreError, in_words
from polyterm.storage.transaction import transaction

_log = logging.getLogger(__name__)

HELD = "held: the journal was restored from a backup; compare with the exchange, then resume"
_AT_WORK = (OrderStatus.QUEUED, OrderStatus.ACTIVE, OrderStatus.PARTIALLY_FILLED)
_LOG_SUFFIXES = ("-wal", "-shm")


def restore(path: Path, backups: Backups, damage: DamageError, now_ms: int) -> str:
    """Restore the journal; what to tell about it. `StoreError` where there is nothing sound."""
    backup = backups.newest_sound()
    if backup is None:
        raise StoreError(
            f"{damage}. There is no sound backup in {backups.directory}, so polyterm does not "
            "trade. To begin with an empty journal move the file away; your orders at the exchange "
            "stay, and show as foreign: `polyterm emergency-stop` cancels them"
        ) from damage
    draft = path.with_name(f"{path.name}.restoring")
    aside = path.with_name(f"{path.name}.damaged-{stamp(now_ms)}")
    with in_words(path):
        draft.unlink(missing_ok=True)
        make_private(draft)
        shutil.copyfile(backup, draft)
        _hold_orders(draft)
        _put_aside(path, aside)
        put_in_place(draft, path)
    notice = (
        f"{damage}. It was kept as {aside.name}, and the backup of {backup.stem} was restored. "
        "What happened since is not in it: orders placed since show as foreign and are left alone, "
        "an emergency stop since then is forgotten. All orders are held: compare them with the "
        "exchange, then resume or cancel them"
    )
    _log.error("%s", notice)
    return notice


def _hold_orders(draft: Path) -> None:
    marks = ", ".join("?" * len(_AT_WORK))
    hold = f"UPDATE parents SET status = ?, reason = ? WHERE status IN ({marks})"  # noqa: S608
    with closing(connect(draft)) as connection, transaction(connection):
        connection.execute(hold, (OrderStatus.PAUSED, HELD, *_AT_WORK))


def _put_aside(path: Path, aside: Path) -> None:
    # The log goes first: left alone with another file of that name, it would be written into it.
    for suffix in (*_LOG_SUFFIXES, ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))
