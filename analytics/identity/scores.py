"""Splink's scores of given pairs, in two steps: how alike they are, then what that weighs."""

from __future__ import annotations

import math

import duckdb
from splink.internals.comparison_vector_values import compute_comparison_vector_values_from_id_pairs_sqls
from splink.internals.dialects import SplinkDialect
from splink.internals.predict import predict_from_comparison_vectors_sqls
from splink.internals.settings_creator import SettingsCreator

from analytics.identity.model import LinkModel

# The names that Splink's statements give each other.
_PAIRS, _LEVELS = "__splink__blocked_id_pairs", "__splink__df_comparison_vectors"


def make_predicted(connection: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
    """The table ``predicted`` from ``blocked_pair`` (match_key, join_key_l, join_key_r) and ``comparable``.

    The pairs at the model's floor or above, in Splink's columns: ``unique_id_l``, ``unique_id_r``, ``match_key``,
    ``match_weight``, ``match_probability``, and of each comparison its level (``gamma_…``) and weights (``mw_…``).
    """
    # The levels say it all: what was compared stays in its table.
    described = {**model.settings(), "retain_matching_columns": False}
    settings = SettingsCreator.from_path_or_dict(described).get_settings("duckdb")
    # Splink's own prediction is one statement. In it the engine tries a pair's weight against the floor before it
    # keeps its levels, and for that works every comparison out again wherever a weight names its level. The levels in a
    # table of their own are worked out once.
    levels = compute_comparison_vector_values_from_id_pairs_sqls(
        settings._columns_to_select_for_blocking,
        settings._columns_to_select_for_comparison_vector_values,
        input_tablename_l="comparable",
        input_tablename_r="comparable",
        source_dataset_input_column=settings.column_info_settings.source_dataset_input_column,
        unique_id_input_column=settings.column_info_settings.unique_id_input_column,
    )
    pairs = [{"output_table_name": _PAIRS, "sql": "from blocked_pair"}]
    connection.execute(f"create or replace temp table {_LEVELS} as {_statement([*pairs, *levels])}")
    weights = predict_from_comparison_vectors_sqls(
        settings.column_info_settings.unique_id_input_columns,
        settings.core_model_settings,
        SplinkDialect.from_string("duckdb"),
        threshold_match_weight=math.log2(model.floor_probability / (1 - model.floor_probability)),
        retain_intermediate_calculation_columns=True,
        # Keeps the levels beside their weights.
        training_mode=True,
    )
    connection.execute(f"create or replace temp table predicted as {_statement(weights)}")
    connection.execute(f"drop table {_LEVELS}")


def _statement(steps: list[dict[str, str]]) -> str:
    """Splink's steps as one statement: each is a select over the ones before."""
    *before, last = steps
    named = ", ".join(f"{step['output_table_name']} as ({step['sql']})" for step in before)
    return f"with {named} {last['sql']}"
