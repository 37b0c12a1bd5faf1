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
import numpy as np
import pyarrow as pa

from analytics.identity.blocking import (
    RULES,
    block_number,
    large_block_examples,
    make_candidates,
    make_keys,
    report_limits,
)
from analytics.identity.changes import compare_days, find_affected, find_changed, find_unscored
from analytics.identity.comparable import make_comparable
from analytics.identity.comparisons import COMPARISONS
from analytics.identity.engine import Resources, quiet_splink, spread, workspace
from analytics.identity.features import check_rows, checked, make_features, record_hash
from analytics.identity.merging import merged
from analytics.identity.model import LinkModel
from analytics.identity.scores import make_predicted
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
# Rows in a piece of an Arrow table that a linking returns.
_BATCH = 50_000
RULE_NAMES = ", ".join(f"'{rule.name}'" for rule in RULES)


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
        run = _Run(connection, records, model, default_region)
        started = time.perf_counter()
        usable = known_pairs is not None and _is_usable(known_pairs, model)
        pairs, compared = run.since(known_pairs) if usable else run.everything(features)
        result = LinkResult(
            pairs=pairs,
            limited_blocks=_fetched(connection, "limited_block", "all", LIMITED_BLOCK_SCHEMA),
            records=compared,
            statistics={
                "records": records.num_rows,
                "candidate_pairs": run.candidate_pairs,
                "pairs": pairs.num_rows,
                "pairs_below_floor": run.candidate_pairs - pairs.num_rows,
                "limited_blocks": _count(connection, "limited_block"),
                "is_incremental": usable,
                "seconds": run.seconds,
            },
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
    told = known.records["blocks"].null_count == 0 and "candidate_pairs" in known.statistics
    return models in ([], [model.model_id]) and told


def _fetched(connection: duckdb.DuckDBPyConnection, table: str, order: str, schema: pa.Schema) -> pa.Table:
    """A table in an order, in the columns of a schema."""
    columns = ", ".join(schema.names)
    return connection.execute(f"select {columns} from {table} order by {order}").to_arrow_table(_BATCH).cast(schema)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    (rows,) = connection.execute(f"select count(*) from {table}").fetchone() or (0,)
    return int(rows)


def _registered(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table, number: str | None = None) -> None:
    """An Arrow table under a name, in batches that all cores share; its rows numbered where a column is named."""
    if number is not None:
        table = table.append_column(number, pa.array(np.arange(table.num_rows, dtype=np.int32)))
    spread(connection, name, table)


@dataclass
class _Run:
    """One linking on one connection: everything, or what changed since another."""

    connection: duckdb.DuckDBPyConnection
    records: pa.Table
    model: LinkModel
    default_region: str
    candidate_pairs: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def everything(self, features: pa.Table | None) -> tuple[pa.Table, pa.Table]:
        """All pairs (PAIR_SCHEMA) and all records (KNOWN_RECORD_SCHEMA)."""
        with self._timed("features"):
            if features is None:
                features = make_features(self.connection, self.records, default_region=self.default_region)
        with self._timed("candidates"):
            self._make_comparable(features)
            make_candidates(self.connection)
            self.connection.execute(
                """
                create temp view compared_record as
                select record_id, record_hash, blocks, refinement, is_refined
                from comparable inner join record_key on record_key.record = comparable.unique_id
                """
            )
            self.candidate_pairs = _count(self.connection, "candidate")
        with self._timed("scores"):
            self._score("candidate")
            return self._scored(), self._compared()

    def _scored(self) -> pa.Table:
        return _fetched(self.connection, "scored", "left_record_id, right_record_id", PAIR_SCHEMA)

    def _compared(self) -> pa.Table:
        return _fetched(self.connection, "compared_record", "record_id", KNOWN_RECORD_SCHEMA)

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - started

    def since(self, known: LinkResult) -> tuple[pa.Table, pa.Table]:
        """What `everything` answers. Only what is near a change is blocked again, and only pairs that were never
        scored are scored.
        """
        execute = self.connection.execute
        with self._timed("changes"):
            _registered(self.connection, "known_record", known.records, "number")
            _registered(self.connection, "known_pair", known.pairs, "pair")
            self.connection.register("known_limited_block", known.limited_blocks)
            self._hash()
            find_changed(self.connection)
        with self._timed("features"):
            self._make_comparable_of("changed", "number")
        with self._timed("candidates"):
            make_keys(self.connection, "changed_key")
            compare_days(self.connection)
            change = _count(self.connection, "candidate") - _count(self.connection, "candidate_before")
            self.candidate_pairs = int(known.statistics["candidate_pairs"]) + change
            large_block_examples(self.connection)
            find_unscored(self.connection)
        with self._timed("features"):
            self._make_comparable_of("compared", "unique_id")
        with self._timed("scores"):
            self._score("unscored")
        with self._timed("known"):
            find_affected(self.connection)
            report_limits(self.connection)
            execute("alter table limited_block rename to near_limited_block")
            execute(
                f"""
                create temp view limited_block as
                from near_limited_block
                union all
                from known_limited_block
                where {block_number("block_value", f"list_position([{RULE_NAMES}], blocking_rule) - 1")}
                    not in (from near_block)
                """
            )
            execute(
                """
                create temp view compared_record as
                select record_id, record_hash, blocks, refinement, is_refined
                from changed_key
                inner join changed on changed_key.record = changed.number
                inner join hashed using (record_id)
                """
            )
            (gone,) = execute("from gone").fetchnumpy().values()
            return (
                self._with_scored(known.pairs),
                merged(known.records.cast(KNOWN_RECORD_SCHEMA), gone, self._compared(), ("record_id",)),
            )

    def _with_scored(self, known: pa.Table) -> pa.Table:
        """Known pairs and those that were scored now: the known ones that are candidates as before, by today's rule."""
        affected, rules = self.connection.execute("select pair, rule_number from affected_pair").fetchnumpy().values()
        stays = ~np.ma.getmaskarray(rules)
        names = pa.array([rule.name for rule in RULES]).take(pa.array(np.asarray(rules[stays], dtype=np.int64)))
        known = known.select(PAIR_SCHEMA.names).cast(PAIR_SCHEMA)
        place = PAIR_SCHEMA.get_field_index("blocking_rule")
        found_anew = known.take(affected[stays]).set_column(place, PAIR_SCHEMA.field(place), names)
        new = pa.concat_tables([self._scored(), found_anew])
        return merged(known, affected, new, ("left_record_id", "right_record_id"))

    def _hash(self) -> None:
        """``hashed``: every record's hash, and its position among the given ones."""
        self.records = checked(self.records)
        _registered(self.connection, "all_record", self.records, "position")
        self.connection.execute(
            f"""
            create temp table hashed as
            select record_id, party_type, position, {record_hash(self.default_region)} as record_hash
            from all_record
            """
        )
        check_rows(self.connection, "hashed")

    def _make_comparable_of(self, table: str, number: str) -> None:
        """``comparable`` of the records in a table (record_id, position), numbered as its column says."""
        positions, numbers = (
            self.connection.execute(f"select position, {number} from {table} order by record_id").fetchnumpy().values()
        )
        records = self.records.take(pa.array(positions))
        self._make_comparable(make_features(self.connection, records, default_region=self.default_region), numbers)

    def _make_comparable(self, features: pa.Table, numbers: np.ndarray | None = None) -> None:
        model = self.model
        make_comparable(
            self.connection,
            features,
            junk=model.junk,
            frequencies=model.frequencies,
            usual_given_names=model.usual_given_names,
            numbers=numbers,
        )

    def _score(self, pairs: str) -> None:
        spread(
            self.connection,
            "blocked_pair",
            f"""
            select cast(rule_number as varchar) as match_key, record_l as join_key_l, record_r as join_key_r
            from {pairs}
            """,
        )
        _score(self.connection, self.model)


def _score(connection: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
    """The table ``scored`` from ``blocked_pair``: Splink's prediction on exactly these pairs."""
    make_predicted(connection, model)
    connection.execute(
        f"""
        create or replace temp table scored as
        select
            l.record_id as left_record_id,
            r.record_id as right_record_id,
            case when 'company' in (l.party_type, r.party_type) then case when l.party_type = r.party_type then
                'company' else 'sole_trader' end
                when 'sole_trader' in (l.party_type, r.party_type) then 'sole_trader' else 'person' end as party_type,
            [{RULE_NAMES}][cast(pair.match_key as integer) + 1] as blocking_rule,
            round(pair.match_weight, 6) as match_weight,
            round(pair.match_probability, 9) as match_probability,
            {_evidence_sql(model)} as evidence,
            l.record_hash as left_hash,
            r.record_hash as right_hash,
            '{model.model_id}' as model_id
        from predicted as pair
        inner join comparable as l on pair.unique_id_l = l.unique_id
        inner join comparable as r on pair.unique_id_r = r.unique_id
        """
    )


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
