"""Property tests are not timed one by one: a busy machine would fail them for nothing."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
