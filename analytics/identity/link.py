"""Linking: candidates by blocking, scores by Splink, the evidence of every pair field by field."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker

from analytics.identity.blocking import (
    HOUSEHOLD_RULE,
    RULES,
    large_block_examples,
    make_candidates,
    make_keys,
    pair_members,
    place_members,
    report_limits,
)
from analytics.identity.comparable import make_comparable
from analytics.identity.comparisons import COMPARISONS
from analytics.identity.engine import Resources, quiet_splink, workspace
from analytics.identity.features import check_rows, checked, make_features, record_hash
from analytics.identity.model import LinkModel
from concord.errors import ConcordError

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
# What a later run needs of a record to know which pairs were compared without looking at it again.
KNOWN_RECORD_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("record_hash", pa.string()),
        ("blocks", pa.list_(pa.uint64())),
        ("refinement", pa.uint64()),
        ("is_refined", pa.bool_()),
    ]
)


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
    features: pa.Table | None = None,
    default_region: str = "DE",
    resources: Resources | None = None,
) -> LinkResult:
    """Score every candidate pair of ``records`` (RECORD_SCHEMA) with a model.

    Pairs below the model's floor are counted in ``statistics``, not returned. ``known_pairs`` is the result of the last
    time: records that didn't change since, nor anybody of their household, are looked at again only to compare them
    with those that did, and the result is that of a run without it. A result of another model, or without its keys, is
    not used.
    ``features``: what `prepare` made of these very records, when they are there already; a run that takes over
    known pairs makes the few that it needs.

    Raises ConcordError for records that can't be linked (see `prepare`), or features of others.
    """
    if features is not None and features.num_rows != records.num_rows:
        raise ConcordError(f"features of {features.num_rows} records given for {records.num_rows} to link")
    with quiet_splink(), workspace(resources or Resources()) as connection:
        run = _Run(connection, checked(records), model, default_region)
        started = time.perf_counter()
        usable = known_pairs is not None and _is_usable(known_pairs, model)
        if usable:
            run.since(known_pairs)
        else:
            run.everything(features)
        result = LinkResult(
            pairs=connection.execute("from scored order by left_record_id, right_record_id")
            .to_arrow_table()
            .cast(PAIR_SCHEMA),
            limited_blocks=connection.execute("from limited_block order by all")
            .to_arrow_table()
            .cast(LIMITED_BLOCK_SCHEMA),
            records=connection.execute(
                """
                select record_id, record_hash, blocks, refinement, is_refined
                from hashed inner join record_key on record_key.record = hashed.unique_id
                order by record_id
                """
            )
            .to_arrow_table()
            .cast(KNOWN_RECORD_SCHEMA),
            statistics=_statistics(connection) | {"is_incremental": usable, "seconds": run.seconds},
        )
        logger.info(
            "identity: %d records, %d candidate pairs, %d kept, in %.1f s",
            result.records.num_rows,
            result.statistics["candidate_pairs"],
            result.pairs.num_rows,
            time.perf_counter() - started,
        )
        return result


def _is_usable(known: LinkResult, model: LinkModel) -> bool:
    """Whether an earlier result is this model's, and tells what was compared."""
    if known.records.num_rows == 0 or known.records.schema.names != KNOWN_RECORD_SCHEMA.names:
        return False
    models = known.pairs["model_id"].unique().to_pylist()
    return models in ([], [model.model_id]) and known.records["blocks"].null_count == 0


@dataclass(frozen=True)
class _Run:
    """One linking on one connection: everything, or what changed since another."""

    connection: duckdb.DuckDBPyConnection
    records: pa.Table
    model: LinkModel
    default_region: str
    seconds: dict[str, float] = field(default_factory=dict)

    def everything(self, features: pa.Table | None) -> None:
        with self._timed("features"):
            if features is None:
                make_features(self.connection, self.records, default_region=self.default_region)
            else:
                self.connection.register("feature", features)
        with self._timed("candidates"):
            self.connection.execute(
                """
                create temp table hashed as
                select
                    record_id, party_type, record_hash,
                    cast(row_number() over (order by record_id nulls last) as integer) as unique_id
                from feature
                """
            )
            self.connection.execute("create temp table record_number as select record_id, unique_id from hashed")
            self._make_comparable()
            make_candidates(self.connection)
        with self._timed("scores"):
            self._score_candidates("from candidate")

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - started

    def since(self, known: LinkResult) -> None:
        """Keys of what changed are made anew, all others are known; then only pairs that were never scored are."""
        execute = self.connection.execute
        with self._timed("features"):
            self._hash()
        self.connection.register("known_record", known.records)
        self.connection.register("known_pair", known.pairs)
        execute(
            "create temp table changed as select record_id, unique_id from hashed anti join known_record using"
            " (record_id, record_hash)"
        )
        execute(
            "create temp table gone as select blocks, refinement, is_refined from known_record anti join hashed"
            " using (record_id, record_hash)"
        )
        with self._timed("features"):
            self._compare_ready(self._only("changed"))
        make_keys(self.connection, "changed_key")
        execute(
            """
            create temp table record_key as
            from changed_key
            union all
            select hashed.unique_id as record, blocks, refinement, is_refined
            from hashed inner join known_record using (record_id, record_hash)
            """
        )
        execute(
            """
            create temp table key_change as
            select block, case when is_refined then hash(block, refinement) end as part, difference
            from (
                select unnest(blocks) as block, refinement, is_refined, 1 as difference from changed_key
                union all
                select unnest(blocks) as block, refinement, is_refined, -1 as difference from gone
            )
            """
        )
        # A record says something else when its household does.
        execute(
            f"""
            create temp table household as
            select record, unnest(list_filter(blocks, lambda b: b % {len(RULES)} = {HOUSEHOLD_RULE})) as home
            from record_key
            """
        )
        execute(
            f"""
            create temp table touched as
            select unique_id from changed
            union
            select record from household
            where home in (select block from key_change where block % {len(RULES)} = {HOUSEHOLD_RULE})
            """
        )
        with self._timed("candidates"):
            place_members(self.connection, changed=True)
            pair_members(self.connection)
        execute(
            """
            create temp table known_score as
            select candidate.record_l, candidate.record_r, candidate.rule_number, known_pair.*
            from known_pair
            inner join hashed as l on known_pair.left_record_id = l.record_id and known_pair.left_hash = l.record_hash
            inner join hashed as r on known_pair.right_record_id = r.record_id and known_pair.right_hash = r.record_hash
            inner join candidate on candidate.record_l = l.unique_id and candidate.record_r = r.unique_id
            where candidate.record_l not in (from touched) and candidate.record_r not in (from touched)
            """
        )
        execute(
            """
            create temp table unscored as
            select candidate.*
            from candidate anti join known_score using (record_l, record_r)
            where not is_stable or record_l in (from touched) or record_r in (from touched)
            """
        )
        large_block_examples(self.connection)
        execute(
            """
            create temp table needed as
            with compared as (
                select record_l as unique_id from unscored union select record_r from unscored
            )
            select record_id from hashed
            where unique_id in (
                from compared
                union all
                from block_example
                union all
                select record from household
                where home in (select home from household where record in (from compared))
            )
            """
        )
        with self._timed("features"):
            self._compare_ready(self._only("needed"))
        report_limits(self.connection)
        with self._timed("scores"):
            self._score_candidates("from unscored")
        rules = ", ".join(f"'{rule.name}'" for rule in RULES)
        execute(
            f"""
            insert into scored by name
            select known_score.* exclude (record_l, record_r, rule_number) replace ([{rules}][rule_number + 1] as
                blocking_rule)
            from known_score
            """
        )

    def _hash(self) -> None:
        """``hashed``: every record's number and hash; ``record_number`` for the comparisons."""
        self.connection.register("all_record", self.records)
        self.connection.execute(
            f"""
            create temp table hashed as
            select
                record_id, party_type, cast(row_number() over (order by record_id nulls last) as integer) as unique_id,
                {record_hash(self.default_region)} as record_hash
            from all_record
            """
        )
        check_rows(self.connection, "hashed")
        self.connection.execute("create temp table record_number as select record_id, unique_id from hashed")

    def _only(self, table: str) -> pa.Table:
        return self.connection.execute(f"select * from all_record semi join {table} using (record_id)").to_arrow_table()

    def _compare_ready(self, records: pa.Table) -> None:
        make_features(self.connection, records, default_region=self.default_region)
        self._make_comparable()

    def _make_comparable(self) -> None:
        model = self.model
        make_comparable(
            self.connection, junk=model.junk, frequencies=model.frequencies, usual_given_names=model.usual_given_names
        )

    def _score_candidates(self, pairs: str) -> None:
        self.connection.execute(
            f"""
            create or replace temp view blocked_pair as
            select cast(rule_number as varchar) as match_key, record_l as join_key_l, record_r as join_key_r from
                ({pairs})
            """
        )
        _score(self.connection, self.model)


def _score(connection: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
    """The table ``scored`` from ``blocked_pair``: Splink's prediction on exactly these pairs."""
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register("comparable"), model.settings(), log_level=None, validate_settings=False)
    # Splink scores a ready table of pairs instead of blocking itself; blocks are bounded by us.
    linker.table_management.register_blocked_pairs_for_predict(api.register("blocked_pair"))
    floor_weight = math.log2(model.floor_probability / (1 - model.floor_probability))
    predicted = linker.inference.predict(threshold_match_weight=floor_weight, warning_mode="never")
    rules = ", ".join(f"'{rule.name}'" for rule in RULES)
    connection.execute(
        f"""
        create or replace temp table scored as
        select
            l.record_id as left_record_id,
            r.record_id as right_record_id,
            case when 'company' in (l.party_type, r.party_type) then case when l.party_type = r.party_type then
                'company' else 'sole_trader' end
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
    """JSON text: field → level and weight, for the fields that say something; the weights add up to the match
    weight.
    """
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
        select (select count(*) from candidate), (select count(*) from scored), (select count(*) from hashed),
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
