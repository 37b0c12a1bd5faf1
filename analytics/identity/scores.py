"""Splink's scores of given pairs, in two steps: how alike they are, then what that weighs."""

from __future__ import annotations

import math

import duckdb
from splink.internals.dialects import SplinkDialect
from splink.internals.predict import predict_from_comparison_vectors_sqls
from splink.internals.settings_creator import SettingsCreator

from analytics.identity.comparisons import FREQUENCY_COLUMNS
from analytics.identity.engine import spread
from analytics.identity.levels import levels_sql
from analytics.identity.model import LinkModel

# The name by which Splink's statements know the levels.
_LEVELS = "__splink__df_comparison_vectors"


def make_predicted(connection: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
    """The view ``predicted`` from ``blocked_pair`` (match_key, join_key_l, join_key_r) and ``comparable``.

    The pairs at the model's floor or above, in Splink's columns: ``unique_id_l``, ``unique_id_r``, ``match_key``,
    ``match_weight``, ``match_probability``, and of each comparison its level (``gamma_…``) and weights (``mw_…``).
    """
    settings = SettingsCreator.from_path_or_dict(model.settings()).get_settings("duckdb")
    # Splink's own prediction is one statement. In it the engine tries a pair's weight against the floor before it
    # keeps its levels, and for that works every comparison out again wherever a weight names its level. The levels in a
    # table of their own are worked out once.
    frequencies = [f"{side}.tf_{name} as tf_{name}_{side}" for name in FREQUENCY_COLUMNS for side in "lr"]
    levels = levels_sql(
        "blocked_pair inner join comparable as l on join_key_l = l.unique_id"
        " inner join comparable as r on join_key_r = r.unique_id",
        "l.unique_id as unique_id_l",
        "r.unique_id as unique_id_r",
        "match_key as match_key",
        *frequencies,
    )
    spread(connection, _LEVELS, levels)
    weights = predict_from_comparison_vectors_sqls(
        settings.column_info_settings.unique_id_input_columns,
        settings.core_model_settings,
        SplinkDialect.from_string("duckdb"),
        threshold_match_weight=math.log2(model.floor_probability / (1 - model.floor_probability)),
        retain_intermediate_calculation_columns=True,
        # Keeps the levels beside their weights.
        training_mode=True,
    )
    connection.execute(f"create or replace temp view predicted as {_statement(weights)}")


def _statement(steps: list[dict[str, str]]) -> str:
    """Splink's steps as one statement: each is a select over the ones before."""
    *before, last = steps
    named = ", ".join(f"{step['output_table_name']} as ({step['sql']})" for step in before)
    return f"with {named} {last['sql']}"
