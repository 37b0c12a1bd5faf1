"""Ordinary phone numbers are read in SQL: exactly as the library reads them, and without it."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from analytics.identity import phones, text
from analytics.identity.engine import Resources, workspace

REGIONS = ("DE", "AT", "CH", "TR", "US", "CA", "GB", "FR", "IT", "RU", "KZ", "BR", "AR", "MX", "HU", "JP", "XX")
CODES = ("49", "43", "41", "90", "1", "44", "33", "39", "7", "55", "54", "52", "36", "81", "800", "999", "0", "358")


def numbers(spellings: list[tuple[str, str]]) -> dict[tuple[str, str], str | None]:
    """What every spelling becomes."""
    with workspace(Resources()) as connection:
        text.install(connection)
        columns = zip(*spellings, strict=True)
        connection.register("phone_spelling", pa.table(dict(zip(("spelling", "region"), columns, strict=True))))
        phones.make_numbers(connection)
        rows = connection.execute("select spelling, region, phone from e164_number").fetchall()
    assert len(rows) == len(spellings)
    return {(spelling, region): phone for spelling, region, phone in rows}


def spelt(chance: random.Random) -> str:
    """A number as people dial it, or as they don't."""
    code = chance.choice(CODES)
    prefix = chance.choice(("+" + code, "+" + code + "0", "00" + code, "011" + code, code, "0", "8", "1", "06", ""))
    return prefix + "".join(chance.choices("0123456789", k=chance.randint(4, 13)))


@pytest.mark.parametrize("seed", [1, 2])
def test_every_number_is_what_the_library_says(seed: int) -> None:
    chance = random.Random(seed)
    spellings = sorted({(spelt(chance), chance.choice(REGIONS)) for _ in range(20_000)})
    found = numbers(spellings)
    assert found == {key: text.e164(*key) for key in spellings}
    assert sum(phone is not None for phone in found.values()) > 5_000


def test_ordinary_numbers_need_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(text, "e164", lambda spelling, region: asked.append(spelling))
    found = numbers(
        [
            ("+4917123456789", "DE"), ("004917123456789", "DE"), ("017123456789", "DE"), ("17123456789", "DE"),
            ("+49017123456789", "FR"), ("0612345678", "FR"), ("+12025550123", "DE"), ("05321234567", "TR"),
        ]
    )  # fmt: skip
    assert not asked
    assert sorted(set(found.values()) - {None}) == ["+12025550123", "+33612345678", "+4917123456789", "+905321234567"]
    # A leading zero that counts, and a number that may carry its country's code: the library knows.
    numbers([("+390612345678", "DE"), ("4917123456789", "DE")])
    assert sorted(asked) == ["+390612345678", "4917123456789"]
