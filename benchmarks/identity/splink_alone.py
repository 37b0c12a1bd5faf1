"""Splink by itself on the pairs that the linker scores: its own blocking and prediction, called directly.

Splink gets what it can't make: the linker's comparison features, its trained settings, and the values of the blocking
rules, so that its own rules are plain equalities and bring forth the same pairs. What it takes to compute those values
is counted: rules written out as expressions would cost Splink the same.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import polars as pl

from analytics.identity import text
from analytics.identity.blocking import RULES, make_members
from analytics.identity.comparable import make_comparable
from analytics.identity.engine import Resources, quiet_splink, workspace
from analytics.identity.features import make_features
from analytics.identity.model import LinkModel
from benchmarks.identity.records import to_arrow


def prepare(folder: str) -> dict[str, Any]:
    """Write ``<folder>/comparable.parquet`` from records.parquet and model.json. To be run in a process of its own."""
    place = Path(folder)
    model = _model(place)
    with workspace(Resources()) as connection:
        make_features(connection, to_arrow(pl.read_parquet(place / "records.parquet")), default_region="DE")
        make_comparable(
            connection, junk=model.junk, frequencies=model.frequencies, usual_given_names=model.usual_given_names
        )
        connection.execute(f"copy comparable to '{place / 'comparable.parquet'}'")
    return {}


def measure(folder: str) -> dict[str, Any]:
    """Let Splink block and predict. To be run in a process of its own."""
    from splink import DuckDBAPI, Linker

    place = Path(folder)
    model = _model(place)
    settings = {**model.settings(), "blocking_rules_to_generate_predictions": _rules()}
    floor_weight = math.log2(model.floor_probability / (1 - model.floor_probability))
    with quiet_splink(), workspace(Resources()) as connection:
        text.install(connection)
        connection.execute(f"create temp table comparable as from '{place / 'comparable.parquet'}'")
        start = time.perf_counter()
        make_members(connection)
        values_seconds = time.perf_counter() - start
        _make_columns(connection)
        start = time.perf_counter()
        api = DuckDBAPI(connection=connection)
        linker = Linker(api.register("blocked"), settings, log_level=None, validate_settings=False)
        pairs = linker.inference.compute_blocked_pairs_for_predict()
        predicted = linker.inference.predict(threshold_match_weight=floor_weight, warning_mode="never")
        splink_seconds = time.perf_counter() - start
        (scored,) = connection.execute(f"select count(*) from {pairs.physical_name}").fetchone() or (0,)
        (kept,) = connection.execute(f"select count(*) from {predicted.physical_name}").fetchone() or (0,)
    return {"seconds": values_seconds + splink_seconds, "scored_pairs": scored, "kept_pairs": kept}


def _model(place: Path) -> LinkModel:
    return LinkModel.from_json((place / "model.json").read_text(encoding="utf-8"))


def _rules() -> list[dict[str, Any]]:
    """The linker's rules as Splink's own: equal values, or one value in common."""
    return [
        {
            "blocking_rule": f"l.{_column(number)} = r.{_column(number)}",
            "sql_dialect": "duckdb",
            **({"arrays_to_explode": [_column(number)]} if rule.is_list else {}),
        }
        for number, rule in enumerate(RULES)
    ]


def _make_columns(connection: Any) -> None:
    """The table ``blocked``: a record's value under each rule in a column of its own."""
    lists = [f"list(place) filter (where rule_number = {number}) as {_column(number)}" for number in range(len(RULES))]
    single = [f"{_column(number)}[1] as {_column(number)}" for number, rule in enumerate(RULES) if not rule.is_list]
    connection.execute(
        f"create temp table value as select record as unique_id, {', '.join(lists)} from member group by 1"
    )
    connection.execute(
        f"create temp table blocked as select * replace ({', '.join(single)})"
        " from comparable left join value using (unique_id)"
    )


def _column(number: int) -> str:
    return f"rule_{number}"
