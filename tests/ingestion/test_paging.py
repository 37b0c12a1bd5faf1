"""The puller against servers with every combination of habits: it ends, loses nothing, and knows when it can't."""

from __future__ import annotations

import random
from collections.abc import Hashable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.connectors.paging import Page, Pull
from ingestion.guards import SourceFailed


@dataclass
class Server:
    """A collection of numbers behind a server's habits."""

    records: int
    cap: int = 1000
    order: str = "stored"
    total: str = "exact"
    end: str = "empty"
    overlap: int = 0
    repeat_share: float = 0.0
    short_share: float = 0.0
    empty_share: float = 0.0
    seed: int = 0
    requests: int = 0
    previous: list[int] = field(default_factory=list)

    def __call__(self, offset: int, limit: int) -> Page:
        self.requests += 1
        dice = random.Random(f"{self.seed}-{self.requests}")
        limit = min(limit, self.cap)
        order = list(range(self.records))
        match self.order:
            case "alternating":
                order = order if self.requests % 2 else order[::-1]
            case "shuffled":
                dice.shuffle(order)
            case "drifting":
                shift = dice.randrange(4)
                order = order[shift:] + order[:shift]
        if offset >= self.records:
            keys = order[-limit:] if self.end == "last_page" and order else order[:limit] if self.end == "wrap" else []
            return self._page(keys, dice)
        if self.previous and dice.random() < self.repeat_share:
            return self._page(self.previous, dice)
        if dice.random() < self.empty_share:
            return self._page([], dice)
        if limit > 1 and dice.random() < self.short_share:
            limit = (limit + 1) // 2
        start = max(0, offset - self.overlap)
        self.previous = order[start : start + limit]
        return self._page(self.previous, dice)

    def _page(self, keys: list[int], dice: random.Random) -> Page:
        totals = {
            "exact": self.records,
            "missing": None,
            "low": max(0, self.records - 1 - dice.randrange(2)),
            "high": self.records + 3,
            "wild": dice.randrange(2 * self.records + 1),
            "page": len(keys),
        }
        ordered: list[Hashable] = list(keys)
        return Page(ordered, totals[self.total])


SERVERS = st.builds(
    Server,
    records=st.integers(0, 60),
    cap=st.sampled_from([1, 2, 5, 7, 20, 1000]),
    order=st.sampled_from(["stored", "alternating", "shuffled", "drifting"]),
    total=st.sampled_from(["exact", "missing", "low", "high", "wild", "page"]),
    end=st.sampled_from(["empty", "last_page", "wrap"]),
    overlap=st.integers(0, 3),
    repeat_share=st.sampled_from([0.0, 0.1, 0.3]),
    short_share=st.sampled_from([0.0, 0.3]),
    seed=st.integers(0, 10_000),
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(server=SERVERS, limit=st.sampled_from([1, 5, 10, 100]))
def test_every_record_is_seen_and_the_pull_ends(server: Server, limit: int) -> None:
    # A page of one cannot show an overlap of more: such a server never gets past the overlap.
    server.overlap = min(server.overlap, server.cap - 1, limit - 1)
    pull = Pull(server, limit)
    pull.run()
    assert pull.seen == set(range(server.records))
    assert server.requests <= 200 + 150 * (server.records + 1)


@pytest.mark.parametrize(("records", "limit", "expected"), [(0, 10, 1), (10, 10, 2), (95, 10, 11), (1000, 100, 11)])
def test_an_honest_server_is_asked_once_per_page(records: int, limit: int, expected: int) -> None:
    server = Server(records)
    Pull(server, limit).run()
    assert server.requests == expected


def test_a_limit_that_is_cut_silently_costs_no_second_pass() -> None:
    server = Server(1000, cap=50)
    pull = Pull(server, 500)
    pull.run()
    assert pull.passes == 1
    assert server.requests == 21


def test_an_empty_page_in_the_middle_is_not_the_end() -> None:
    for seed in range(50):
        server = Server(300, cap=20, empty_share=0.2, seed=seed)
        pull = Pull(server, 20)
        pull.run()
        assert len(pull.seen) == 300


def test_a_record_that_goes_while_we_read_hides_no_other() -> None:
    class Shrinking(Server):
        def __call__(self, offset: int, limit: int) -> Page:
            self.requests += 1
            rows = [key for key in range(100) if key != 3 or self.requests == 1]
            return Page(list(rows[offset : offset + limit]), len(rows))

    pull = Pull(Shrinking(100), 10)
    pull.run()
    assert pull.seen == set(range(100))


def test_a_server_without_end_fails_in_bounded_time() -> None:
    def endless(offset: int, limit: int) -> Page:
        return Page([offset + index for index in range(limit)])

    with pytest.raises(SourceFailed) as caught:
        Pull(endless, 10, maximum_requests=500).run()
    assert caught.value.reason == "endless_pages"


def test_a_server_that_never_settles_fails() -> None:
    calls = 0

    def restless(offset: int, limit: int) -> Page:
        nonlocal calls
        calls += 1
        # Each pass shows one more record, and the end is never empty.
        return Page([("old", index) for index in range(5)] + [("new", calls // 8)])

    with pytest.raises(SourceFailed) as caught:
        Pull(restless, 10).run()
    assert caught.value.reason in ("unstable_pages", "endless_pages")
