"""The billing database: a real server, loaded exactly, readable only, gone when it should be."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import polars as pl
import psutil
import psycopg
import pytest

from seeds.operator.serve import postgresql
from seeds.operator.serve.billing import BillingDatabase
from tests.operator.serve_fixtures import NOON, accounts, discounts, write


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BillingDatabase]:
    folder = tmp_path_factory.mktemp("operator")
    write(accounts(), folder, "billing", "account")
    write(discounts(), folder, "billing", "discount")
    with BillingDatabase(folder / "billing", folder / "postgresql", password="reader's secret") as running:
        yield running


def test_values_arrive_exactly(database: BillingDatabase) -> None:
    assert database.rows["account"] == 2 and database.rows["rated_usage"] == 0
    with psycopg.connect(database.administrator_dsn) as connection:
        rows = connection.execute(
            "select account_id, customer_ref, account_name, birth_date, opened_at, closed_at from account order by 1"
        ).fetchall()
        value = connection.execute("select value from discount").fetchone()
    assert rows[0] == ("A1", "", 'Müller, "Zoë"', date(1970, 1, 2), NOON, None)
    assert rows[1][1:3] == (None, "Öl\nGmbH")
    assert value == (Decimal("12.3456"),)


def test_keys_and_cursor_indices(database: BillingDatabase) -> None:
    with psycopg.connect(database.administrator_dsn) as connection:
        keys = connection.execute(
            "select count(*) from pg_constraint where contype = 'p' and connamespace = 'public'::regnamespace"
        ).fetchone()
        indexed = connection.execute("select indexdef from pg_indexes where schemaname = 'public'").fetchall()
        tables = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    assert keys == tables
    assert tables[0] > 10
    assert any("(rated_at)" in definition for (definition,) in indexed)


def test_reader_reads_and_nothing_else(database: BillingDatabase) -> None:
    dsn = database.dsn_naming("SECRET").replace("${SECRET}", quote("reader's secret"))
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select count(*) from account").fetchone() == (2,)
        assert connection.execute("show timezone").fetchone() == ("Europe/Berlin",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from account")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn.replace("secret", "guess"))


def test_two_servers_side_by_side_and_nothing_left(tmp_path: Path, database: BillingDatabase) -> None:
    write(accounts(), tmp_path, "billing", "account")
    with BillingDatabase(tmp_path / "billing", tmp_path / "postgresql") as other:
        assert other.port != database.port
        data = other._server.data
        assert (data / "postmaster.pid").exists()
    assert not data.exists()
    assert not list(data.parent.glob("server-*"))
    with psycopg.connect(database.administrator_dsn) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_other_columns_are_refused_and_the_server_stops(tmp_path: Path) -> None:
    write(accounts().drop("phone").with_columns(pl.lit(1).alias("extra")), tmp_path, "billing", "account")
    with pytest.raises(ValueError, match="does not fit table account: extra, phone"):
        BillingDatabase(tmp_path / "billing", tmp_path / "postgresql")
    assert not [process for process in psutil.process_iter(["cmdline"]) if _serves(process, tmp_path)]


def test_sweep_removes_what_a_crash_left(tmp_path: Path, database: BillingDatabase) -> None:
    stale = tmp_path / "server-dead"
    stale.mkdir()
    (stale / "postmaster.pid").write_text(f"{os.getpid()}\n{stale}\n")  # the number now belongs to another process
    (tmp_path / "server-dead.lock").touch()
    (tmp_path / "server-dead.log").touch()
    living = postgresql._locked(tmp_path / "server-alive.lock")
    assert postgresql.sweep(tmp_path) == ["server-dead"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["server-alive.lock"]
    living.close()


def test_server_dies_with_its_starter(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from seeds.operator.serve.postgresql import PostgreSQL\n"
        "server = PostgreSQL(Path(sys.argv[1])); print(server.data, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    data = Path(starter.stdout.readline().strip())
    postmaster = int((data / "postmaster.pid").read_text().split()[0])
    starter.kill()
    starter.wait()
    starter.stdout.close()
    deadline = time.monotonic() + 15
    while psutil.pid_exists(postmaster) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(postmaster)


def _serves(process: psutil.Process, folder: Path) -> bool:
    return any(str(folder) in argument for argument in process.info["cmdline"] or [])
