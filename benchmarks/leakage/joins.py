"""What the controls are held against: DuckDB joins the two event tables, and does nothing else."""

from __future__ import annotations

import time

from concord.engine import connect

_JOIN = """
    from core.fct_rated_usage as rated_usage
    left join core.fct_usage as usage_event on rated_usage.event_reference = usage_event.event_reference
"""


def bare_join(workspace: str, memory_limit: str) -> dict[str, float]:
    """Seconds of the join: ``seconds`` with its rows written to a table, ``counted`` with its rows only counted."""
    with connect(workspace) as connection:
        connection.execute(f"set memory_limit = '{memory_limit}'")
        connection.execute("create schema if not exists benchmark")
        start = time.perf_counter()
        connection.execute(
            f"""
            create or replace table benchmark.joined as
            select rated_usage.*, usage_event.zone as event_zone, usage_event.quantity as event_quantity,
                usage_event.started_at as event_started_at, usage_event.usage_type as event_usage_type
            {_JOIN}
            """
        )
        written = time.perf_counter() - start
        connection.execute("drop table benchmark.joined")
        start = time.perf_counter()
        connection.execute(f"select count(*), sum(rated_usage.amount), sum(usage_event.quantity) {_JOIN}").fetchone()
        counted = time.perf_counter() - start
    return {"seconds": written, "counted": counted}
