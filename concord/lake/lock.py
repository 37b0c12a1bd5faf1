"""One publisher at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from concord.errors import ConcordError
from concord.settings import Settings


@contextmanager
def publisher_lock(settings: Settings) -> Iterator[None]:
    """Hold the lake's publisher lock. The system lets go of it when the process ends, however it ends.

    Raises ConcordError at once when another process holds it.
    """
    settings.lake_folder.mkdir(parents=True, exist_ok=True)
    file = settings.lake_folder / "publisher.lock"
    with file.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise ConcordError(
                f"another publication is running (process {holder})", hint="wait for it to end, then run again"
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
