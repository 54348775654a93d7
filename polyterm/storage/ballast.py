"""A file that is only there to be deleted when the disk is full."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from polyterm.storage.connecting import make_private

_log = logging.getLogger(__name__)

BALLAST_BYTES = 4 * 1024 * 1024
"""Room for some thousand fills, and for every stop."""
_WORTH_IT = 2
"""Laid only where the disk has room for it so many times over."""


class Ballast:
    """Gives fills and stops their last room. While it is gone, no new child is written down."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_laid = False

    def lay(self) -> bool:
        """Whether it lies there; put there where there is room for it."""
        if not self._is_laid:
            self._is_laid = self._path.exists() or self._put_down()
        return self._is_laid

    def drop(self) -> bool:
        """Make room by deleting it; whether there was something to delete."""
        if not self._is_laid:
            return False
        self._is_laid = False
        self._path.unlink(missing_ok=True)
        _log.error("the disk is full: gave up the reserve %s, nothing new is sent", self._path)
        return True

    def _put_down(self) -> bool:
        draft = self._path.with_suffix(".draft")
        try:
            if shutil.disk_usage(self._path.parent).free < _WORTH_IT * BALLAST_BYTES:
                return False
            draft.unlink(missing_ok=True)
            make_private(draft)
            # Random, so that no file system stores it in less room than it is to give back.
            draft.write_bytes(os.urandom(BALLAST_BYTES))
            draft.replace(self._path)
        except OSError as error:
            _log.warning("no room for the reserve %s: %s", self._path, error.strerror)
            draft.unlink(missing_ok=True)
            return False
        return True
