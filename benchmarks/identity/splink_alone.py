"""Splink by itself: an ordinary script that trains, blocks and predicts, on the records that the linker links.

Splink gets for nothing what it can't make: the linker's comparison features, and for each record the values of the
blocking rules, so that its own rules are plain equalities and bring forth the same pairs. It trains with the linker's
comparisons, priors and training blocks, and on as many pairs. It predicts with the linker's trained weights, so that
both sides keep the same pairs; that its own would be others changes nothing in its time.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import polars as pl
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException

from analytics.identity import text
from analytics.identity.blocking import RULES, make_members
from analytics.identity.comparable import make_comparable
from analytics.identity.engine import Resources, quiet_splink, workspace
from analytics.identity.features import make_features
from analytics.identity.model import MOST_RANDOM_PAIRS, MOST_TRAINING_PAIRS, LinkModel
from analytics.identity.parameters import prior_parameters, splink_settings
from analytics.identity.training import EXACT_RULES, EXACT_RULES_RECALL, TRAINING_BLOCKS
from benchmarks.identity.records import to_arrow

_SEED = 1


def prepare(folder: str) -> dict[str, Any]:
    """Write ``<folder>/comparable.parquet`` from records.parquet and model.json. To be run in a process of its own."""
    place = Path(folder)
    model = _model(place)
    with workspace(Resources()) as connection:
        features = make_features(connection, to_arrow(pl.read_parquet(place / "records.parquet")), default_region="DE")
        make_comparable(
            connection,
            features,
            junk=model.junk,
            frequencies=model.frequencies,
            usual_given_names=model.usual_given_names,
        )
        make_members(connection)
        _make_columns(connection)
        connection.execute(f"copy blocked to '{place / 'comparable.parquet'}'")
    return {}


def measure(folder: str) -> dict[str, Any]:
    """Let Splink train, block and predict. To be run in a process of its own."""
    place = Path(folder)
    model = _model(place)
    with quiet_splink(), workspace(Resources()) as connection:
        text.install(connection)
        connection.execute(f"create temp table comparable as from '{place / 'comparable.parquet'}'")
        start = time.perf_counter()
        _train(connection, model)
        trained = time.perf_counter()
        settings = {**model.settings(), "blocking_rules_to_generate_predictions": _rules()}
        linker = Linker(
            DuckDBAPI(connection=connection).register("comparable"), settings, log_level=None, validate_settings=False
        )
        pairs = linker.inference.compute_blocked_pairs_for_predict()
        floor_weight = math.log2(model.floor_probability / (1 - model.floor_probability))
        predicted = linker.inference.predict(threshold_match_weight=floor_weight, warning_mode="never")
        predicted_at = time.perf_counter()
        (scored,) = connection.execute(f"select count(*) from {pairs.physical_name}").fetchone() or (0,)
        (kept,) = connection.execute(f"select count(*) from {predicted.physical_name}").fetchone() or (0,)
    return {
        "seconds": predicted_at - start,
        "train_seconds": trained - start,
        "pairs_seconds": predicted_at - trained,
        "scored_pairs": scored,
        "kept_pairs": kept,
    }


def _train(connection: Any, model: LinkModel) -> None:
    """As Splink's documentation does it: the share of matches, u by random pairs, m by one block after another."""
    people_share = bool(model.training["people_share"])
    settings = splink_settings(
        model.match_share,
        prior_parameters(model.match_share, people_share),
        for_training=True,
        people_share=people_share,
    )
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register("comparable"), settings, log_level=None, validate_settings=False)
    linker.training.estimate_probability_two_random_records_match(
        [_equal(columns) for columns in EXACT_RULES], recall=EXACT_RULES_RECALL
    )
    linker.training.estimate_u_using_random_sampling(
        max_pairs=MOST_RANDOM_PAIRS, seed=_SEED, min_count_per_level=None, num_chunks=1
    )
    for block in TRAINING_BLOCKS:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                _equal(block.columns), estimate_without_term_frequencies=True, max_pairs=MOST_TRAINING_PAIRS
            )
        except EMTrainingException:
            continue  # nobody fills these columns in


def _equal(columns: tuple[str, ...]) -> str:
    return " and ".join(f"l.{column} = r.{column}" for column in columns)


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
