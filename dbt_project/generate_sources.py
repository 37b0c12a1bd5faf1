"""Writes what dbt knows of the sources, from their descriptors.

One ``_<system>__sources.yml`` per system, and the macro ``load_modes``, from which staging models learn what makes a
row current (they can't ask dbt's graph, which holds no sources in a unit test).

Run ``python dbt_project/generate_sources.py`` after a change to a ``source.yml``; ``--check`` only says what is stale.
It reads YAML alone, so that dbt needs nothing of the ingestion package.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parent
DESCRIPTORS = PROJECT.parent / "ingestion" / "sources"

# Declared type -> SQL type of the landed Parquet column; json lands as text. decimal(p,s) stands as it is.
DATA_TYPES = {
    "text": "string",
    "json": "string",
    "integer": "bigint",
    "date": "date",
    "boolean": "boolean",
    "timestamp": "timestamp with time zone",
}

METADATA = [
    {"name": "_load_id", "data_type": "string", "description": "Load that brought the row: a sortable UTC stamp."},
    {"name": "_loaded_at", "data_type": "timestamp with time zone", "description": "When the row was landed."},
    {"name": "_source_ref", "data_type": "string", "description": "File, table or URL path that the row came from."},
    {"name": "_source_position", "data_type": "bigint", "description": "Line or page there; null for a table."},
    {"name": "_row_hash", "data_type": "string", "description": "MD5 of the source's own content."},
]


def generate(descriptor: dict[str, Any]) -> str:
    """The text of one system's sources file."""
    system = descriptor["system"]
    content = {
        "version": 2,
        "sources": [
            {
                "name": system,
                "schema": f"raw_{system}",
                "description": descriptor["title"],
                "config": {
                    "meta": {"system": system, "owner": descriptor["owner"], "connector": descriptor["connector"]}
                },
                "tables": [_table(descriptor, entity) for entity in descriptor["entities"]],
            }
        ],
    }
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    return f"# Generated from ingestion/sources/{system}/source.yml by generate_sources.py; don't edit.\n{text}"


def _table(descriptor: dict[str, Any], entity: dict[str, Any]) -> dict[str, Any]:
    meta = {
        "reader": "parquet",
        "system": descriptor["system"],
        "owner": descriptor["owner"],
        "mode": entity["mode"],
        "key": entity["key"],
        "cursor": entity.get("cursor"),
        "feeds": entity.get("feeds", []),
    }
    if "standard" in entity:
        meta["standard"] = entity["standard"]
    return {
        "name": entity["name"],
        "description": entity["description"],
        "config": {"meta": meta},
        "columns": _columns(descriptor, entity) + METADATA,
    }


def _columns(descriptor: dict[str, Any], entity: dict[str, Any]) -> list[dict[str, Any]]:
    if descriptor["connector"] == "tmforum":
        columns = [
            {"name": "id", "data_type": "string", "description": "The record's id."},
            {"name": "payload", "data_type": "string", "description": "The whole record as JSON text."},
        ]
        if entity.get("cursor"):
            columns.append(
                {
                    "name": entity["cursor"],
                    "data_type": DATA_TYPES["timestamp"],
                    "description": "Cursor: when the source last changed the record.",
                }
            )
        return columns
    columns = []
    is_file = descriptor["connector"] in (
        "delimited",
        "fixed_width",
        "measurement",
        "bank_statement",
        "workbook",
        "tap",
    )
    for column in entity["columns"]:
        columns.append(_column(column))
        if is_file and column["type"] == "timestamp":
            columns.append(
                {
                    "name": f"{column['name']}_source",
                    "data_type": "string",
                    "description": f"{column['name']} as the file spells it.",
                }
            )
    if entity["mode"] == "snapshot":
        columns.append({"name": "file_date", "data_type": "date", "description": "Date of the file, local."})
    return columns


def _column(column: dict[str, Any]) -> dict[str, Any]:
    description = column.get("description", "")
    if not description and column.get("values"):
        description = "One of " + ", ".join(column["values"]) + "."
    result = {"name": column["name"], "data_type": DATA_TYPES.get(column["type"], column["type"])}
    if description:
        result["description"] = description
    return result


def load_modes(descriptors: list[dict[str, Any]]) -> str:
    """The text of the macro that returns system -> entity -> mode, key and cursor."""
    lines = [
        "{#- Generated from ingestion/sources/*/source.yml by generate_sources.py; don't edit. -#}",
        "{% macro load_modes() -%}",
        "    {{ return({",
    ]
    for descriptor in descriptors:
        lines.append(f"        '{descriptor['system']}': {{")
        for entity in descriptor["entities"]:
            cursor = f"'{entity['cursor']}'" if entity.get("cursor") else "none"
            rule = f"'mode': '{entity['mode']}', 'key': {entity['key']}, 'cursor': {cursor}"
            lines.append(f"            '{entity['name']}': {{{rule}}},")
        lines.append("        },")
    lines += ["    }) }}", "{%- endmacro %}"]
    return "\n".join(lines) + "\n"


def files(descriptors: Path = DESCRIPTORS, project: Path = PROJECT) -> dict[Path, str]:
    """Every generated file and the text that it should hold."""
    result = {}
    loaded = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(descriptors.glob("*/source.yml"))]
    result[project / "macros" / "staging" / "load_modes.sql"] = load_modes(loaded)
    for descriptor in loaded:
        system = descriptor["system"]
        result[project / "models" / "staging" / system / f"_{system}__sources.yml"] = generate(descriptor)
    return result


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` name those that differ; the exit code says whether any did."""
    stale = [path for path, text in files().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{'stale' if '--check' in arguments else 'written'}: {path.relative_to(PROJECT)}")
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files()[path], encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
