"""Files that are there as a whole or not at all, and locks that end with their process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A place to write the new content of a file; it takes the file's place at the end, unless an error ends it.

    Readers see the previous content or the new one, whatever happens in between; so does the next start of the machine.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, content: str) -> None:
    """Replace the content of a file, as a whole."""
    with replacing(path) as temporary:
        temporary.write_text(content, encoding="utf-8")


class Held(Exception):
    """Another process holds the lock."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"held by process {holder}")
        self.holder = holder


@contextmanager
def process_lock(file: Path) -> Iterator[None]:
    """Hold a lock file, which names its process. The system lets go of it when the process ends, however it ends.

    Raises Held at once when another process holds it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise Held(handle.read().strip() or "unknown") from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
