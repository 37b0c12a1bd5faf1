"""The SQL connector against a real PostgreSQL, and against SQLite."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from concord.settings import Settings
from ingestion.connectors.sql import attach_statement
from ingestion.outcomes import LoadOutcome
from ingestion.quarantine import read_quarantine
from ingestion.registry import Source
from ingestion.release import _Releasing
from seeds.operator.serve.postgresql import PostgreSQL
from tests.ingestion.sources import counted_rows, load, settings_at, source_of_one_entity

COLUMNS = [
    {"name": "bill_id", "type": "text", "required": True},
    {"name": "number", "type": "integer"},
    {"name": "amount", "type": "decimal(18,2)", "required": True},
    {"name": "due", "type": "date"},
    {"name": "is_paid", "type": "boolean"},
    {"name": "notes", "type": "json"},
    {"name": "updated_at", "type": "timestamp", "required": True},
]
TABLE = (
    "create table bill (bill_id text, number int, amount numeric(18,2), due date, is_paid boolean, notes jsonb, "
    "updated_at timestamptz)"
)
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    with PostgreSQL(tmp_path_factory.mktemp("postgresql")) as running:
        yield running


@pytest.fixture
def dsn(server: PostgreSQL) -> Iterator[str]:
    """A fresh database with one table, bill."""
    name = f"test_{os.urandom(4).hex()}"
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    run(server.dsn(name), TABLE)
    yield server.dsn(name)
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


def run(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def put(dsn: str, *rows: tuple[Any, ...]) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.executemany("insert into bill values (%s, %s, %s, %s, %s, %s, %s)", rows)


def bill(number: int, amount: str = "9.99", updated: datetime = NOON) -> tuple[Any, ...]:
    return (f"B{number:04d}", number, Decimal(amount), date(2026, 7, 31), True, '{"a": 1}', updated)


def source(mode: str = "full", **entity: Any) -> Source:
    cursor = {"cursor": "updated_at"} if mode == "incremental" else {}
    return source_of_one_entity(
        "sql",
        {"name": "bill", "mode": mode, "from": "bill", "key": ["bill_id"], "columns": COLUMNS, **cursor, **entity},
    )


def load_bills(settings: Settings, dsn: str, mode: str = "full", **entity: Any) -> LoadOutcome:
    return load(settings, source(mode, **entity), {"dsn": dsn})


def test_types_arrive_exactly(settings: Settings, dsn: str) -> None:
    put(dsn, ("B1", 7, Decimal("1234567890123456.78"), date(2026, 2, 28), False, '{"b": [1, 2]}', NOON))
    put(dsn, ("B2", None, Decimal("-0.01"), None, None, None, NOON))
    outcome = load_bills(settings, dsn)
    assert (outcome.status, outcome.rows) == ("loaded", 2)
    rows = counted_rows(settings, "sample", "bill").sort("bill_id")
    assert rows.select("number", "amount", "due", "is_paid", "notes", "updated_at").row(0) == (
        7, Decimal("1234567890123456.78"), date(2026, 2, 28), False, '{"b": [1, 2]}', NOON,
    )  # fmt: skip
    assert rows.select("number", "amount", "due", "is_paid", "notes").row(1) == (
        None,
        Decimal("-0.01"),
        None,
        None,
        None,
    )
    assert rows["_source_ref"].to_list() == ["bill", "bill"]
    assert rows["_row_hash"].n_unique() == 2


def test_a_null_is_not_an_empty_text_nor_do_columns_run_together(settings: Settings, dsn: str) -> None:
    run(
        dsn,
        "create table pair (a text, b text)",
        "insert into pair values ('1', ''), ('1', null), ('', '1'), (null, '1')",
    )
    columns = [{"name": "a", "type": "text"}, {"name": "b", "type": "text"}]
    pairs = source_of_one_entity("sql", {"name": "pair", "mode": "full", "from": "pair", "key": [], "columns": columns})
    load(settings, pairs, {"dsn": dsn})
    assert counted_rows(settings, "sample", "pair")["_row_hash"].n_unique() == 4


def test_a_full_load_replaces_and_an_equal_one_writes_nothing(settings: Settings, dsn: str) -> None:
    put(dsn, *(bill(n) for n in range(20)))
    load_bills(settings, dsn)
    assert load_bills(settings, dsn).status == "unchanged"
    files = list((settings.raw / "sample" / "bill").rglob("*.parquet"))
    run(dsn, "update bill set amount = 5 where number = 3", "delete from bill where number = 4")
    outcome = load_bills(settings, dsn)
    assert (outcome.status, outcome.rows) == ("loaded", 19)
    assert len(list((settings.raw / "sample" / "bill").rglob("*.parquet"))) == len(files) + 1


def test_a_full_load_that_shrinks_sharply_is_refused_until_accepted(settings: Settings, dsn: str) -> None:
    put(dsn, *(bill(n) for n in range(100)))
    load_bills(settings, dsn)
    run(dsn, "delete from bill where number >= 70")
    assert load_bills(settings, dsn).status == "loaded"  # 30 % is allowed
    run(dsn, "delete from bill where number >= 48")
    outcome = load_bills(settings, dsn)
    assert (outcome.status, outcome.reason) == ("refused", "shrunk")
    assert "--accept-shrink bill" in (outcome.hint or "")
    accepted = load(settings, source(), {"dsn": dsn}, accept_shrink=True)
    assert (accepted.status, accepted.rows) == ("loaded", 48)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("alter table bill alter amount type double precision", "amount"),
        ("alter table bill alter amount type text", "amount"),
        ("alter table bill alter number type text", "number"),
        ("alter table bill alter bill_id type int using 1", "bill_id"),
        ("alter table bill alter due type timestamp", "due"),
        ("alter table bill alter updated_at type date", "updated_at"),
        ("alter table bill alter is_paid type int using 1", "is_paid"),
    ],
)
def test_a_type_that_flips_refuses_the_load(settings: Settings, dsn: str, change: str, column: str) -> None:
    put(dsn, bill(1))
    load_bills(settings, dsn)
    run(dsn, change)
    outcome = load_bills(settings, dsn)
    assert (outcome.status, outcome.reason) == ("refused", "type_changed")
    assert column in (outcome.message or "")
    assert counted_rows(settings, "sample", "bill").height == 1


@pytest.mark.parametrize(
    "change",
    [
        "alter table bill alter number type smallint",
        "alter table bill alter number type bigint",
        "alter table bill alter bill_id type varchar(20)",
        "alter table bill alter amount type numeric",
        "alter table bill alter amount type numeric(30,6)",
        "alter table bill alter amount type numeric(10,2)",
        "alter table bill alter updated_at type timestamp",
        "alter table bill alter notes type text",
    ],
)
def test_a_type_that_means_the_same_is_taken_and_hashes_the_same(settings: Settings, dsn: str, change: str) -> None:
    put(dsn, bill(1), bill(2, "-5.10"))
    load_bills(settings, dsn)
    run(dsn, "set timezone to 'UTC'", f"alter database {dsn.rsplit('/', 1)[1]} set timezone to 'UTC'")
    run(dsn, change)
    assert load_bills(settings, dsn).status == "unchanged"


def test_money_in_an_unconstrained_numeric_is_exact(settings: Settings, dsn: str) -> None:
    run(dsn, "alter table bill alter amount type numeric")
    put(dsn, bill(1, "9007199254740993.11"), bill(2, "0.005"), bill(3, "1.10"))
    outcome = load_bills(settings, dsn)
    assert (outcome.rows, outcome.quarantined_rows) == (2, 1)
    amounts = counted_rows(settings, "sample", "bill").sort("bill_id")["amount"].to_list()
    assert amounts == [Decimal("9007199254740993.11"), Decimal("1.10")]
    row = read_quarantine(settings).row(0, named=True)
    assert (row["reason"], row["detail"]) == ("bad_value", "amount: 0.005 does not fit decimal(18,2)")


def test_a_row_without_a_required_value_waits_in_quarantine(settings: Settings, dsn: str) -> None:
    put(dsn, bill(1), (None, *bill(2)[1:]), bill(3))
    outcome = load_bills(settings, dsn)
    assert (outcome.rows, outcome.quarantined_rows) == (2, 1)
    row = read_quarantine(settings).row(0, named=True)
    assert (row["reason"], row["detail"]) == ("missing_value", "bill_id is empty")
    assert '"number":2' in row["content"]


def test_quarantined_rows_read_again_are_the_rows_that_would_have_landed(settings: Settings, dsn: str) -> None:
    """The release reads JSON; it must come to the same values and hashes as the scanner does."""
    put(dsn, bill(1), bill(2), ("B3", None, Decimal("7.00"), None, False, None, NOON))
    strict = source(columns=[*COLUMNS[:-1], {"name": "extra", "type": "text", "required": True}, COLUMNS[-1]])
    run(dsn, "alter table bill add extra text")
    assert load(settings, strict, {"dsn": dsn}).quarantined_rows == 3
    relaxed = source(columns=[*COLUMNS[:-1], {"name": "extra", "type": "text"}, COLUMNS[-1]])
    releasing = _Releasing(settings, relaxed, relaxed.entities[0], None)
    from ingestion.landing import land

    outcome, _ = land(settings, relaxed, relaxed.entities[0], {}, releasing.extract)
    assert (outcome.status, outcome.rows, releasing.released) == ("loaded", 3, 3)
    released = counted_rows(settings, "sample", "bill").sort("bill_id")
    other = settings_at(settings.lake_folder / "other")
    load(other, relaxed, {"dsn": dsn})
    scanned = counted_rows(other, "sample", "bill").sort("bill_id")
    wanted = [c["name"] for c in COLUMNS if c["name"] != "notes"] + ["_row_hash"]
    assert released.select(wanted).equals(scanned.select(wanted))


def test_columns_that_are_missing_or_more(settings: Settings, dsn: str) -> None:
    put(dsn, bill(1))
    run(dsn, "alter table bill add colour text")
    outcome = load_bills(settings, dsn)
    assert (outcome.status, outcome.rows) == ("loaded", 1)
    assert "colour" in (outcome.message or "")
    run(dsn, "alter table bill drop due")
    outcome = load_bills(settings, dsn)
    assert (outcome.status, outcome.reason) == ("refused", "missing_column")
    assert "due" in (outcome.message or "")
    run(dsn, "drop table bill")
    outcome = load_bills(settings, dsn)
    assert (outcome.status, outcome.reason) == ("failed", "missing_table")


def test_incremental_takes_late_commits_and_changes_and_nothing_twice(settings: Settings, dsn: str) -> None:
    put(dsn, *(bill(n, updated=NOON + timedelta(hours=n)) for n in range(100)))
    first = load_bills(settings, dsn, "incremental")
    assert (first.rows, first.cursor_to) == (100, "2026-07-05T15:00:00.000000Z")
    assert load_bills(settings, dsn, "incremental").status == "unchanged"
    # Committed after we read, with a time before the cursor; a change without a new time; one too old to be seen.
    put(dsn, bill(200, updated=NOON + timedelta(hours=95)), bill(201, updated=NOON))
    run(dsn, "update bill set amount = 1 where number = 98")
    second = load_bills(settings, dsn, "incremental")
    assert (second.status, second.rows) == ("loaded", 2)
    rows = counted_rows(settings, "sample", "bill")
    assert rows.height == 102
    assert sorted(rows.filter(bill_id="B0098")["amount"].to_list()) == [Decimal("1.00"), Decimal("9.99")]
    # Back to what it was: news again.
    run(dsn, "update bill set amount = 9.99 where number = 98")
    assert load_bills(settings, dsn, "incremental").rows == 1


def test_a_longer_overlap_sees_older_changes(settings: Settings, dsn: str) -> None:
    put(dsn, *(bill(n, updated=NOON + timedelta(hours=n)) for n in range(100)))
    load_bills(settings, dsn, "incremental", overlap_hours=200)
    run(dsn, "update bill set is_paid = false where number = 5")
    assert load_bills(settings, dsn, "incremental", overlap_hours=24).status == "unchanged"
    assert load_bills(settings, dsn, "incremental", overlap_hours=200).rows == 1


def test_secrets_never_show(settings: Settings, dsn: str) -> None:
    password = "geheim-und-lang"
    for wrong in (
        f"postgresql://nobody:{password}@127.0.0.1:1/bills",
        f"host=127.0.0.1 port=1 dbname=bills user=nobody password={password}",
        dsn.replace("administrator:", "nobody:" + password),
        f"oracle://u:{password}@h/x",
    ):
        outcome = load_bills(settings, wrong)
        assert outcome.status == "failed"
        assert outcome.reason in ("unreachable", "unsupported_dsn")
        assert password not in outcome.model_dump_json()
        assert "cannot connect" in (outcome.message or "") or outcome.reason == "unsupported_dsn"


@pytest.mark.parametrize("password", ["one@two", "one/two", "one?two", "one#two", "one two", "one%two"])
def test_a_raw_special_character_in_a_dsn_is_refused_without_showing_the_password(
    settings: Settings, password: str
) -> None:
    outcome = load_bills(settings, f"postgresql://nobody:{password}@127.0.0.1:1/bills")
    assert (outcome.status, outcome.reason) == ("failed", "unsupported_dsn")
    shown = outcome.model_dump_json()
    assert "one" not in shown.replace("None", "") and "two" not in shown


@pytest.mark.parametrize(
    "dsn", ["postgresql://u:a%40b@h:1/d?options=x@y", "postgresql:///d?user=x@y", "postgres://h/d"]
)
def test_an_encoded_dsn_is_taken(dsn: str) -> None:
    assert dsn in attach_statement(dsn)


def test_sqlite(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "small.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("create table thing (thing_id text, size bigint, seen_at timestamp)")
        connection.execute("insert into thing values ('a', 1, '2026-07-01 12:00:00'), ('b', null, null)")
    columns = [
        {"name": "thing_id", "type": "text"},
        {"name": "size", "type": "integer"},
        {"name": "seen_at", "type": "timestamp"},
    ]
    things = source_of_one_entity(
        "sql", {"name": "thing", "mode": "full", "from": "thing", "key": ["thing_id"], "columns": columns}
    )
    assert load(settings, things, {"dsn": f"sqlite:///{file}"}).rows == 2
    assert counted_rows(settings, "sample", "thing").sort("thing_id")["seen_at"].to_list() == [NOON, None]
