"""How a TM Forum server departs from the ideal: one profile per system, deterministic by seed.

Each quirk is one that real servers have. A profile is plain JSON (the field names below), so that a test can
turn on any combination; whatever it doesn't name behaves ideally.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

CHOICES = {
    "total": ("exact", "missing", "wrong", "unfiltered", "page"),
    "order": ("stored", "unknown", "drifting", "shuffled"),
    "link": ("absolute", "relative", "internal_host", "none"),
    "beyond_end": ("empty", "repeat", "not_found"),
    "partial_status": (200, 206),
}


@dataclass(frozen=True)
class Quirks:
    """One server's habits. "Every n requests" counts the list requests of one collection; 0 means never."""

    seed: int = 42
    default_limit: int = 100
    # A larger `limit` is cut to this without a word.
    maximum_limit: int = 1000
    # X-Total-Count: right, absent, off by some per cent, of the whole collection whatever the filter, or of the page.
    total: str = "exact"
    # As stored; some fixed order; one that slides a little from request to request; another one in each request.
    order: str = "stored"
    # Documents of the page before that come again at the start of a page.
    overlap: int = 0
    # Every n requests the page before is answered again; asked once more, the server gives the right one.
    repeat_every: int = 0
    # Every n requests a page is shorter than asked although more follow.
    short_every: int = 0
    # Behind the last document: an empty page, the last page for ever, or 404.
    beyond_end: str = "empty"
    # Links of rel next, prev, first, last; some servers behind a gateway name a host that nobody can reach.
    link: str = "absolute"
    partial_status: int = 206
    ignores_filters: bool = False
    honours_sort: bool = False
    # Every n requests an error instead (never twice in a row), with Retry-After.
    error_every: int = 0
    error_status: int = 503
    retry_after_seconds: int = 1
    # Every n requests the body breaks off in the middle.
    broken_every: int = 0
    slow_every: int = 0
    slow_seconds: float = 0.5
    # Share of documents in the shape of version 5 of the API.
    version5_share: float = 0.0

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"quirk {name} must be one of {', '.join(map(str, choices))}")
        if self.default_limit < 1 or self.maximum_limit < 1:
            raise ValueError("quirks default_limit and maximum_limit must be at least 1")
        if not 0 <= self.overlap < min(self.maximum_limit, self.default_limit):
            raise ValueError("quirk overlap must be smaller than a page")

    def strikes(self, every: int, request: int, habit: str) -> bool:
        """Whether a habit shows in this request (from 0): once in ``every``, at a place fixed by the seed."""
        return every > 0 and request % every == draw(self.seed, habit) % every


def draw(seed: int, *things: object) -> int:
    """A number that looks random and is always the same for the same arguments."""
    return crc32(":".join(map(str, (seed, *things))).encode())


def parse_profiles(content: dict[str, dict[str, Any]], seed: int = 42) -> dict[str, Quirks]:
    """Profiles by system from their JSON form. Raises ValueError for a quirk that doesn't exist."""
    known = {field.name for field in dataclasses.fields(Quirks)}
    for system, profile in content.items():
        if unknown := set(profile) - known:
            raise ValueError(f"no such quirk for {system}: {', '.join(sorted(unknown))}")
    return {system: Quirks(**{"seed": seed, **profile}) for system, profile in content.items()}


def demo_profiles(seed: int = 42) -> dict[str, Quirks]:
    """The habits of the demo's five servers (quirks.json)."""
    return parse_profiles(json.loads(Path(__file__).with_name("quirks.json").read_text(encoding="utf-8")), seed)
