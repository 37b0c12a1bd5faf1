# ruff: noqa: E501
"""Linking: candidates by blocking, scores by Splink, the evidence of every pair field by field."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker

from analytics.identity.blocking import RULES, make_candidates
from analytics.identity.comparable import make_comparable
from analytics.identity.comparisons import COMPARISONS
from analytics.identity.engine import Resources, quiet_splink, workspace
from analytics.identity.features import make_features
from analytics.identity.model import LinkModel

logger = logging.getLogger(__name__)

PAIR_SCHEMA = pa.schema(
    [
        ("left_record_id", pa.string()),
        ("right_record_id", pa.string()),
        ("party_type", pa.string()),
        ("blocking_rule", pa.string()),
        ("match_weight", pa.float64()),
        ("match_probability", pa.float64()),
        ("evidence", pa.string()),
        ("left_hash", pa.string()),
        ("right_hash", pa.string()),
        ("model_id", pa.string()),
    ]
)
LIMITED_BLOCK_SCHEMA = pa.schema(
    [
        ("blocking_rule", pa.string()),
        ("block_value", pa.string()),
        ("record_count", pa.int64()),
        ("pairs_left_out", pa.int64()),
        ("reason", pa.string()),
    ]
)
KNOWN_RECORD_SCHEMA = pa.schema([("record_id", pa.string()), ("record_hash", pa.string())])


@dataclass(frozen=True)
class LinkResult:
    """``pairs`` (PAIR_SCHEMA) at the floor or above, in the order of their record ids; ``limited_blocks``
    (LIMITED_BLOCK_SCHEMA); ``records`` (KNOWN_RECORD_SCHEMA): what was compared; ``statistics``: counts and seconds."""

    pairs: pa.Table
    limited_blocks: pa.Table
    records: pa.Table
    statistics: dict[str, Any] = field(default_factory=dict)


def link(
    records: pa.Table,
    model: LinkModel,
    known_pairs: LinkResult | None = None,
    *,
    floor_probability: float = 0.1,
    default_region: str = "DE",
    resources: Resources | None = None,
) -> LinkResult:
    """Score every candidate pair of ``records`` (RECORD_SCHEMA) with a model.

    Pairs below ``floor_probability`` are counted in ``statistics``, not returned. ``known_pairs`` is the result of the last
    time with the same model: pairs of which neither record changed are taken from it.

    Raises ConcordError for records that can't be linked (see `prepare`).
    """
    with quiet_splink(), workspace(resources or Resources()) as connection:
        make_features(connection, records, default_region=default_region)
        make_comparable(
            connection, junk=model.junk, frequencies=model.frequencies, usual_given_names=model.usual_given_names
        )
        make_candidates(connection)
        _score(connection, model, floor_probability)
        return LinkResult(
            pairs=connection.execute("from scored order by left_record_id, right_record_id")
            .to_arrow_table()
            .cast(PAIR_SCHEMA),
            limited_blocks=connection.execute("from limited_block order by all")
            .to_arrow_table()
            .cast(LIMITED_BLOCK_SCHEMA),
            records=connection.execute("select record_id, record_hash from feature order by record_id")
            .to_arrow_table()
            .cast(KNOWN_RECORD_SCHEMA),
            statistics=_statistics(connection),
        )


def _score(connection: duckdb.DuckDBPyConnection, model: LinkModel, floor_probability: float) -> None:
    """The table ``scored`` from ``candidate``: Splink's prediction on exactly these pairs."""
    connection.execute(
        """
        create or replace temp view blocked_pair as
        select cast(rule_number as varchar) as match_key, record_l as join_key_l, record_r as join_key_r from candidate
        """
    )
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register("comparable"), model.settings(), log_level=None, validate_settings=False)
    # Splink scores a ready table of pairs instead of blocking itself; blocks are bounded by us.
    linker.table_management.register_blocked_pairs_for_predict(api.register("blocked_pair"))
    floor_weight = math.log2(floor_probability / (1 - floor_probability))
    predicted = linker.inference.predict(threshold_match_weight=floor_weight, warning_mode="never")
    rules = ", ".join(f"'{rule.name}'" for rule in RULES)
    connection.execute(
        f"""
        create or replace temp table scored as
        select
            l.record_id as left_record_id,
            r.record_id as right_record_id,
            case when 'company' in (l.party_type, r.party_type) then case when l.party_type = r.party_type then 'company' else 'sole_trader' end
                when 'sole_trader' in (l.party_type, r.party_type) then 'sole_trader' else 'person' end as party_type,
            [{rules}][cast(pair.match_key as integer) + 1] as blocking_rule,
            round(pair.match_weight, 6) as match_weight,
            round(pair.match_probability, 9) as match_probability,
            {_evidence_sql(model)} as evidence,
            l.record_hash as left_hash,
            r.record_hash as right_hash,
            '{model.model_id}' as model_id
        from {predicted.physical_name} as pair
        inner join comparable as l on pair.unique_id_l = l.unique_id
        inner join comparable as r on pair.unique_id_r = r.unique_id
        """
    )
    predicted.drop_table_from_database_and_remove_from_cache()


def _evidence_sql(model: LinkModel) -> str:
    """JSON text: field → level and weight, for the fields that say something; the weights add up to the match weight."""
    prior = math.log2(model.match_share / (1 - model.match_share))
    parts = [f"""'"prior": {{"level": "any two records", "weight": {prior:.3f}}}'"""]
    for comparison in COMPARISONS:
        name = comparison.name
        # Splink numbers the levels from the last to the first.
        labels = ", ".join("'" + level.label.replace("'", "''") + "'" for level in reversed(comparison.levels))
        weight = f"pair.mw_{name}"
        if any(level.frequency for level in comparison.levels):
            weight += f" + pair.mw_tf_adj_{name}"
        parts.append(
            f"""case when pair.gamma_{name} >= 0 then '"{name}": {{"level": "' || [{labels}][pair.gamma_{name} + 1]"""
            f""" || '", "weight": ' || cast(round({weight}, 3) as varchar) || '}}' end"""
        )
    return "'{' || concat_ws(', ', " + ", ".join(parts) + ") || '}'"


def _statistics(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    (candidates, pairs, records, limited) = connection.execute(
        """
        select (select count(*) from candidate), (select count(*) from scored), (select count(*) from feature),
            (select count(*) from limited_block)
        """
    ).fetchone() or (0, 0, 0, 0)
    return {
        "records": records,
        "candidate_pairs": candidates,
        "pairs": pairs,
        "pairs_below_floor": candidates - pairs,
        "limited_blocks": limited,
    }
