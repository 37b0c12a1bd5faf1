"""The counts of network elements, checked against the records that mediation has and against the ledger."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from seeds.operator.generate import generate

_OUTCOME = """
    select element.recording_entity, element.period_start_at::date as utc_day,
        sum(records_written - unsuccessful_records - test_records) as written, any_value(there.records) as there
    from counted as element left join (
        select recording_entity, day, count(*) as records from seen group by all
    ) as there on element.recording_entity = there.recording_entity and element.period_start_at::date = there.day
    group by all"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    folder: Path = tmp_path_factory.mktemp("operator")
    generate(folder, customers=600, events=48_000, seed=12)
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    systems = folder / "systems"
    connection.execute(f"create view event as select * from '{systems}/usage/usage_event.parquet'")
    connection.execute(f"create view reject as select * from '{systems}/usage/usage_reject.parquet'")
    connection.execute(f"create view report as select * from '{systems}/record_counts/record_count.parquet'")
    connection.execute("create view counted as select * from report where file_sequence = 1")
    # What is there once, by its number: of mediation's records, and of those that it rejected.
    connection.execute(
        """create table seen as
        select recording_entity, local_sequence_number as number, min(started_at)::date as day
        from event where recording_entity is not null
        group by recording_entity, local_sequence_number, started_at
        union
        select split_part(original_record, ';', 15), split_part(original_record, ';', 16)::bigint,
            try_cast(split_part(original_record, ';', 8) as timestamptz)::date
        from reject where split_part(original_record, ';', 15) <> ''"""
    )
    connection.execute(
        f"""create table ledger as select *, json_extract_string(subject, '$."record_counts.element"') as element
        from '{folder / "ledger.parquet"}' where control_id = 'U1'"""
    )
    return connection


def one(database: duckdb.DuckDBPyConnection, query: str):
    return database.sql(query).fetchone()[0]


def test_own_elements_number_each_record_once(database: duckdb.DuckDBPyConnection) -> None:
    assert one(database, "select count(*) from event where recording_entity is not null") > 40_000
    half = "(recording_entity is null) <> (local_sequence_number is null)"
    assert one(database, f"select count(*) from event where {half}") == 0
    different = one(
        database,
        """select count(*) from (
            select recording_entity, local_sequence_number, started_at from event
            where recording_entity is not null group by all
            having count(distinct (served_number, usage_type, duration_seconds, uplink_bytes, downlink_bytes)) > 1)""",
    )
    assert different == 0


def test_what_visited_networks_recorded_has_no_element_of_ours(database: duckdb.DuckDBPyConnection) -> None:
    assert one(database, "select count(*) from event where zone = 'eu_roaming' and recording_entity is not null") == 0


def test_numbers_run_on_from_hour_to_hour(database: duckdb.DuckDBPyConnection) -> None:
    """They begin anew where an element was restarted or replaced, and nowhere else."""
    begun = one(
        database,
        """select count(*) from counted where first_local_sequence_number - 1 not in (
            select other.last_local_sequence_number from counted as other
            where other.recording_entity = counted.recording_entity)""",
    )
    roles = "('lost_at_restart', 'counter_reset', 'element_replaced')"
    planted = one(database, f"select count(*) from ledger where fault_type in {roles}")
    # Each element begins once by itself.
    assert begun == planted + one(database, "select count(distinct recording_entity) from counted")


def test_hundreds_of_records_are_missing_where_the_ledger_says_so(database: duckdb.DuckDBPyConnection) -> None:
    faults = database.sql("select element, period_start from ledger where kind = 'fault'").fetchall()
    assert len(faults) >= 6
    lacking = database.sql(
        f"select recording_entity, utc_day, written - coalesce(there, 0) as missing from ({_OUTCOME})"
    ).fetchall()
    missing = {(element, day): count for element, day, count in lacking}
    assert all(missing[fault] >= 300 for fault in faults)


def test_nothing_else_is_missing_but_single_records(database: duckdb.DuckDBPyConnection) -> None:
    lacking = "kind = 'fault' or fault_type in ('on_its_way', 'counted_too_much')"
    named = f"select element, period_start from ledger where {lacking}"
    rest = database.sql(
        f"""select recording_entity, utc_day, written - coalesce(there, 0) from ({_OUTCOME})
        where (recording_entity, utc_day) not in ({named}) and abs(written - coalesce(there, 0)) > 20"""
    ).fetchall()
    assert rest == []
