"""One build at a time, and no publication of half a build.

The lock is the operating system's: it ends with its process, however that ends. The state file says how far the
workspace got, so that a build that was killed or failed can't be published, nor leave its rest to the next one.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from concord.errors import ConcordError
from concord.settings import Settings

BuildState = Literal["running", "built", "checked"]


class BuildRunning(ConcordError):
    """Another process holds the workspace; trying again later helps."""


@contextmanager
def build_lock(settings: Settings) -> Iterator[None]:
    """Hold the workspace. Raises ConcordError at once when another process builds."""
    settings.lake_folder.mkdir(parents=True, exist_ok=True)
    with (settings.lake_folder / "build.lock").open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise BuildRunning(
                f"another build is running on this lake (process {holder})", hint="wait for it to end, then run again"
            ) from None
        handle.seek(0)
        handle.truncate()
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _state_file(settings: Settings) -> Path:
    return settings.lake_folder / "build.json"


def read_state(settings: Settings) -> BuildState | None:
    """How far the workspace got; None when nothing was built."""
    file = _state_file(settings)
    if not file.is_file():
        return None
    return json.loads(file.read_text(encoding="utf-8"))["state"]


def write_state(settings: Settings, state: BuildState) -> None:
    file = _state_file(settings)
    unfinished = file.with_suffix(".tmp")
    unfinished.write_text(json.dumps({"state": state}), encoding="utf-8")
    unfinished.replace(file)


def begin(settings: Settings) -> None:
    """Start a build: what an unfinished one left in the workspace is thrown away, for all of it can be rebuilt."""
    if read_state(settings) == "running":
        settings.workspace.unlink(missing_ok=True)
        settings.workspace.with_name(settings.workspace.name + ".wal").unlink(missing_ok=True)
    write_state(settings, "running")
