"""The project's SQL stays readable to the second engine.

Every model is compiled with the engine macros' Spark form (variable ``engine``) and parsed in Spark's dialect; the
parsed trees and the models' own text are then searched for constructs that the two engines read differently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests.dbt.dbt_project import PROJECT, dbt, manifest, models

# What only one engine knows, or both read differently; looked for outside macros/engine.
FORBIDDEN = {
    "qualify": r"\bqualify\b",
    ":: cast": r"::",
    "// division": r"//",
    "exclude": r"\bexclude\b",
    "slice": r"\[\s*\d*\s*:\s*\d*\s*\]",
    "pivot": r"\b(un)?pivot\b",
    "asof join": r"\basof\b",
    "->> path": r"->>",
    "dayofweek": r"\bday_?of_?week\b",
    "list comprehension": r"\[[^\]]*\bfor\b[^\]]*\bin\b[^\]]*\]",
    "varchar without length": r"\bas\s+varchar\b(?!\s*\()",
    "timestamptz": r"\btimestamptz\b|\bwith\s+time\s+zone\b",
    "ilike": r"\bilike\b",
    "bare date arithmetic": r"\binterval\s+'",
}


SPARK = ["--no-populate-cache", "--vars", json.dumps({"engine": "spark"})]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module")
def compiled(folder: Path) -> dict[str, str]:
    """Model name -> SQL, compiled for Spark. Python models hold no SQL (test_layering)."""
    dbt(folder, "compile", *SPARK)
    return {model["name"]: model["compiled_code"] for model in models(manifest(folder)) if model["language"] == "sql"}


@pytest.fixture(scope="module")
def trees(compiled: dict[str, str]) -> dict[str, exp.Expression]:
    return {name: sqlglot.parse_one(sql, dialect="spark") for name, sql in compiled.items()}


@pytest.fixture(scope="module")
def spark_views(folder: Path) -> list[str]:
    """The query of each raw view, in its Spark form."""
    queries = (
        "{% if execute %}{% for node in graph.sources.values() if node.meta.reader is defined %}"
        "{{ raw_view_query(node) }}\n;\n{% endfor %}{% endif %}"
    )
    result = dbt(folder, "compile", "--inline", queries, "--quiet", "--output", "json", *SPARK)
    text = json.loads(result.stdout[result.stdout.index("{") :])["compiled"]
    return [query for query in text.split("\n;\n") if query.strip()]


def test_every_model_parses_in_sparks_dialect(compiled: dict[str, str]) -> None:
    assert len(compiled) > 50
    failures = {}
    for name, sql in compiled.items():
        try:
            statements = sqlglot.parse(sql, dialect="spark", error_level=sqlglot.ErrorLevel.RAISE)
        except sqlglot.errors.SqlglotError as error:
            failures[name] = str(error).splitlines()[0]
            continue
        # sqlglot keeps what it can't read as a Command.
        if len(statements) != 1 or isinstance(statements[0], exp.Command) or statements[0] is None:
            failures[name] = f"{len(statements)} statements"
    assert failures == {}


def test_no_engine_macro_of_duckdb_is_left_in_the_spark_form(compiled: dict[str, str]) -> None:
    only_duckdb = re.compile(r"\b(read_parquet|read_json|json_extract_string|list_filter|unnest|strftime|epoch)\s*\(")
    assert {name: only_duckdb.findall(sql) for name, sql in compiled.items() if only_duckdb.search(sql)} == {}


def test_raw_views_parse_in_sparks_dialect(spark_views: list[str]) -> None:
    assert len(spark_views) > 25
    for query in spark_views:
        statement = sqlglot.parse_one(query, dialect="spark", error_level=sqlglot.ErrorLevel.RAISE)
        assert isinstance(statement, exp.Select), query


def test_window_orders_place_nulls_alike(trees: dict[str, exp.Expression]) -> None:
    """Ascending, Spark puts nulls first and DuckDB last unless the query says which."""
    found = [
        f"{name}: {ordered.sql('spark')}"
        for name, tree in trees.items()
        for window in tree.find_all(exp.Window)
        for ordered in window.find_all(exp.Ordered)
        if ordered.args.get("nulls_first") and not _never_null(ordered.this)
    ]
    assert found == []


def test_concat_has_no_null_to_disagree_about(trees: dict[str, exp.Expression]) -> None:
    """DuckDB's concat skips a null, Spark's returns null."""
    found = [
        f"{name}: {concat.sql('spark')}"
        for name, tree in trees.items()
        for concat in tree.find_all(exp.Concat)
        # concat_ws, which sqlglot derives from it, skips nulls on both.
        if not isinstance(concat, exp.ConcatWs) and not all(_never_null(argument) for argument in concat.expressions)
    ]
    assert found == []


def test_divisors_are_never_zero(trees: dict[str, exp.Expression]) -> None:
    found = [
        f"{name}: {division.sql('spark')}"
        for name, tree in trees.items()
        for division in tree.find_all(exp.Div)
        if not _guarded(division.expression)
    ]
    assert found == []


def test_decimals_state_their_precision(trees: dict[str, exp.Expression]) -> None:
    found = [
        f"{name}: {kind.parent.sql('spark') if kind.parent else kind.sql('spark')}"
        for name, tree in trees.items()
        for kind in tree.find_all(exp.DataType)
        if kind.this == exp.DataType.Type.DECIMAL and len(kind.expressions) != 2
    ]
    assert found == []


def test_no_unordered_any_value(trees: dict[str, exp.Expression]) -> None:
    found = [name for name, tree in trees.items() if tree.find(exp.AnyValue) or tree.find(exp.First)]
    assert found == []


def test_sql_text_keeps_to_what_both_engines_read() -> None:
    """Models, tests and macros; what differs between engines has its place in macros/engine."""
    own = [path for folder in ("models", "tests", "macros") for path in (PROJECT / folder).rglob("*.sql")]
    assert len(own) > 50
    found = {
        path.relative_to(PROJECT).as_posix(): list(forbidden(path.read_text(encoding="utf-8")))
        for path in own
        if PROJECT / "macros" / "engine" not in path.parents
    }
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("select a::int from b", ":: cast"),
        ("select a // 2 from b", "// division"),
        ("select * exclude (a) from b", "exclude"),
        ("select a from b qualify row_number() over () = 1", "qualify"),
        ("select a[1:3] from b", "slice"),
        ("select a ->> '$.b' from c", "->> path"),
        ("select cast(a as varchar) from b", "varchar without length"),
        ("select [x for x in a] from b", "list comprehension"),
    ],
)
def test_the_lint_finds_what_it_is_for(sql: str, name: str) -> None:
    assert list(forbidden(sql)) == [name]


def test_the_lint_leaves_text_and_comments_alone() -> None:
    assert list(forbidden("-- a::b\nselect 'x // y' as z {# qualify #} /* pivot */ from b")) == []


def forbidden(sql: str) -> Iterator[str]:
    """Names of the forbidden constructs in a text of SQL and Jinja; comments and quoted text don't count."""
    for comment in (r"\{#.*?#\}", r"/\*.*?\*/", r"--[^\n]*", r"\{%.*?%\}"):
        sql = re.sub(comment, " ", sql, flags=re.DOTALL)
    unquoted = re.sub(r"'[^'\n]*'", "''", sql)
    # An interval literal is recognised by its quote, which is why the quotes stay.
    for name, pattern in FORBIDDEN.items():
        if re.search(pattern, unquoted, flags=re.IGNORECASE):
            yield name


def _never_null(argument: exp.Expression) -> bool:
    if isinstance(argument, exp.Case):
        results = [branch.args["true"] for branch in argument.args["ifs"]] + [argument.args.get("default")]
        return all(result is not None and _never_null(result) for result in results)
    return isinstance(argument, exp.Literal | exp.Coalesce)


def _guarded(divisor: exp.Expression) -> bool:
    while isinstance(divisor, exp.Paren | exp.Cast):
        divisor = divisor.this
    if isinstance(divisor, exp.Literal):
        return float(divisor.this) != 0
    return isinstance(divisor, exp.Nullif)
