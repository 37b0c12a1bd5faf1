"""Small helpers that turn the world's arrays into typed columns."""

from __future__ import annotations

import zlib

import numpy as np
import polars as pl

from seeds.operator.world.clock import NEVER


def instants(values: np.ndarray, name: str = "") -> pl.Series:
    """UTC timestamps; NEVER and earlier than nothing become null."""
    series = pl.Series(name, np.asarray(values, dtype=np.int64))
    return (
        pl.select(pl.when(series < int(NEVER) // 2).then(series)).to_series().cast(pl.Datetime("us", "UTC")).alias(name)
    )


def dates(days: np.ndarray, name: str = "") -> pl.Series:
    """Dates from local day numbers."""
    return pl.Series(name, np.asarray(days, dtype=np.int32)).cast(pl.Date)


def numbered(prefix: str, index: np.ndarray, width: int, offset: int = 0) -> pl.Series:
    """Keys such as ``PRD-0004711``: unique below 10**width, in no visible order, unlike other prefixes' keys."""
    factor = zlib.crc32(f"{prefix}{offset}".encode()) | 1
    while factor % 5 == 0:
        factor += 2
    serial = (np.asarray(index, dtype=np.int64) * factor + 1_234_567 + offset) % 10**width
    return prefix + pl.Series(serial).cast(pl.String).str.zfill(width)


def digits(values: np.ndarray, name: str = "") -> pl.Series:
    """Whole numbers as text."""
    return pl.Series(name, np.asarray(values, dtype=np.int64)).cast(pl.String)


def cents(values: pl.Expr) -> pl.Expr:
    """Money in cents as DECIMAL(18,2)."""
    return (values.cast(pl.Int64).cast(pl.Decimal(18, 2)) / pl.lit(100)).cast(pl.Decimal(18, 2))


def choose_words(random: np.random.Generator, count: int, words: list[str], shares: list[float]) -> pl.Series:
    """A random word for each row."""
    picked = random.choice(len(words), count, p=shares)
    return pl.Series(words)[picked]


def reword(words: pl.Series, other: dict[str, tuple[str, ...]], random: np.random.Generator, share: float) -> pl.Series:
    """Spells a share of status words in another way, as people and interfaces do."""
    count = len(words)
    changes = random.random(count) < share
    variant = random.integers(0, 1_000, count)
    frame = pl.DataFrame({"word": words, "changes": changes, "variant": variant})
    result = pl.col("word")
    for word, spellings in other.items():
        choice = (pl.col("variant") % len(spellings)).replace_strict(
            list(range(len(spellings))), list(spellings), return_dtype=pl.String
        )
        result = pl.when(pl.col("changes") & (pl.col("word") == word)).then(choice).otherwise(result)
    return frame.select(result.alias("word")).to_series()
