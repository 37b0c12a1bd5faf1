"""Sorted Arrow tables brought up to date: rows taken out, others put in their places, and what stays untouched."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# What no name holds, and what sorts before everything that one does.
_BETWEEN = "\x00"
# Rows that are put together at once: a column of text stays far from the two gigabytes that one may have.
_BATCH = 50_000


def merged(known: pa.Table, gone: np.ndarray, new: pa.Table, by: tuple[str, ...]) -> pa.Table:
    """``known`` without the rows of the numbers in ``gone``, and with those of ``new``, in the order of the columns
    ``by`` (text, and one row of each).

    Both may come in any order; a table that is in order already is not sorted, and where nothing changes its rows are
    not copied.
    """
    is_kept = np.ones(known.num_rows, dtype=bool)
    is_kept[gone] = False
    known, known_keys, is_kept = _in_order(known, by, is_kept)
    new, new_keys, _ = _in_order(new.select(known.column_names), by, np.ones(new.num_rows, dtype=bool))
    places = np.asarray(pc.search_sorted(known_keys.combine_chunks(), new_keys.combine_chunks()), dtype=np.int64)
    pieces = []
    for start in range(0, max(known.num_rows, 1), _BATCH):
        end = min(start + _BATCH, known.num_rows)
        is_last = end == known.num_rows
        first, last = np.searchsorted(places, [start, end if not is_last else end + 1])
        kept = np.flatnonzero(is_kept[start:end])
        piece = known.slice(start, end - start)
        if first == last:
            pieces.append(piece if len(kept) == len(piece) else piece.take(kept))
            continue
        # Before which of the kept rows each new one goes.
        before = np.searchsorted(kept, places[first:last] - start)
        order = np.insert(kept, before, len(piece) + np.arange(last - first))
        pieces.append(pa.concat_tables([piece, new.slice(first, last - first)]).combine_chunks().take(order))
    return pa.concat_tables(pieces)


def _in_order(
    table: pa.Table, by: tuple[str, ...], is_kept: np.ndarray
) -> tuple[pa.Table, pa.ChunkedArray, np.ndarray]:
    keys = table[by[0]] if len(by) == 1 else pc.binary_join_element_wise(*(table[name] for name in by), _BETWEEN)
    if len(keys) < 2 or pc.all(pc.less_equal(keys[:-1], keys[1:])).as_py():
        return table, keys, is_kept
    order = pc.sort_indices(keys)
    return table.take(order), keys.take(order), is_kept[order]
