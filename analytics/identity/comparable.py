"""Records as Splink compares them: features less junk, numbered in the order of record_id, with their term
frequencies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from analytics.identity import text
from analytics.identity.comparisons import FREQUENCY_COLUMNS

# Features whose values may turn out to be junk, and whether they are lists.
JUNK_COLUMNS: dict[str, bool] = {
    "emails": True,
    "phones": True,
    "vat_number": False,
    "customer_number": False,
    "domains": True,
    "switchboards": True,
}
# What is compared of businesses alone: nearly every person has a mailbox at a provider that many have.
_OF_BUSINESSES = ("domains",)


def make_comparable(
    connection: duckdb.DuckDBPyConnection,
    *,
    junk: Mapping[str, tuple[str, ...]],
    frequencies: Mapping[str, Mapping[str, Any]],
    usual_given_names: tuple[str, ...],
) -> None:
    """The table ``comparable`` from ``feature``.

    ``unique_id`` is the rank of record_id, so l < r holds for names as for numbers: among these records, or as the
    table
    ``record_number`` says where there is one.
    """
    text.install(connection)
    connection.execute(
        """
        create temp table if not exists record_number as
        select record_id, cast(row_number() over (order by record_id nulls last) as integer) as unique_id from feature
        """
    )
    changes, kept_lists, joins = [], [], []
    for column, is_list in JUNK_COLUMNS.items():
        if not junk.get(column):
            continue
        of_whom = "party_type <> 'person' and " if column in _OF_BUSINESSES else ""
        if is_list:
            # Few records hold junk: only their lists are gone through.
            joins.append(
                f"""
                left join (
                    select record_id, filled(list_filter({column}, lambda v: not list_contains(values, v))) as kept
                    from feature cross join (select {column} as values from junk)
                    where {of_whom}record_id in (
                        select record_id
                        from (select record_id, unnest({column}) as value from feature where {of_whom}true)
                        where value in (select unnest({column}) from junk)
                    )
                ) as {column}_holder on {column}_holder.record_id = feature.record_id
                """
            )
            kept_lists.append(
                f"{column}_holder.record_id is not null as has_junk_{column}, {column}_holder.kept as kept_{column}"
            )
            changes.append(f"case when has_junk_{column} then kept_{column} else feature.{column} end as {column}")
        else:
            joins.append(
                f"left join (select unnest({column}) as value from junk) as {column}_junk"
                f" on {column}_junk.value = feature.{column}"
            )
            kept_lists.append(f"{column}_junk.value is not null as has_junk_{column}")
            changes.append(f"case when not has_junk_{column} then feature.{column} end as {column}")
    lists = {column: pa.array([list(junk.get(column, ()))], pa.list_(pa.string())) for column in JUNK_COLUMNS}
    connection.register("junk", pa.table(lists))
    connection.register("usual_given_name", pa.table({"value": pa.array(usual_given_names, pa.string())}))
    columns = []
    for column in FREQUENCY_COLUMNS:
        table = frequencies.get(column, {"values": {}, "other": None})
        values: Mapping[str, float] = table["values"]
        connection.register(
            f"frequency_{column}",
            pa.table({"value": pa.array(values.keys(), pa.string()), "share": pa.array(values.values(), pa.float64())}),
        )
        joins.append(f"left join frequency_{column} on frequency_{column}.value = cast(feature.{column} as varchar)")
        other = "null" if table["other"] is None else f"cast({table['other']!r} as double)"
        columns.append(
            f"case when feature.{column} is not null then coalesce(frequency_{column}.share, {other}) end as"
            f" tf_{column}"
        )
    less_junk = f" replace ({', '.join(changes)})" if changes else ""
    # What is looked up by a column or two is joined to these alone, and the result once to all columns.
    connection.execute(
        f"""
        create or replace temp table looked_up as
        select
            feature.record_id,
            record_number.unique_id,
            usual_given_name.value is not null as is_usual_given_name,
            coalesce(usual_given_name.value, frequency_given_name.value) is not null as is_known_given_name,
            {", ".join([*columns, *kept_lists])}
        from feature
        inner join record_number using (record_id)
        left join usual_given_name on usual_given_name.value = feature.given_name
        {" ".join(joins)}
        """
    )
    frequency = ", ".join(f"tf_{column}" for column in FREQUENCY_COLUMNS)
    connection.execute(
        f"""
        create or replace temp table comparable as
        select
            looked_up.unique_id,
            feature.*{less_junk},
            is_usual_given_name, is_known_given_name,
            {frequency}
        from feature
        inner join looked_up using (record_id)
        """
    )
    connection.execute("drop table looked_up")
    connection.unregister("junk")
    for name in FREQUENCY_COLUMNS:
        connection.unregister(f"frequency_{name}")
    connection.unregister("usual_given_name")
