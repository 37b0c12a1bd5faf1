"""Customer records as the linker takes them, and its pairs as clusters of records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import yaml
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

PROJECT = Path(__file__).resolve().parents[2]
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "record_id": pl.String,
    "system": pl.String,
    "party_type": pl.String,
    "given_name": pl.String,
    "family_name": pl.String,
    "company_name": pl.String,
    "birth_date": pl.Date,
    "emails": pl.List(pl.String),
    "phones": pl.List(pl.String),
    "vat_number": pl.String,
    "street": pl.String,
    "postcode": pl.String,
    "city": pl.String,
    "country_code": pl.String,
    "customer_number": pl.String,
}


@dataclass(frozen=True)
class Dataset:
    """Records with the linker's columns, and beside them in the same order what each truly is."""

    name: str
    records: pl.DataFrame
    truth: pl.Series


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """The linker's columns, in its order and types; those that the frame doesn't have are null."""
    missing = [pl.lit(None).cast(kind).alias(name) for name, kind in SCHEMA.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def to_arrow(records: pl.DataFrame) -> pa.Table:
    """The records as the linker takes them: plain strings and lists of them, not views."""
    return records.to_arrow(compat_level=pl.CompatLevel.oldest())


@cache
def accept_probability() -> float:
    """The platform's own setting: a pair at least so probable is one customer. Every data set is held to it."""
    project = yaml.safe_load((PROJECT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    return float(project["vars"]["identity_accept_probability"])


def clusters(record_ids: pl.Series, left: pl.Series, right: pl.Series) -> pl.Series:
    """One cluster number per record: records are together when a chain of pairs joins them."""
    position = pl.DataFrame({"record_id": record_ids}).with_row_index("position")
    pairs = (
        pl.DataFrame({"left": left, "right": right})
        .join(position, left_on="left", right_on="record_id")
        .join(position, left_on="right", right_on="record_id", suffix="_right")
    )
    if len(pairs) != len(left):
        raise ValueError(f"{len(left) - len(pairs):,} pairs name a record that is not there")
    row, column = pairs["position"].to_numpy(), pairs["position_right"].to_numpy()
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), (row, column)), shape=(len(record_ids), len(record_ids)))
    return pl.Series("cluster", connected_components(graph, directed=False)[1])
