"""Throw-away folders on the lake's own file system, so that a finished file moves into place by one rename.

Each folder is locked while its process lives; what a killed process left is swept by the next load.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from concord.settings import Settings
from ingestion.guards import SourceFailed

_LOCK = ".lock"


@contextlib.contextmanager
def scratch_folder(settings: Settings) -> Iterator[Path]:
    """A new empty folder that is gone afterwards."""
    parent = settings.lake_folder / "scratch"
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="ingest-", dir=parent))
    try:
        with (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_scratch(settings: Settings) -> None:
    """Remove folders whose process is gone."""
    for folder in (settings.lake_folder / "scratch").glob("ingest-*"):
        try:
            with (folder / _LOCK).open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:
            # Killed between making the folder and its lock, or another process just makes it.
            with contextlib.suppress(OSError):
                if time.time() - folder.stat().st_mtime > 3600:
                    folder.rmdir()
        except BlockingIOError:
            continue


@contextlib.contextmanager
def entity_lock(settings: Settings, system: str, entity: str, wait_seconds: float = 60) -> Iterator[None]:
    """One load of an entity at a time, across processes; the system frees it when the process dies.

    Raises SourceFailed (reason ``busy``) when another load holds it for longer than ``wait_seconds``.
    """
    path = settings.raw / system / "_loads" / entity / ".lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait_seconds
    with path.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise SourceFailed("busy", "another load of this entity is running", "try again later") from None
                time.sleep(0.1)
        yield
