"""Records as Splink compares them: features less junk, numbered in the order of record_id, with their term
frequencies.

Columns are looked up in the model's few values and hung beside the features, which stay where they are: nothing is
copied but what junk was taken out of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.identity import text
from analytics.identity.comparisons import FREQUENCY_COLUMNS
from analytics.identity.engine import spread

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
    features: pa.Table,
    *,
    junk: Mapping[str, tuple[str, ...]],
    frequencies: Mapping[str, Mapping[str, Any]],
    usual_given_names: tuple[str, ...],
    numbers: np.ndarray | None = None,
) -> pa.Table:
    """``comparable`` on the connection, and as it is returned: the features of `prepare`, less junk, with
    ``unique_id``, what is known of the given name, and ``tf_<feature>``.

    ``unique_id`` is the rank of record_id, so l < r holds for names as for numbers; or ``numbers``, one for each row.
    """
    text.install(connection)
    if numbers is None:
        features = _in_order(features)
        numbers = np.arange(1, features.num_rows + 1)
    comparable = features.append_column("unique_id", pa.array(numbers, pa.int32()))
    given_names = features["given_name"]
    known = [*usual_given_names, *frequencies.get("given_name", {}).get("values", ())]
    comparable = comparable.append_column("is_usual_given_name", _is_one_of(given_names, usual_given_names))
    comparable = comparable.append_column("is_known_given_name", _is_one_of(given_names, known))
    for column in FREQUENCY_COLUMNS:
        # Before junk goes: a value has its share whatever becomes of it.
        comparable = comparable.append_column(f"tf_{column}", _shares(features[column], frequencies.get(column)))
    is_business = pc.not_equal(features["party_type"], "person")
    for column, is_list in JUNK_COLUMNS.items():
        if values := junk.get(column, ()):
            of_whom = is_business if column in _OF_BUSINESSES else None
            kept = (_list_without if is_list else _without)(features[column], values, of_whom)
            comparable = comparable.set_column(comparable.column_names.index(column), column, kept)
    spread(connection, "comparable", comparable)
    return comparable


def _in_order(features: pa.Table) -> pa.Table:
    names = features["record_id"]
    if len(names) > 1 and not pc.all(pc.less(names[:-1], names[1:])).as_py():
        return features.take(pc.sort_indices(names))
    return features


def _values(values: Iterable[str], kind: pa.DataType) -> pa.Array:
    return pa.array(values, pa.string()).cast(kind)


def _is_one_of(column: pa.ChunkedArray, values: Iterable[str]) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=_values(values, column.type))


def _shares(column: pa.ChunkedArray, table: Mapping[str, Any] | None) -> pa.ChunkedArray:
    """How frequent each value is: as listed, or as any other."""
    if table is None:
        return pa.chunked_array([pa.nulls(len(column), pa.float64())])
    listed = _values(table["values"].keys(), column.type)
    place = pc.index_in(column, value_set=listed)
    shares = pc.take(pa.array(table["values"].values(), pa.float64()), place)
    if table["other"] is None:
        return shares
    return pc.if_else(pc.is_valid(column), pc.fill_null(shares, table["other"]), pa.scalar(None, pa.float64()))


def _without(column: pa.ChunkedArray, junk: Iterable[str], of_whom: pa.ChunkedArray | None) -> pa.ChunkedArray:
    is_junk = _is_one_of(column, junk)
    if of_whom is not None:
        is_junk = pc.and_(is_junk, of_whom)
    return pc.if_else(is_junk, pa.scalar(None, column.type), column)


def _list_without(column: pa.ChunkedArray, junk: Iterable[str], of_whom: pa.ChunkedArray | None) -> pa.ChunkedArray:
    """Lists less junk, null where nothing is left."""
    lists = column.combine_chunks()
    values, row = lists.flatten(), pc.list_parent_indices(lists)
    is_kept = pc.invert(pc.is_in(values, value_set=_values(junk, values.type)))
    if of_whom is not None:
        is_kept = pc.or_(is_kept, pc.invert(pc.take(of_whom, row)).combine_chunks())
    counts = np.bincount(row.filter(is_kept), minlength=len(lists))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    kept = pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), values.filter(is_kept), type=lists.type, mask=pa.array(counts == 0)
    )
    return pa.chunked_array([kept])
