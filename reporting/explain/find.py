"""Finds the thing that is asked for: by a source record, or by an ID of any time."""

from __future__ import annotations

import duckdb

from concord.errors import ConcordError
from reporting.data import read_rows
from reporting.explain.entities import ENTITIES


def find_record(lake: duckdb.DuckDBPyConnection, entity: str | None, record_id: str) -> tuple[str, str]:
    """Entity and ID of a source record, the last ID if it is gone. A customer first, then along the chain.

    Raises ConcordError when the record is unknown, or one of another entity.
    """
    found = {
        row["entity"]: row["entity_id"]
        for row in read_rows(
            lake,
            "select entity, entity_id from core.bridge_identity_record where record_id = ? order by revision",
            [record_id],
        )
    }
    for name in [entity] if entity else ENTITIES:
        if name in found:
            return name, found[name]
    if found:
        raise ConcordError(f"{record_id} is no {_words(entity)} record", hint=f"it is one of: {', '.join(found)}")
    like = read_rows(
        lake,
        "select distinct record_id from core.dim_source_record where source_key = ? and entity = coalesce(?, entity)"
        " order by record_id limit 5",
        [record_id.rsplit(":", 1)[-1], entity],
    )
    raise ConcordError(
        f"no system has, or ever had, a record {record_id}",
        hint="is it " + " or ".join(row["record_id"] for row in like) + "?"
        if like
        else "a record is named <system>:<entity>:<key>, for example billing:account:A000123",
    )


def resolve(lake: duckdb.DuckDBPyConnection, entity: str | None, entity_id: str) -> tuple[str, str]:
    """Entity, and the ID that an ID of any time leads to today: itself while it is live or retired.

    Raises ConcordError when the ID is unknown, or one of another entity.
    """
    found = read_rows(
        lake,
        "select entity, resolved_id from core.dim_identity where entity_id = ? and is_current order by entity",
        [entity_id],
    )
    for row in found:
        if entity in (None, row["entity"]):
            return row["entity"], row["resolved_id"]
    if found:
        other = found[0]["entity"]
        raise ConcordError(f"{entity_id} is no {_words(entity)}", hint=f"concord explain {other} {entity_id}")
    hint = "ask by a source record (--record billing:account:A000123), or look the name up in marts_care.customer_360"
    if ":" in entity_id:
        hint = f"a source record is asked for with --record {entity_id}"
    kind = f"no {_words(entity)}" if entity else "nothing"
    raise ConcordError(f"{kind} has, or ever had, the ID {entity_id}", hint=hint)


def _words(name: str | None) -> str:
    return (name or "thing").replace("_", " ")
