"""A lake of many events: the workspace of a small operator, as many times over as it takes.

Each copy is an operator of its own: its customers, products, services, cards, invoices and events have keys of their
own, so that every join finds as many partners as in the original. What all of them share (offerings, prices, bill
runs, parameters) stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

# What names a customer's things in the models. A key that is missing here would join copies with one another.
_KEYS = {
    "account_holder",
    "billing_account_id",
    "customer_id",
    "customer_id_source",
    "dunning_action_id",
    "event_reference",
    "holder",
    "imsi",
    "invoice_id",
    "invoice_line_id",
    "order_item_id",
    "presence_id",
    "product_holder",
    "product_id",
    "product_id_source",
    "product_order_id",
    "rated_usage_id",
    "resource_id_inventory",
    "reverses_rated_usage_id",
    "served_imsi",
    "served_number",
    "service_id",
    "service_key_inventory",
    "service_number",
    "service_order_id",
    "source_key",
    "subscriber_key",
    "subscription_id_billing",
    "usage_id",
}
_NUMBERS = {"BIGINT", "INTEGER", "HUGEINT"}
# Far above any number that a row of the original has.
_NUMBER_STEP = 10_000_000_000


def multiply(connection: duckdb.DuckDBPyConnection, relations: Sequence[str], copies: int) -> dict[str, int]:
    """Put ``copies`` of each relation in its place; returns the rows of those that have keys, by relation.

    relations: '<schema>.<table>', tables only.
    """
    rows = {}
    for relation in sorted(relations):
        schema, table = relation.split(".")
        columns = connection.execute(
            "select column_name, data_type from information_schema.columns where table_schema = ? and table_name = ?",
            [schema, table],
        ).fetchall()
        keys = [(name, kind) for name, kind in columns if name in _KEYS]
        if not keys or copies == 1:
            continue
        replaced = ", ".join(f"{_key(name, kind)} as {name}" for name, kind in keys)
        # Copies of a row lie side by side: what was in the order of time stays so.
        connection.execute(
            f"""
            create table {schema}.manyfold as
            select * exclude (copy) replace ({replaced})
            from (select *, unnest(range({copies})) as copy from {schema}.{table})
            """
        )
        connection.execute(f"drop table {schema}.{table}")
        connection.execute(f"alter table {schema}.manyfold rename to {table}")
        rows[relation] = connection.execute(f"select count(*) from {relation}").fetchone()[0]
    return rows


def _key(name: str, kind: str) -> str:
    """The key of a copy; that of the first copy is the original's."""
    if kind in _NUMBERS:
        return f"cast({name} + copy * {_NUMBER_STEP} as {kind})"
    return f"case when copy = 0 then {name} else {name} || '~' || copy end"
