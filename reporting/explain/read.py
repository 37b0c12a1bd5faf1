"""Reads the explanation of one thing from one published snapshot.

Whoever may read the lake can explain it, and gets the same answer for as long as the snapshot is kept. Nothing is
decided here.
"""

from __future__ import annotations

from contextlib import closing

import duckdb

from concord.errors import ConcordError
from concord.published import connect_reader, current_snapshot
from concord.settings import Settings
from reporting.explain.entities import ENTITIES
from reporting.explain.explanation import Explanation
from reporting.explain.find import find_record, resolve
from reporting.explain.history import read_forwarded, read_history
from reporting.explain.links import read_decisions, read_links
from reporting.explain.records import read_former_records, read_records
from reporting.explain.values import read_values


def read_explanation(
    settings: Settings,
    entity: str | None = None,
    entity_id: str | None = None,
    *,
    record_id: str | None = None,
    snapshot: int | None = None,
) -> Explanation:
    """Explain the thing with this ID, past or present, or the one that this source record is.

    entity: one of ENTITIES; None finds it by the ID. record_id: '<system>:<entity>:<key>', instead of the ID.
    Raises ConcordError when nothing is published, the ID or record is unknown, or the lake is older than identities.
    """
    if entity is not None and entity not in ENTITIES:
        raise ConcordError(f"there is nothing to explain about a '{entity}'", hint=f"one of {', '.join(ENTITIES)}")
    if (entity_id is None) == (record_id is None):
        raise ConcordError("give either an ID or --record", hint="concord explain customer <id>")
    with closing(connect_reader(settings, snapshot)) as lake:
        snapshot = current_snapshot(lake)
    # Pinned: a publication meanwhile must not mix two states in one answer.
    with closing(connect_reader(settings, snapshot)) as lake:
        try:
            return _read(lake, snapshot, entity, entity_id, record_id)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise ConcordError(
                f"the published lake lacks what an explanation needs: {str(error).splitlines()[0]}",
                hint="run 'concord build'",
            ) from error


def _read(
    lake: duckdb.DuckDBPyConnection, snapshot: int, entity: str | None, entity_id: str | None, record_id: str | None
) -> Explanation:
    asked = record_id or entity_id or ""
    if record_id is not None:
        entity, entity_id = find_record(lake, entity, record_id)
    entity, resolved_id = resolve(lake, entity, entity_id or "")
    thing = Explanation(entity, asked, resolved_id, None, snapshot)
    thing.forwarded = read_forwarded(lake, entity, entity_id or "", resolved_id)
    thing.history = read_history(lake, entity, resolved_id)
    thing.records = read_records(lake, entity, resolved_id)
    thing.former_records = read_former_records(lake, entity, resolved_id)
    thing.links = read_links(lake, entity, resolved_id)
    thing.decisions = read_decisions(lake, entity, resolved_id)
    thing.name, thing.values = read_values(lake, entity, resolved_id)
    if thing.name is None and thing.records:
        # An object that only alarms name has records, and no golden row.
        thing.name = thing.records[0].name
    return thing
