"""Publication: what changes is written, the rest is left, and every state can be read again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars
import pytest

from concord.errors import ConcordError
from concord.lake import fingerprint
from concord.lake.lock import publisher_lock
from concord.published import connect_reader, expire, last_publication, publish
from tests.concord.lakes import build, build_first, read, settings_in


def data_files(settings, table: str) -> set[str]:
    return {file.name for file in Path(settings.published_data).glob(f"**/{table}/**/*.parquet")}


def test_nothing_is_published_at_first(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert last_publication(settings) is None
    with pytest.raises(ConcordError, match="nothing has been published yet"):
        connect_reader(settings)
    with pytest.raises(ConcordError, match="no build has run yet"):
        publish(settings)
    with pytest.raises(ConcordError, match="nothing has been published yet"):
        connect_reader(settings)


def test_core_marts_and_ops_are_published_and_nothing_else(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    outcomes = polars.DataFrame({"load_id": ["1"], "reason": [None]})
    publication = publish(settings, {"ops.load_outcome": outcomes})
    assert (publication.tables, publication.rows, publication.skipped) == (3, 7, 0)
    assert last_publication(settings) == publication
    tables = read(settings, "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'lake'")
    assert {row[0] for row in tables} == {
        "core.dim_customer",
        "marts_care.customer_360",
        "ops.load_outcome",
        "ops.publication",
        "ops.published_table",
    }
    assert read(settings, "select load_id, reason from ops.load_outcome") == [("1", None)]
    assert read(settings, "select snapshot_id, rows from ops.publication") == [(publication.snapshot_id, 7)]


def test_comments_go_along_and_follow_changes(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    publish(settings)
    query = "select comment from duckdb_tables() where database_name = 'lake' and table_name = 'dim_customer'"
    assert read(settings, query) == [("One row per customer, even O'Neill",)]
    build(settings, "comment on column core.dim_customer.amount is 'EUR'")
    assert publish(settings).tables == 0
    columns = "select column_name, comment from duckdb_columns() where database_name = 'lake' and table_name = "
    assert read(settings, columns + "'dim_customer' order by 1") == [("amount", "EUR"), ("customer_id", "Ours")]


def test_unchanged_tables_are_not_written_again(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    publish(settings)
    before = data_files(settings, "dim_customer")
    build(
        settings,
        "create or replace table core.dim_customer as select * from core.dim_customer order by customer_id desc",
        "create or replace table marts_care.customer_360 as select 2 as one",
    )
    publication = publish(settings)
    assert publication.written == ("marts_care.customer_360",)
    assert publication.skipped == 1
    assert data_files(settings, "dim_customer") == before
    assert publish(settings).written == ()


def test_a_repeated_row_is_a_change(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    publish(settings)
    build(settings, "insert into core.dim_customer select * from core.dim_customer")
    assert publish(settings).written == ("core.dim_customer",)
    assert read(settings, "select count(*) from core.dim_customer") == [(10,)]


def test_schema_changes_and_dropped_tables(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    first = publish(settings)
    build(
        settings,
        "alter table core.dim_customer add column city varchar",
        "alter table core.dim_customer alter amount type decimal(18, 4)",
        "drop table marts_care.customer_360",
    )
    publication = publish(settings)
    assert (publication.written, publication.dropped) == (("core.dim_customer",), 1)
    described = read(settings, "select column_name, column_type from (describe core.dim_customer)")
    assert described == [("customer_id", "VARCHAR"), ("amount", "DECIMAL(18,4)"), ("city", "VARCHAR")]
    with pytest.raises(Exception, match="customer_360"):
        read(settings, "from marts_care.customer_360")
    assert read(settings, "from marts_care.customer_360", first.snapshot_id) == [(1,)]


def test_types_that_the_lake_cannot_hold_are_published_as_others(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    build(
        settings,
        "create table core.fct_odd as select 170141183460469231731::hugeint as h, 'a'::enum('a', 'b') as e",
        "create view marts_care.v as select customer_id from core.dim_customer where amount > 3",
    )
    publish(settings)
    assert read(settings, "select cast(h as varchar), e from core.fct_odd") == [("170141183460469231731", "a")]
    assert read(settings, "from marts_care.v") == [("C4",)]


def test_a_large_fact_is_published_by_changed_partition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "PARTITION_ROWS", 100)
    settings = settings_in(tmp_path)
    build_first(settings)
    build(
        settings,
        """create table core.fct_usage as
           select i as usage_id, case when i % 4 < 3 then cast(date '2026-07-01' + interval (i % 4) month as date) end
           as event_month from range(400) as t(i)""",
    )
    publish(settings)
    before = data_files(settings, "fct_usage")
    assert len(before) == 4
    build(
        settings,
        "update core.fct_usage set usage_id = -usage_id where event_month = date '2026-08-01'",
        "delete from core.fct_usage where event_month = date '2026-09-01'",
    )
    publication = publish(settings)
    assert publication.rows == 100
    after = data_files(settings, "fct_usage")
    assert len(after - before) == 1
    query = "select event_month::varchar, count(*), min(usage_id) from core.fct_usage group by 1 order by 1 nulls last"
    assert read(settings, query) == [("2026-07-01", 100, 0), ("2026-08-01", 100, -397), (None, 100, 3)]
    build(settings, "update core.fct_usage set usage_id = 7 where event_month is null")
    assert publish(settings).rows == 100
    assert read(settings, "select distinct usage_id from core.fct_usage where event_month is null") == [(7,)]
    assert publish(settings).rows == 0


def test_a_failing_publication_changes_nothing(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    publish(settings)
    build(
        settings,
        "insert into core.dim_customer values ('new', 1)",
        # More digits than the lake's type has: fails after the first table was written.
        "create table marts_care.zz_too_large as select 170141183460469231731687303715884105727::hugeint as h",
    )
    with pytest.raises(ConcordError, match="nothing of it is visible"):
        publish(settings)
    assert read(settings, "select count(*) from core.dim_customer") == [(5,)]
    build(settings, "drop table marts_care.zz_too_large")
    assert publish(settings).written == ("core.dim_customer",)


def test_two_publishers_exclude_each_other(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    with publisher_lock(settings), pytest.raises(ConcordError, match="another publication is running"):
        publish(settings)
    assert publish(settings).tables == 2


def test_an_open_result_of_a_reader_blocks_neither_publication_nor_readers(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings, rows=100_000)
    publish(settings)
    with connect_reader(settings) as reader:
        result = reader.execute("select * from core.dim_customer")
        assert result.fetchone()
        build(settings, "delete from core.dim_customer")
        publish(settings)
        assert read(settings, "select count(*) from core.dim_customer") == [(0,)]
        assert len(result.fetchall()) == 99_999


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    publish(settings)
    with connect_reader(settings) as reader, pytest.raises(Exception, match="read-only"):
        reader.execute("delete from core.dim_customer")


def test_an_unknown_snapshot_is_a_clear_error(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    publish(settings)
    with pytest.raises(ConcordError, match="no snapshot 77"):
        connect_reader(settings, 77)


def test_expiry_frees_old_files_and_keeps_what_is_needed(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    first = publish(settings)
    build(settings, "update core.dim_customer set amount = 0")
    second = publish(settings)
    assert len(data_files(settings, "dim_customer")) == 2
    assert expire(settings, timedelta(days=1)).snapshots == 0
    assert read(settings, "select sum(amount) from core.dim_customer", first.snapshot_id) != [(0,)]
    removed = expire(settings, timedelta(0))
    assert removed.snapshots >= 1
    assert removed.files >= 1
    assert len(data_files(settings, "dim_customer")) == 1
    assert read(settings, "select sum(amount) from core.dim_customer") == [(0,)]
    with pytest.raises(ConcordError, match=f"no snapshot {first.snapshot_id}"):
        connect_reader(settings, first.snapshot_id)
    assert read(settings, "select max(snapshot_id) from ops.publication") == [(second.snapshot_id,)]


def test_a_moved_lake_can_be_read(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_first(settings)
    publish(settings)
    (tmp_path / "lake").rename(tmp_path / "elsewhere")
    moved = settings.model_copy(deep=True)
    moved.lake.folder = tmp_path / "elsewhere"
    moved.__dict__.pop("lake_folder", None)
    assert read(moved, "select count(*) from core.dim_customer") == [(5,)]
