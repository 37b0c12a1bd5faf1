"""What a long run tells whoever watches it: one step at a time, with rows and seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

State = Literal["started", "running", "done", "warned", "failed"]


@dataclass(frozen=True)
class Step:
    """One thing that began, goes on or ended. ``seconds`` is set when it ended, ``rows`` where rows are meant."""

    name: str
    state: State
    detail: str = ""
    rows: int | None = None
    seconds: float | None = None


Progress = Callable[[Step], None]


def silent(step: Step) -> None:
    """Nobody watches."""


class Outcome:
    """Filled in by the body of ``timed``: how the step ended."""

    def __init__(self) -> None:
        self.state: State = "done"
        self.detail = ""
        self.rows: int | None = None


@contextmanager
def timed(progress: Progress, name: str, detail: str = "") -> Iterator[Outcome]:
    """Report a step's start and its end with the seconds between; an exception ends it as failed and goes on."""
    started = time.monotonic()
    progress(Step(name, "started", detail))
    outcome = Outcome()
    ended = Step(name, "failed")
    try:
        yield outcome
        ended = Step(name, outcome.state, outcome.detail, outcome.rows)
    finally:
        progress(replace(ended, seconds=time.monotonic() - started))
