"""A sorted table brought up to date is the one that sorting everything anew would give."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from analytics.identity import merging
from analytics.identity.merging import merged

_BY = ("left", "right")


def _table(keys: list[tuple[str, str]], origin: str) -> pa.Table:
    return pa.Table.from_pylist(
        [{"left": left, "right": right, "origin": origin} for left, right in keys],
        pa.schema([("left", pa.string()), ("right", pa.string()), ("origin", pa.string())]),
    )


@pytest.mark.parametrize("seed", range(30))
def test_it_is_what_sorting_gives(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(merging, "_BATCH", chance.choice([1, 3, 7, 1000]))
    # One name begins as another does: 'a' and 'a b', whose first sign sorts before any letter.
    names = [f"{letter}{tail}" for letter in "abc" for tail in ("", " b", "\x01", "0", "é")]
    everything = [(left, right) for left in names for right in names]
    known = chance.sample(everything, chance.choice([0, 1, 5, 60]))
    if seed % 3:
        known.sort()
    gone = chance.sample(range(len(known)), len(known) // 3)
    stays = [key for number, key in enumerate(known) if number not in gone]
    # What went may come back as another.
    free = [key for key in everything if key not in stays]
    new = chance.sample(free, min(len(free), chance.choice([0, 1, 40])))
    found = merged(_table(known, "known"), np.array(gone, dtype=np.int64), _table(new, "new"), _BY)
    expected = sorted([(*key, "known") for key in stays] + [(*key, "new") for key in new])
    assert [tuple(row.values()) for row in found.to_pylist()] == expected


def test_what_nothing_changed_in_is_not_copied() -> None:
    known = _table([(f"{number:03}", "x") for number in range(50)], "known")
    found = merged(known, np.array([], dtype=np.int64), _table([], "new"), _BY)
    assert found["left"].chunk(0).buffers()[2].address == known["left"].chunk(0).buffers()[2].address
