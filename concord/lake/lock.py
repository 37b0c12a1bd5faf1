"""One publisher at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from concord.errors import ConcordError
from concord.files import Held, process_lock
from concord.settings import Settings


@contextmanager
def publisher_lock(settings: Settings) -> Iterator[None]:
    """Hold the lake's publisher lock. Raises ConcordError at once when another process holds it."""
    try:
        with process_lock(settings.lake_folder / "publisher.lock"):
            yield
    except Held as held:
        raise ConcordError(
            f"another publication is running (process {held.holder})", hint="wait for it to end, then run again"
        ) from None
