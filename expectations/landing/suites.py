"""What a source's descriptor promises, as expectations: keys, required columns, accepted values, not empty."""

from __future__ import annotations

import re
from pathlib import Path

from expectations.declared import Declared
from ingestion.registry import Column, Entity

DECLARED_FOLDER = Path(__file__).parent
# A few gaps in a required column are the source's everyday faults; this share of a load is a broken extract.
_BROKEN_SHARE = 0.05


def view_name(system: str, entity: str, load_id: str) -> str:
    """The view of one load inside the checking connection."""
    return re.sub(r"\W", "_", f"{system}__{entity}__{load_id}")


def promised(entity: Entity) -> list[Declared]:
    """Expectations that follow from the descriptor alone."""
    # A snapshot load may bring several daily files; the key is unique within each.
    key = [*entity.key, "file_date"] if entity.mode == "snapshot" else entity.key
    required = [column for column in entity.columns if column.required and column.name not in entity.key]
    expectations = [_unique(key), *(_present(name, "error") for name in entity.key)]
    expectations += [_present(column.name, "warn") for column in required]
    if required:
        expectations.append(_mostly_present(required))
    expectations += [_accepted(column) for column in entity.columns if column.values]
    if entity.mode in ("full", "snapshot"):
        expectations.append(_not_empty())
    return expectations


def _present(column: str, severity: str) -> Declared:
    return Declared(
        name=f"{column}_present",
        severity=severity,
        expectation="expect_column_values_to_not_be_null",
        arguments={"column": column},
    )


def _unique(key: list[str]) -> Declared:
    columns = ", ".join(f'"{column}"' for column in key)
    # Grouping is several times cheaper on a million rows than the window that the built-in expectation uses.
    return Declared(
        name="key_unique",
        description=f"No two rows of the load share {', '.join(key)}.",
        severity="error",
        unexpected_rows=f"select {columns}, count(*) as copies from {{batch}} group by {columns} having count(*) > 1",
    )


def _mostly_present(columns: list[Column]) -> Declared:
    """One pass over the load counts every column; what is compared afterwards is one row."""
    counts = ", ".join(f'count("{column.name}") as "{column.name}"' for column in columns)
    shares = " union all ".join(
        f"select '{column.name}' as column_name, row_count, \"{column.name}\" as filled_count from filled"
        for column in columns
    )
    return Declared(
        name="required_columns_filled",
        description=f"No required column is empty in more than {_BROKEN_SHARE:.0%} of the rows.",
        severity="error",
        unexpected_rows=f"with filled as (select count(*) as row_count, {counts} from {{batch}}) "
        f"select * from ({shares}) as share where share.filled_count < (1 - {_BROKEN_SHARE}) * share.row_count",
    )


def _accepted(column: Column) -> Declared:
    return Declared(
        name=f"{column.name}_known",
        # A new code word is for the people who map codes; it must not stop the rest of the load.
        severity="warn",
        expectation="expect_column_values_to_be_in_set",
        arguments={"column": column.name, "value_set": column.values},
    )


def _not_empty() -> Declared:
    return Declared(
        name="not_empty",
        severity="error",
        expectation="expect_table_row_count_to_be_between",
        arguments={"min_value": 1},
    )
