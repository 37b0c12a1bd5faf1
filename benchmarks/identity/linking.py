"""One linking from records to pairs, as the platform does it: features, a model trained without labels, scores."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from analytics.identity.features import prepare
from analytics.identity.link import LinkResult, link
from analytics.identity.model import LinkModel, train
from benchmarks.identity.records import to_arrow


@dataclass(frozen=True)
class Linking:
    """What one linking found, and how long its steps took."""

    result: LinkResult
    model: LinkModel
    features_seconds: float
    train_seconds: float
    pairs_seconds: float

    @property
    def pairs(self) -> pl.DataFrame:
        return pl.DataFrame(self.result.pairs)

    @property
    def scored_pairs(self) -> int:
        return int(self.result.statistics["candidate_pairs"])

    @property
    def seconds(self) -> float:
        return self.features_seconds + self.train_seconds + self.pairs_seconds


def link_everything(records: pl.DataFrame) -> Linking:
    """The whole job: features of the records, a model trained on them, pairs scored with their evidence."""
    table = to_arrow(records)
    start = time.perf_counter()
    features = prepare(table)
    prepared = time.perf_counter()
    model = train(features)
    trained = time.perf_counter()
    result = link(table, model, features=features)
    return Linking(result, model, prepared - start, trained - prepared, time.perf_counter() - trained)


def link_with(records: pl.DataFrame, model_text: str, known: LinkResult | None) -> Linking:
    """Link the records with a model that is there, taking over what is known of an earlier linking."""
    model, table = LinkModel.from_json(model_text), to_arrow(records)
    start = time.perf_counter()
    result = link(table, model, known)
    return Linking(result, model, 0.0, 0.0, time.perf_counter() - start)


def save_result(result: LinkResult, folder: Path) -> None:
    """Keep a result for another process."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in vars(result).items():
        if isinstance(value, pa.Table):
            pq.write_table(value, folder / f"{name}.parquet")
    (folder / "statistics.json").write_text(json.dumps(result.statistics), encoding="utf-8")


def load_result(folder: Path) -> LinkResult:
    """The result that ``save_result`` kept."""
    tables = {file.stem: pq.read_table(file) for file in folder.glob("*.parquet")}
    return LinkResult(**tables, statistics=json.loads((folder / "statistics.json").read_text(encoding="utf-8")))


def measure(folder: str) -> dict[str, Any]:
    """Link the records of ``<folder>/records.parquet``; keeps the model and the pairs beside them.

    To be run in a process of its own.
    """
    place = Path(folder)
    linking = link_everything(pl.read_parquet(place / "records.parquet"))
    (place / "model.json").write_text(linking.model.to_json(), encoding="utf-8")
    linking.pairs.select("left_record_id", "right_record_id", "match_probability").write_parquet(
        place / "pairs.parquet"
    )
    return {
        "seconds": linking.seconds,
        "features_seconds": linking.features_seconds,
        "train_seconds": linking.train_seconds,
        "pairs_seconds": linking.pairs_seconds,
        "scored_pairs": linking.scored_pairs,
        "kept_pairs": linking.result.pairs.num_rows,
    }
