"""What the linker brought back: scored pairs, blocks that it limited, records that it compared, counts.

Grain: kind and its own key. One run of analytics.identity gives all of it, so one table holds it; int_customer__match
and int_customer__limited_block are its parts. Incremental by itself: pairs of which neither record changed are taken
from the last table, when the same model scored them. A full refresh, a new workspace or another model scores
everything; the result is the same.
"""

import pyarrow as pa

from analytics.identity.engine import Resources
from analytics.identity.link import KNOWN_RECORD_SCHEMA, LIMITED_BLOCK_SCHEMA, PAIR_SCHEMA, LinkResult, link
from analytics.identity.model import LinkModel

PAIR, RECORD, LIMITED_BLOCK, STATISTIC = "pair", "record", "limited_block", "statistic"
STATISTIC_SCHEMA = pa.schema([("statistic", pa.string()), ("value", pa.float64())])
PARTS = {
    PAIR: PAIR_SCHEMA,
    RECORD: KNOWN_RECORD_SCHEMA,
    LIMITED_BLOCK: LIMITED_BLOCK_SCHEMA,
    STATISTIC: STATISTIC_SCHEMA,
}
COLUMNS = pa.unify_schemas([pa.schema([("kind", pa.string())]), *PARTS.values()])


def model(dbt, session):
    trained = dbt.ref("int_customer__match_model").to_arrow_table()
    records = dbt.ref("int_customer__match_input").to_arrow_table()
    if not trained.num_rows:
        return COLUMNS.empty_table()
    link_model = LinkModel.from_json(trained["parameters"][0].as_py())
    known = last_result(session.table(str(dbt.this)), link_model.model_id) if dbt.is_incremental else None
    result = link(records, link_model, known, resources=Resources(memory_limit=dbt.config.meta_get("memory_limit")))
    counts = [
        {"statistic": name, "value": float(value)}
        for name, value in sorted(result.statistics.items())
        if isinstance(value, int | float)
    ]
    parts = {
        PAIR: result.pairs,
        RECORD: result.records.append_column("model_id", pa.array([link_model.model_id] * result.records.num_rows)),
        LIMITED_BLOCK: result.limited_blocks,
        STATISTIC: pa.Table.from_pylist(counts, STATISTIC_SCHEMA),
    }
    tables = [part.append_column("kind", pa.array([kind] * part.num_rows, pa.string())) for kind, part in parts.items()]
    return pa.concat_tables(tables, promote_options="default").select(COLUMNS.names).cast(COLUMNS)


def last_result(table, model_id: str) -> LinkResult | None:
    """What the same model found last time, or nothing when another one did or the table had other columns."""
    if table.columns != COLUMNS.names:
        return None
    parts = {kind: table.filter(f"kind = '{kind}'") for kind in PARTS}
    for kind in (PAIR, RECORD):
        parts[kind] = parts[kind].filter(f"model_id = '{model_id}'")
    found = {kind: part.to_arrow_table().select(PARTS[kind].names).cast(PARTS[kind]) for kind, part in parts.items()}
    if not found[RECORD].num_rows:
        return None
    statistics = dict(zip(*found[STATISTIC].to_pydict().values(), strict=True))
    return LinkResult(found[PAIR], found[LIMITED_BLOCK], found[RECORD], statistics)
