"""Produce in one thread while another consumes: reading a source and writing Parquet both leave Python's lock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

Item = TypeVar("Item")
_POLL_SECONDS = 0.1


class ReadAhead(Generic[Item]):
    """Iterates over ``items``, which a thread of its own produces, at most ``depth`` ahead.

    An exception of the producer comes out where the consumer waits. ``close`` stops the producer and waits for it, so
    that nothing is written any more to folders that go away; use as a context manager.
    """

    def __init__(self, items: Iterator[Item], depth: int = 1) -> None:
        self._items = items
        self._queue: Queue[tuple[Item | None, BaseException | None, bool]] = Queue(depth)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._produce, name="read-ahead", daemon=True)

    def __enter__(self) -> ReadAhead[Item]:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=_POLL_SECONDS)
            except Empty:
                continue
        self._thread.join()

    def __iter__(self) -> Iterator[Item]:
        while True:
            item, problem, is_end = self._queue.get()
            if problem is not None:
                raise problem
            if is_end:
                return
            yield item  # type: ignore[misc]

    def _produce(self) -> None:
        try:
            for item in self._items:
                if not self._put((item, None, False)):
                    break
            self._put((None, None, True))
        except BaseException as problem:
            self._put((None, problem, True))
        finally:
            close = getattr(self._items, "close", None)
            if close:
                close()

    def _put(self, entry: tuple[Item | None, BaseException | None, bool]) -> bool:
        """False when the consumer has gone."""
        while not self._stopped.is_set():
            try:
                self._queue.put(entry, timeout=_POLL_SECONDS)
            except Full:
                continue
            return True
        return False
