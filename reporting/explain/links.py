"""The links of a thing's records with their evidence, and what stewards decided about them."""

from __future__ import annotations

import json

import duckdb

from reporting.data import read_rows
from reporting.explain.explanation import Decision, Evidence, Link, Verdict


def read_links(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> list[Link]:
    """Every link of the thing's records: accepted ones first, then the likeliest."""
    rows = read_rows(
        lake,
        """
        select
            link.left_record_id, link.right_record_id, link.method, link.rule, rule.description as says, link.score,
            link.match_weight, link.is_accepted, link.is_uncertain, link.rejection_reason as reason, link.evidence,
            case
                when not link.is_same_entity and link.left_entity_id = $id then link.right_entity_id
                when not link.is_same_entity then link.left_entity_id
            end as other_id,
            case
                when not link.is_same_entity and link.left_entity_id = $id then right_record.label
                when not link.is_same_entity then left_record.label
            end as other_name
        from core.fct_identity_link as link
        inner join core.dim_source_record as left_record
            on link.entity = left_record.entity and link.left_record_id = left_record.record_id
        inner join core.dim_source_record as right_record
            on link.entity = right_record.entity and link.right_record_id = right_record.record_id
        left join core.dim_identity_rule as rule on link.entity = rule.entity and link.rule = rule.rule
        where link.entity = $entity and (link.left_entity_id = $id or link.right_entity_id = $id)
        order by
            link.is_accepted desc, link.is_uncertain desc, link.rank, link.score desc, link.left_record_id,
            link.right_record_id, link.rule
        """,
        {"entity": entity, "id": entity_id},
    )
    links = []
    for row in rows:
        verdict: Verdict = "rejected"
        if row.pop("is_uncertain"):
            verdict = "uncertain"
        if row.pop("is_accepted"):
            verdict = "accepted"
        links.append(Link(**{**row, "verdict": verdict, "evidence": read_evidence(row["evidence"])}))
    return links


def read_evidence(text: str | None) -> list[Evidence]:
    """A link's evidence, field by field; what could not be compared is left out.

    A comparison gives per field an object with level and weight, a rule whether the field agrees, or its value.
    """
    found = []
    for name, value in (json.loads(text) if text else {}).items():
        if isinstance(value, dict):
            weight = value.get("weight")
            found.append(Evidence(name, level=value.get("level"), weight=None if weight is None else float(weight)))
        elif isinstance(value, bool):
            found.append(Evidence(name, agrees=value))
        elif value is not None:
            found.append(Evidence(name, value=str(value)))
    return found


def read_decisions(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> list[Decision]:
    rows = read_rows(
        lake,
        "select decision, left_record_id, right_record_id, decided_by, decided_at, reason, outcome, outcome_reason"
        " from core.fct_identity_decision where entity = ? and ? in (left_entity_id, right_entity_id)"
        " order by decided_at, left_record_id, right_record_id",
        [entity, entity_id],
    )
    return [Decision(**row) for row in rows]
