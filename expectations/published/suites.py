"""What users of each published table are promised: hand-written, plus 'it did not collapse' unless it is a worklist."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from expectations.declared import Declared, read_declared

DECLARED_FOLDER = Path(__file__).parent
# A table that loses more than this share of its rows from one publication to the next lost its data.
_COLLAPSE_SHARE = 0.3
# People work these off: that they get short, or empty, is what they are for.
_WORKLISTS = {"marts_quality.identity_worklist"}


@dataclass(frozen=True)
class Promise:
    """A published table, ``<schema>.<table>``, and its expectations."""

    table: str
    expectations: list[Declared]


def promises() -> list[Promise]:
    """Every promise, one file per schema, one key per table."""
    declared_tables = [
        (f"{file.stem}.{table}", declared)
        for file in sorted(DECLARED_FOLDER.glob("*.yml"))
        for table, declared in read_declared(file).items()
    ]
    return [
        Promise(table, declared if table in _WORKLISTS else [*declared, _not_collapsed(table)])
        for table, declared in declared_tables
    ]


def _not_collapsed(table: str) -> Declared:
    return Declared(
        name="not_collapsed",
        description=f"At most {_COLLAPSE_SHARE:.0%} fewer rows than in the last publication.",
        severity="error",
        unexpected_rows="select present.row_count, previous.row_count as previous_row_count "
        "from (select count(*) as row_count from {batch}) as present "
        f"inner join previous.table_count as previous on previous.table_name = '{table}' "
        f"where present.row_count < (1 - {_COLLAPSE_SHARE}) * previous.row_count",
    )
