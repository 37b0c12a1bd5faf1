"""The linker's model for customer records: the one that the registry keeps, or a new one.

Grain: one row, none without records. A model is trained once and kept, so that a pair has the same score today and
tomorrow, here and in a new workspace. It is trained when the registry has none of this feature version and generation
(dbt variable identity_model_generation): raise the number to train a new one from the records of that day, go back to
take the earlier one again. `trained_at` is data time.
"""

import pyarrow as pa

from analytics.identity.engine import Resources
from analytics.identity.features import FEATURE_VERSION, prepare
from analytics.identity.model import LinkModel, train

ENTITY = "customer"
COLUMNS = pa.schema(
    [
        ("entity", pa.string()),
        ("model_id", pa.string()),
        ("feature_version", pa.string()),
        ("generation", pa.int32()),
        ("trained_at", pa.timestamp("us")),
        ("record_count", pa.int64()),
        ("parameters", pa.string()),
    ]
)


def model(dbt, session):
    if not dbt.config.meta_get("is_probabilistic"):
        return COLUMNS.empty_table()
    generation = int(dbt.config.meta_get("generation"))
    data_time = dbt.ref("int_load__from_ops").filter("is_counted").aggregate("max(finished_at)").fetchone()[0]
    records = dbt.ref("int_customer__match_input").to_arrow_table()
    kept = (
        dbt.source("registry", "identity_model")
        .filter(
            f"entity = '{ENTITY}' and feature_version = '{FEATURE_VERSION}' and generation = {generation}"
            f" and trained_at <= timestamp '{data_time}'"
        )
        .order("trained_at, model_id")
        .limit(1)
        .to_arrow_table()
    )
    if kept.num_rows:
        LinkModel.from_json(kept["parameters"][0].as_py())  # says so when it was changed
        return kept.select(COLUMNS.names).cast(COLUMNS)
    if not records.num_rows:
        return COLUMNS.empty_table()
    resources = Resources(memory_limit=dbt.config.meta_get("memory_limit"))
    trained = train(prepare(records, resources=resources), resources=resources)
    row = {
        "entity": ENTITY,
        "model_id": trained.model_id,
        "feature_version": trained.feature_version,
        "generation": generation,
        "trained_at": data_time,
        "record_count": records.num_rows,
        "parameters": trained.to_json(),
    }
    return pa.Table.from_pylist([row], COLUMNS)
