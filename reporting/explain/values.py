"""The golden values of a thing: who won, by which precedence, and who says otherwise."""

from __future__ import annotations

import json
from dataclasses import replace

import duckdb

from reporting.data import read_rows
from reporting.explain.entities import ENTITIES
from reporting.explain.explanation import Claim, Value


def read_values(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> tuple[str | None, list[Value]]:
    """The golden row's name, and each attribute with winner, source, precedence and, where they differ, the claims."""
    spec = ENTITIES[entity]
    columns = [
        row["column_name"]
        for row in read_rows(
            lake,
            "select column_name from duckdb_columns() where database_name = current_database()"
            " and schema_name = 'core' and table_name = ? order by column_index",
            [spec.table],
        )
    ]
    attributes = [
        name.removesuffix("_source")
        for name in columns
        if name.endswith("_source") and f"is_{name.removesuffix('_source')}_conflicting" in columns
    ]
    selected = "".join(
        f", cast({spec.values.get(name, name)} as varchar) as value_{name}, {name}_source, is_{name}_conflicting"
        for name in attributes
    )
    golden = read_rows(
        lake,
        f"select cast({spec.name_column} as varchar) as name{selected}"
        f" from core.{spec.table} where {spec.id_column} = ?",
        [entity_id],
    )
    if not golden:
        return None, []
    precedence = {
        row["attribute"]: row
        for row in read_rows(
            lake, "select attribute, rule, systems, reason from core.dim_precedence where entity = ?", [entity]
        )
    }
    claims = _claims(lake, entity, entity_id)
    values = []
    for name in attributes:
        value = golden[0][f"value_{name}"]
        labels = _labels(lake, spec.references.get(name), [value, *(claim.value for claim in claims.get(name, []))])
        row = precedence.get(name, {})
        values.append(
            Value(
                attribute=name,
                value=value,
                label=labels.get(value),
                system=golden[0][f"{name}_source"],
                rule=row.get("rule"),
                order=row.get("systems"),
                why=row.get("reason"),
                is_conflicting=golden[0][f"is_{name}_conflicting"],
                claims=[replace(claim, label=labels.get(claim.value)) for claim in claims.get(name, [])],
            )
        )
    return golden[0]["name"], values


def _labels(
    lake: duckdb.DuckDBPyConnection, reference: tuple[str, str, str] | None, ids: list[str | None]
) -> dict[str | None, str]:
    """ID -> name of the things that an attribute refers to; empty for an attribute that refers to none."""
    if reference is None:
        return {}
    table, id_column, name_column = reference
    rows = read_rows(
        lake,
        f"select {id_column} as id, cast({name_column} as varchar) as name from core.{table}"
        f" where list_contains(?, {id_column}) and {name_column} is not null",
        [[each for each in ids if each is not None]],
    )
    return {row["id"]: row["name"] for row in rows}


def _claims(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> dict[str, list[Claim]]:
    """Attribute -> every claim, for the attributes on which the records differ."""
    rows = read_rows(
        lake,
        "select attribute, claims from core.fct_attribute_conflict where entity = ? and entity_id = ?",
        [entity, entity_id],
    )
    return {row["attribute"]: [Claim(**claim) for claim in json.loads(row["claims"])] for row in rows}
