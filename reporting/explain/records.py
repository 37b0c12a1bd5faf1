"""The source records of a thing, those of today and those of the past."""

from __future__ import annotations

import duckdb

from reporting.data import read_rows
from reporting.explain.explanation import FormerRecord, Record


def read_records(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> list[Record]:
    rows = read_rows(
        lake,
        """
        select
            record.record_id, record.system, record.source_entity, record.source_key, record.label as name,
            record.status, record.known_since_at, record.is_live, stay.valid_from as member_since,
            stay.reason as member_because
        from core.dim_source_record as record
        left join core.bridge_identity_record as stay
            on record.entity = stay.entity and record.record_id = stay.record_id and stay.is_current
        where record.entity = ? and record.entity_id = ?
        order by record.system, record.source_entity, record.source_key
        """,
        [entity, entity_id],
    )
    return [Record(**row) for row in rows]


def read_former_records(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> list[FormerRecord]:
    rows = read_rows(
        lake,
        """
        select
            stay.record_id, max(stay.valid_from) as since, max(stay.valid_to) as until,
            any_value(today.entity_id) as now_id
        from core.bridge_identity_record as stay
        left join core.bridge_identity_record as today
            on stay.entity = today.entity and stay.record_id = today.record_id and today.is_current
        where stay.entity = ? and stay.entity_id = ? and not stay.is_current
        group by stay.record_id
        having any_value(today.entity_id) is distinct from ?
        order by until, stay.record_id
        """,
        [entity, entity_id, entity_id],
    )
    return [FormerRecord(**row) for row in rows]
