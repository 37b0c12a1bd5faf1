"""Read a whole collection from a server that pages as servers really do.

What may be wrong: the total, the order (unknown, or another in each request), pages that repeat or overlap, a ``limit``
that is cut silently, ends that are empty, an error, or the last page for ever. Only this is relied on: with n
records, there is nothing at an offset of n or more.

So the offset of the next request is never the number of records received, but of *different* records received: a
page that was repeated is asked for again, and an empty page at an offset no larger than the number of records that
we hold proves that nothing is missing. Where totals disagree, or a server never gives that proof, passes with other
page sizes follow until enough of them have brought nothing new. Each request brings something new or counts against
a bound, so that the pull ends.
"""

from __future__ import annotations

import random
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Protocol

from ingestion.guards import SourceFailed

# Pages in a row that may bring nothing new before a pass ends.
_STALE_PAGES = 5
# Passes without news that end a pull: after one that came to a proven end, and after one that did not; more of them
# when all totals say that there is more.
_DRY_PASSES_PROVEN = 1
_DRY_PASSES_PROVEN_TOLD_MORE = 3
_DRY_PASSES = 12
_DRY_PASSES_TOLD_MORE = 30
# With fewer records two passes may see the same order by chance.
_RECORDS_FOR_AGREEMENT = 20
_MAXIMUM_PASSES = 80
_LARGEST_PAGE = 10_000


@dataclass
class Page:
    """What one request brought: the key of each record in the server's order, and the total that it claims."""

    keys: list[Hashable]
    total: int | None = None


class Fetch(Protocol):
    """Asks for one page. Who implements it keeps the records; an error behind the end is an empty page."""

    def __call__(self, offset: int, limit: int) -> Page: ...


@dataclass
class _Pass:
    """One walk through the collection."""

    limit: int
    order: list[Hashable] = field(default_factory=list)  # keys as they were first seen
    seen: set[Hashable] = field(default_factory=set)
    brought_new: bool = False
    pages: int = 0


class Pull:
    """Pulls one collection. ``limit`` is the page size asked for at first."""

    def __init__(self, fetch: Fetch, limit: int = 500, maximum_requests: int = 50_000) -> None:
        self._fetch = fetch
        self._limit = limit
        self._maximum_requests = maximum_requests
        self.requests = 0
        self.passes = 0
        self.seen: set[Hashable] = set()
        self._totals: set[int] = set()
        self._largest_page = 0
        # The same data gives the same requests, so that what went wrong can be seen again.
        self._random = random.Random(20)

    def run(self) -> None:
        """Fetch until nothing is missing. Raises SourceFailed when the server never comes to an end."""
        dry = 0
        previous: _Pass | None = None
        while self.passes < _MAXIMUM_PASSES:
            walk = _Pass(self._page_size())
            self.passes += 1
            is_proven = self._walk(walk)
            if self._is_settled(walk, is_proven) or self._is_same_order(walk, previous):
                return
            dry = 0 if walk.brought_new else dry + 1
            if dry >= self._dry_passes(is_proven):
                return
            previous = walk
        raise SourceFailed(
            "unstable_pages",
            f"after {_MAXIMUM_PASSES} passes over the collection there are still new records",
            hint="ask for a stable order on the server, or set a larger 'page_size'",
        )

    # One pass

    def _walk(self, walk: _Pass) -> bool:
        """Walk from the beginning to the end. True when an empty page proves that nothing is missing."""
        stale = empty = 0
        while True:
            offset = self._offset(walk, stale)
            page = self._ask(offset, walk.limit)
            if not page.keys:
                empty += 1
                # An empty page where there should be records is asked for again before it is believed.
                if self._totals == {len(self.seen)} or empty > (2 if self._is_told_more() else 1):
                    return True
                continue
            empty = 0
            walk.pages += 1
            before, known = len(walk.seen), len(self.seen)
            for key in page.keys:
                if key not in walk.seen:
                    walk.seen.add(key)
                    walk.order.append(key)
            self.seen.update(page.keys)
            walk.brought_new |= len(self.seen) > known
            stale = 0 if len(walk.seen) > before else stale + 1
            if stale >= _STALE_PAGES:
                return self._probe(walk)

    def _offset(self, walk: _Pass, stale: int) -> int:
        """Behind what this pass has seen; after stale pages the same again, half a page back, then anywhere."""
        behind = len(walk.seen)
        if stale < 2:
            return behind
        if stale == 2:
            return max(0, behind - max(1, walk.limit // 2))
        return self._random.randint(0, len(self.seen))

    def _probe(self, walk: _Pass) -> bool:
        """Ask right behind all that we hold: nothing there means that nothing is missing."""
        known = len(self.seen)
        page = self._ask(known, walk.limit)
        self.seen.update(page.keys)
        walk.brought_new |= len(self.seen) > known
        return not page.keys

    def _ask(self, offset: int, limit: int) -> Page:
        self.requests += 1
        if self.requests > self._maximum_requests:
            raise SourceFailed(
                "endless_pages",
                f"no end after {self._maximum_requests:,} requests and {len(self.seen):,} different records",
                hint="if the collection is that large, raise 'page_size' or 'maximum_requests' in the settings",
            )
        page = self._fetch(offset, limit)
        self._largest_page = max(self._largest_page, len(page.keys))
        if page.total is not None:
            self._totals.add(page.total)
        return page

    # Judging a pass

    def _is_settled(self, walk: _Pass, is_proven: bool) -> bool:
        """Nothing speaks against this pass: the totals agree with it, or it was one answer and hence of one moment."""
        if self._totals:
            # A total that changes is wrong, or the collection is changing under our hands: look again in both cases.
            return self._totals == {len(self.seen)} and len(walk.seen) == len(self.seen)
        return is_proven and walk.pages <= 1

    def _dry_passes(self, is_proven: bool) -> int:
        """How many passes in a row without news end the pull."""
        if is_proven:
            return _DRY_PASSES_PROVEN_TOLD_MORE if self._is_told_more() else _DRY_PASSES_PROVEN
        return _DRY_PASSES_TOLD_MORE if self._is_told_more() else _DRY_PASSES

    def _is_told_more(self) -> bool:
        """Every total, and always the same, says that there are more records than we hold."""
        return len(self._totals) == 1 and max(self._totals) > len(self.seen)

    def _is_same_order(self, walk: _Pass, previous: _Pass | None) -> bool:
        """Two passes with different page sizes saw the same records in the same order, and no others are known."""
        return (
            previous is not None
            and walk.limit != previous.limit
            and len(walk.seen) == len(self.seen) >= _RECORDS_FOR_AGREEMENT
            and walk.order == previous.order
        )

    def _page_size(self) -> int:
        """As set; then one large page if the server allows it; then anything up to what it allows."""
        if self.passes == 0:
            return self._limit
        largest = max(1, self._largest_page)
        if self.passes == 1:
            is_capped = self._largest_page < self._limit
            return largest if is_capped else max(self._limit, min(self._limit * 10, _LARGEST_PAGE))
        return self._random.randint(max(1, largest // 2), largest)
