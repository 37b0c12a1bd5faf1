"""Splink by itself on the pairs that the linker scores: its own blocking and prediction, called directly.

Splink gets what it can't make: the linker's comparison features, its trained settings, and for each blocking rule a
column with the record's block, so that its rules are plain equalities and bring forth the same pairs.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import polars as pl

FLOOR_PROBABILITY = 0.1


def prepare(folder: str) -> dict[str, Any]:
    """Write ``<folder>/blocked.parquet`` from records.parquet and model.json. To be run in a process of its own."""
    from analytics.identity.blocking import RULES, make_members
    from analytics.identity.comparable import make_comparable
    from analytics.identity.engine import Resources, workspace
    from analytics.identity.features import make_features
    from analytics.identity.model import LinkModel
    from benchmarks.identity.records import to_arrow

    place = Path(folder)
    model = LinkModel.from_json((place / "model.json").read_text(encoding="utf-8"))
    records = to_arrow(pl.read_parquet(place / "records.parquet"))
    keys = [f"list(place) filter (where rule_number = {number}) as {_key(number)}" for number in range(len(RULES))]
    with workspace(Resources()) as connection:
        make_features(connection, records, default_region="DE")
        make_comparable(
            connection, junk=model.junk, frequencies=model.frequencies, usual_given_names=model.usual_given_names
        )
        make_members(connection)
        connection.execute(
            f"create temp table blocks as select record as unique_id, {', '.join(keys)} from member group by record"
        )
        single = [f"{_key(number)}[1] as {_key(number)}" for number, rule in enumerate(RULES) if not rule.is_list]
        connection.execute(
            f"copy (select * replace ({', '.join(single)}) from comparable left join blocks using (unique_id))"
            f" to '{place / 'blocked.parquet'}'"
        )
    return {}


def measure(folder: str) -> dict[str, Any]:
    """Let Splink block and predict. To be run in a process of its own."""
    from splink import DuckDBAPI, Linker

    from analytics.identity.blocking import RULES
    from analytics.identity.engine import Resources, workspace
    from analytics.identity.model import LinkModel

    place = Path(folder)
    model = LinkModel.from_json((place / "model.json").read_text(encoding="utf-8"))
    settings = {
        **model.settings(),
        "blocking_rules_to_generate_predictions": [
            {
                "blocking_rule": f"l.{_key(number)} = r.{_key(number)}",
                "sql_dialect": "duckdb",
                **({"arrays_to_explode": [_key(number)]} if rule.is_list else {}),
            }
            for number, rule in enumerate(RULES)
        ],
    }
    with workspace(Resources()) as connection:
        connection.execute(f"create temp table comparable as from '{place / 'blocked.parquet'}'")
        start = time.perf_counter()
        api = DuckDBAPI(connection=connection)
        linker = Linker(api.register("comparable"), settings, log_level=None, validate_settings=False)
        pairs = linker.inference.compute_blocked_pairs_for_predict()
        predicted = linker.inference.predict(
            threshold_match_weight=math.log2(FLOOR_PROBABILITY / (1 - FLOOR_PROBABILITY)), warning_mode="never"
        )
        seconds = time.perf_counter() - start
        (scored,) = connection.execute(f"select count(*) from {pairs.physical_name}").fetchone() or (0,)
        (kept,) = connection.execute(f"select count(*) from {predicted.physical_name}").fetchone() or (0,)
    return {"seconds": seconds, "scored_pairs": scored, "kept_pairs": kept}


def _key(number: int) -> str:
    return f"block_{number}"
