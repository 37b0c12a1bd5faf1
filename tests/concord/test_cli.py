"""The ``concord`` command as a person meets it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars
import pytest

from concord.published import publish
from tests.concord.lakes import build, build_first, settings_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a settings file and two published states."""
    place = tmp_path_factory.mktemp("cli")
    settings = settings_in(place)
    build_first(settings)
    publish(settings)
    build(settings, "insert into core.dim_customer values ('C9', 0.10)")
    publish(settings)
    (place / "concord.yml").write_text("lake: {folder: lake}\n", encoding="utf-8")
    return place


def concord(folder: Path, *arguments: str, stdin: str | None = None, **variables: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONCORD_")}
    return subprocess.run(
        [sys.executable, "-m", "concord.cli", *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2]), **variables},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_help_lists_own_commands_and_those_of_the_rooms(folder: Path) -> None:
    result = concord(folder, "--help")
    assert result.returncode == 0, result.stderr
    for command in ("sql", "expire", "report", "status", "score"):
        assert f"\n  {command} " in result.stdout


def test_help_imports_nothing_heavy(folder: Path) -> None:
    code = (
        "import sys; from concord.cli import build_app; import typer.main; typer.main.get_command(build_app());"
        " print(sorted({'polars', 'pyarrow', 'dagster', 'dbt', 'dlt', 'great_expectations', 'pandas', 'duckdb'}"
        " & sys.modules.keys()))"
    )
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_csv_json_and_parquet(folder: Path) -> None:
    query = "select customer_id, amount from core.dim_customer where customer_id in ('C1', 'C9') order by 1"
    assert concord(folder, "sql", query, "--format", "csv").stdout == "customer_id,amount\nC1,1.00\nC9,0.10\n"
    assert json.loads(concord(folder, "sql", query, "--format", "json").stdout) == [
        {"customer_id": "C1", "amount": 1.0},
        {"customer_id": "C9", "amount": 0.1},
    ]
    result = concord(folder, "sql", query, "--format", "parquet", "--output", "result.parquet")
    assert result.returncode == 0, result.stderr
    assert polars.read_parquet(folder / "result.parquet")["customer_id"].to_list() == ["C1", "C9"]


@pytest.mark.parametrize("output_format", ["csv", "json", "parquet"])
def test_columns_of_one_name_are_told_apart(folder: Path, tmp_path: Path, output_format: str) -> None:
    query = "select 1 as a, 2 as A, 3 as a_1, 4 as a"
    file = tmp_path / "result"
    result = concord(folder, "sql", query, "-f", output_format, "-o", str(file))
    assert result.returncode == 0, result.stderr
    read = {"csv": polars.read_csv, "json": polars.read_json, "parquet": polars.read_parquet}[output_format](file)
    assert dict(zip(read.columns, read.row(0), strict=True)) == {"a": 1, "A_2": 2, "a_1": 3, "a_3": 4}


@pytest.mark.parametrize("output_format", ["table", "csv"])
def test_a_place_that_takes_no_file_is_a_clear_error(folder: Path, tmp_path: Path, output_format: str) -> None:
    for place, message in ((tmp_path, "is a folder"), (tmp_path / "no" / "x", "there is no folder")):
        result = concord(folder, "sql", "select 1", "-f", output_format, "-o", str(place))
        assert message in result.stderr and "unexpected" not in result.stderr


def test_a_table_for_people_and_an_earlier_snapshot(folder: Path) -> None:
    result = concord(folder, "sql", "select count(*) as customers from core.dim_customer")
    assert result.stdout.split() == ["customers", "6"]
    result = concord(folder, "sql", "--snapshot", "1", "select count(*) as customers from core.dim_customer")
    assert result.stdout.split() == ["customers", "5"]


def test_statements_from_standard_input(folder: Path) -> None:
    result = concord(folder, "sql", "--format", "csv", stdin="select 1 as a;\n-- a comment; here\nselect 2 as b;")
    assert result.stdout == "a\n1\nb\n2\n"


@pytest.mark.parametrize(
    "statement",
    [
        "delete from core.dim_customer",
        "drop table core.dim_customer",
        "create table memory.main.x as select 1",
        "copy (select 1) to 'written.csv'",
        "explain analyze copy (select 1) to 'written.csv'",
        "/* x */ explain analyze -- y\n copy (select 1) to 'written.csv'",
        "attach 'other.db'",
        "set threads = 1",
        "select 1; drop table core.dim_customer",
        "select * from ducklake_cleanup_old_files('lake', cleanup_all => true)",
        "select * from DuckLake_Expire_Snapshots('lake', versions => [1])",
        "call ducklake_expire_snapshots('lake', versions => [1])",
        "select * from sqlite_query('__ducklake_metadata_lake', 'select 1')",
        "with x as (select 1) insert into core.dim_customer select 'a', 1",
        "prepare p as delete from core.dim_customer",
    ],
)
def test_only_reading_is_possible(folder: Path, statement: str) -> None:
    from concord.errors import ConcordError
    from concord.sql.query import reading_statements

    with pytest.raises(ConcordError):
        reading_statements(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "select 1",
        "from core.dim_customer",
        "with x as (select 1) select * from x",
        "describe core.dim_customer",
        "show all tables",
        "summarize core.dim_customer",
        "explain select 1",
        "explain analyze select 1",
        "values (1)",
        "select * from ducklake_snapshots('lake')",
        "select 'delete from x' as text -- drop table y",
    ],
)
def test_reading_is_possible(statement: str) -> None:
    from concord.sql.query import reading_statements

    assert reading_statements(statement) == [statement]


def test_an_error_is_one_line_and_a_hint(folder: Path, tmp_path: Path) -> None:
    result = concord(folder, "sql", "drop table core.dim_customer")
    assert result.returncode == 1
    assert result.stdout == ""
    error, hint = result.stderr.splitlines()
    assert error == "error: only reading statements are possible here, not DROP"
    assert hint.startswith("hint: ")
    result = concord(folder, "sql", "select * from nowhere")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert "nowhere" in result.stderr
    result = concord(tmp_path, "sql", "select 1")
    assert result.stderr.startswith("error: no settings file at concord.yml\nhint: ")


def test_debug_shows_the_traceback(folder: Path) -> None:
    assert "Traceback" in concord(folder, "--debug", "sql", "drop table x").stderr
    assert "Traceback" not in concord(folder, "sql", "drop table x").stderr


def test_settings_by_option_and_by_variable(folder: Path, tmp_path: Path) -> None:
    file = str(folder / "concord.yml")
    assert concord(tmp_path, "-s", file, "sql", "select 1 as one", "-f", "csv").stdout == "one\n1\n"
    assert concord(tmp_path, "sql", "select 1 as one", "-f", "csv", CONCORD_SETTINGS=file).stdout == "one\n1\n"


def test_the_lake_can_be_queried_while_a_build_holds_the_workspace(folder: Path) -> None:
    from concord.engine import connect

    with connect(str(settings_in(folder).workspace)) as workspace:
        workspace.execute("begin")
        workspace.execute("delete from core.dim_customer")
        result = concord(folder, "sql", "select count(*) as n from core.dim_customer", "-f", "csv")
        workspace.execute("rollback")
    assert result.stdout == "n\n6\n"


def test_expire_keeps_at_least_a_day(folder: Path) -> None:
    assert concord(folder, "expire", "--keep-days", "0").returncode == 2
    result = concord(folder, "expire", "--keep-days", "1")
    assert result.stdout == "0 snapshots and 0 files removed\n", result.stderr


def test_a_broken_room_takes_only_its_own_commands_away(folder: Path, tmp_path: Path) -> None:
    package = tmp_path / "broken-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", encoding="utf-8")
    (package / "entry_points.txt").write_text("[concord.commands]\nbroken = broken_room:register\n", encoding="utf-8")
    (tmp_path / "broken_room.py").write_text("raise RuntimeError('no such library')\n", encoding="utf-8")
    root = Path(__file__).parents[2]
    paths = {"PYTHONPATH": f"{root}{os.pathsep}{tmp_path}"}
    assert concord(folder, "sql", "select 1 as one", "-f", "csv", **paths).stdout == "one\n1\n"
    result = concord(folder, "weave", **paths)
    assert result.returncode == 1
    assert "no command 'weave'" in result.stderr
    assert "broken: RuntimeError: no such library" in result.stderr
    assert "Traceback" not in result.stderr
