"""What happened to an ID: minted, split, merged, and what it leads to today."""

from __future__ import annotations

import duckdb

from reporting.data import Row, read_rows
from reporting.explain.explanation import Event
from reporting.explain.links import read_evidence

_EVENTS = """
    select entity_id, reason, valid_from, successor_id, origin_id, minted_from_record_id
    from core.dim_identity
    where entity = $entity and {condition}
    order by revision, entity_id
"""


def read_forwarded(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str, resolved_id: str) -> list[Event]:
    """The way from an ID to what it leads to today: one event per merge."""
    way: list[Event] = []
    while entity_id != resolved_id and entity_id not in [event.entity_id for event in way]:
        merges = read_rows(
            lake,
            _EVENTS.format(condition="entity_id = $id and reason = 'merged'"),
            {"entity": entity, "id": entity_id},
        )
        if not merges:
            break
        way.append(_event(lake, entity, merges[-1]))
        entity_id = merges[-1]["successor_id"]
    return way


def read_history(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> list[Event]:
    """What happened to the ID, which others were merged into it, and which were split off it; oldest first."""
    rows = read_rows(
        lake,
        _EVENTS.format(condition="(entity_id = $id or successor_id = $id or (origin_id = $id and reason = 'split'))"),
        {"entity": entity, "id": entity_id},
    )
    return [_event(lake, entity, row) for row in rows]


def _event(lake: duckdb.DuckDBPyConnection, entity: str, row: Row) -> Event:
    happened = row["reason"]
    merged = happened == "merged" and row["successor_id"] is not None
    return Event(
        entity_id=row["entity_id"],
        happened=happened,
        at=row["valid_from"],
        other_id=row["successor_id"] if merged else row["origin_id"] if happened == "split" else None,
        because=_why_merged(lake, entity, row["entity_id"], row["successor_id"]) if merged else None,
        record_id=row["minted_from_record_id"] if happened == "minted" else None,
    )


def _why_merged(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str, successor_id: str) -> str | None:
    """The strongest link of today between a record that once had the ID and another record of its successor."""
    links = read_rows(
        lake,
        """
        with former as (
            select distinct record_id from core.bridge_identity_record where entity = $entity and entity_id = $old
        )
        select
            link.left_record_id, link.right_record_id, link.evidence, link.match_weight,
            coalesce(rule.description, link.rule) as says
        from core.fct_identity_link as link
        left join core.dim_identity_rule as rule on link.entity = rule.entity and link.rule = rule.rule
        where link.entity = $entity and link.is_accepted and link.left_entity_id = link.right_entity_id
            and (link.left_record_id in (from former)) <> (link.right_record_id in (from former))
            and link.left_entity_id = (
                select any_value(resolved_id) from core.dim_identity where entity = $entity and entity_id = $new
            )
        order by link.rank, link.score desc, link.link_id
        limit 1
        """,
        {"entity": entity, "old": entity_id, "new": successor_id},
    )
    if not links:
        return None
    link = links[0]
    told = {each.field: each.value for each in read_evidence(link["evidence"])}
    who = f" ({told['decided_by']}: {told.get('reason')})" if told.get("decided_by") else ""
    bits = "" if link["match_weight"] is None else f" ({link['match_weight']:+.1f} bits)"
    return f"{link['left_record_id']} and {link['right_record_id']}: {link['says']}{who}{bits}"
