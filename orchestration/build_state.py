"""One build at a time, and no publication of half a build.

The lock is the operating system's: it ends with its process, however that ends. The state file says how far the
workspace got, so that a build that was killed or failed can't be published, nor leave its rest to the next one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from concord.errors import ConcordError
from concord.files import Held, process_lock, write_text
from concord.settings import Settings

BuildState = Literal["running", "built", "checked"]


class BuildRunning(ConcordError):
    """Another process holds the workspace; trying again later helps."""


@contextmanager
def build_lock(settings: Settings) -> Iterator[None]:
    """Hold the workspace. Raises BuildRunning at once when another process builds."""
    try:
        with process_lock(settings.lake_folder / "build.lock"):
            yield
    except Held as held:
        raise BuildRunning(
            f"another build is running on this lake (process {held.holder})", hint="wait for it to end, then run again"
        ) from None


def _state_file(settings: Settings) -> Path:
    return settings.lake_folder / "build.json"


def read_state(settings: Settings) -> BuildState | None:
    """How far the workspace got; None when nothing was built."""
    file = _state_file(settings)
    if not file.is_file():
        return None
    return json.loads(file.read_text(encoding="utf-8"))["state"]


def write_state(settings: Settings, state: BuildState) -> None:
    write_text(_state_file(settings), json.dumps({"state": state}))


def begin(settings: Settings) -> None:
    """Start a build: what an unfinished one left in the workspace is thrown away, for all of it can be rebuilt."""
    if read_state(settings) == "running":
        settings.workspace.unlink(missing_ok=True)
        settings.workspace.with_name(settings.workspace.name + ".wal").unlink(missing_ok=True)
    write_state(settings, "running")
