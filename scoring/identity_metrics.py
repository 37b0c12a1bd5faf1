"""How well found clusters of records agree with true ones: pairwise precision, recall and F1, and cluster purity.

Everything is counted over cluster sizes; the pairs themselves, whose number grows with the square, are never made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

Labels = Sequence[object] | pl.Series


@dataclass(frozen=True)
class ClusterScore:
    """Found clusters against true ones. A ratio is None when there is nothing to divide by."""

    records: int
    true_clusters: int
    found_clusters: int
    true_pairs: int  # unordered pairs of records in one true cluster
    found_pairs: int  # unordered pairs of records in one found cluster
    correct_pairs: int  # pairs in one true and in one found cluster
    pure_records: int  # records whose true cluster is the most frequent one in their found cluster

    @property
    def precision(self) -> float | None:
        """Share of the found pairs that are true."""
        return ratio(self.correct_pairs, self.found_pairs)

    @property
    def recall(self) -> float | None:
        """Share of the true pairs that were found."""
        return ratio(self.correct_pairs, self.true_pairs)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return ratio(2 * self.correct_pairs, self.true_pairs + self.found_pairs)

    @property
    def purity(self) -> float | None:
        """Share of the records that belong to their found cluster's most frequent true cluster."""
        return ratio(self.pure_records, self.records)


def cluster_score(truth: Labels, found: Labels) -> ClusterScore:
    """Compare two clusterings of the same records.

    ``truth`` and ``found`` hold one label per record, in the same order; labels of the two are never compared with
    each other. A null label means that the record stands alone.
    Raises ValueError when the two differ in length.
    """
    if len(truth) != len(found):
        raise ValueError(f"{len(truth)} true labels, {len(found)} found ones")
    records = pl.DataFrame({"truth": _codes(truth), "found": _codes(found)})
    cells = records.group_by("truth", "found").len("size")
    return ClusterScore(
        records=len(records),
        true_clusters=records["truth"].n_unique(),
        found_clusters=records["found"].n_unique(),
        true_pairs=_pairs(records.group_by("truth").len("size")),
        found_pairs=_pairs(records.group_by("found").len("size")),
        correct_pairs=_pairs(cells),
        pure_records=int(cells.group_by("found").agg(pl.col("size").max())["size"].sum()),
    )


def ratio(part: int, whole: int) -> float | None:
    """None when there is nothing to divide by."""
    return part / whole if whole else None


def _codes(labels: Labels) -> pl.Series:
    """Whole numbers, equal where labels are; each null gets one of its own, below zero."""
    series = labels if isinstance(labels, pl.Series) else pl.Series(labels, strict=True)
    column = series.to_frame("label").with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    code = pl.col("label").rank("dense").cast(pl.Int64)
    if series.dtype == pl.Null:
        code = pl.lit(None, pl.Int64)
    return column.select(pl.coalesce(code, -1 - pl.col("row")).alias("code"))["code"]


def _pairs(clusters: pl.DataFrame) -> int:
    size = pl.col("size").cast(pl.Int64)
    return int(clusters.select((size * (size - 1) // 2).sum()).item())
