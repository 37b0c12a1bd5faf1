"""The truth beside the ledger: which party, line and resource each record of each system really is.

Written to ``truth/<name>.parquet``; the platform never reads it, only scores and benchmarks do.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.alarms import alarmed_objects
from seeds.operator.copies.columns import instants
from seeds.operator.copies.inventory import CELL, CIRCUIT, NODE, PORT, SITE
from seeds.operator.copies.keys import Keys
from seeds.operator.copies.performance import measured_objects, object_key
from seeds.operator.copies.subscribers import register
from seeds.operator.copies.usage import MediationFiles
from seeds.operator.planting.circuits import Circuits
from seeds.operator.world.offerings import USAGE_TYPES

_RECORD = {"system": pl.String, "entity": pl.String, "source_key": pl.String}


def build_truth(
    operator: Operator,
    keys: Keys,
    files: MediationFiles,
    circuits: Circuits,
    copies: dict[str, dict[str, pl.DataFrame]],
) -> dict[str, pl.DataFrame]:
    """Frames by file name; ``copies`` are the systems' entities: the truth has a row for each record that they deliver.

    ``party``: system, entity, source_key, party_id.
    ``service``: system, entity, source_key, valid_from, valid_to (half-open; null where the key has one line for good),
    line_id.
    ``usage``: stream, file_sequence, record_sequence, line_id.
    ``resource``: system, entity, source_key (fault management's own name for what it raises alarms about, an element
    manager's for what it measures), resource_id; what only an element manager knows is a resource of its own.
    """
    delivered = _delivered(copies)
    return {
        "party": _parties(operator, keys).join(delivered, on=list(_RECORD), how="semi"),
        "service": _services(operator, keys, delivered),
        "usage": _usage(operator, files),
        "resource": _resources(operator, keys, circuits, delivered),
    }


def _delivered(copies: dict[str, dict[str, pl.DataFrame]]) -> pl.DataFrame:
    """Keys of the records that the systems deliver: system, entity, source_key. Without the register's."""
    columns = {
        ("billing", "account"): "account_id",
        ("billing", "subscription"): "subscription_id",
        ("crm_fixed", "customer"): "customer_no",
        ("crm_fixed", "product"): "contract_no",
    } | {
        (system, entity): "id"
        for system, entities in (
            ("crm", ("customer", "individual", "organization", "product")),
            ("inventory", ("service", "resource")),
        )
        for entity in entities
    }
    parts = [
        _records(system, entity, copies[system][entity][column].unique())
        for (system, entity), column in columns.items()
    ]
    named = copies["alarms"]["alarm"]["document"].str.json_path_match("$.alarmedObject.id")
    return pl.concat([*parts, _records("alarms", "alarmed_object", named.drop_nulls().unique())])


def _records(system: str, entity: str, key: pl.Series, **columns: pl.Series) -> pl.DataFrame:
    """Rows of one entity: constant system and entity beside its keys."""
    frame = pl.DataFrame({"source_key": key, **columns})
    return frame.select(pl.lit(system).alias("system"), pl.lit(entity).alias("entity"), pl.all())


def _name(prefix: str, index: np.ndarray) -> pl.Series:
    return prefix + pl.Series(np.asarray(index, dtype=np.int64)).cast(pl.String)


def _parties(operator: Operator, keys: Keys) -> pl.DataFrame:
    everybody = np.arange(len(operator.parties))
    party = _name("party-", everybody)
    parts = [_records("billing", "account", keys.account, party_id=party[operator.accounts.customer])]
    for is_duplicate, present in ((False, keys.in_crm), (True, keys.duplicated)):
        customer = keys.crm_duplicate if is_duplicate else keys.crm_customer
        parts.append(_records("crm", "customer", customer, party_id=party).filter(pl.Series(present)))
        for entity, is_kind in (("individual", ~keys.is_organization), ("organization", keys.is_organization)):
            known = pl.Series(present & is_kind)
            parts.append(_records("crm", entity, keys.party(is_duplicate), party_id=party).filter(known))
    parts.append(_records("crm_fixed", "customer", keys.customer_no, party_id=party))
    return pl.concat(parts).sort("system", "entity", "source_key")


def _services(operator: Operator, keys: Keys, delivered: pl.DataFrame) -> pl.DataFrame:
    """Every record that stands for a line. An IMSI has one row per interval in which the register shows it."""
    line = _line(np.arange(len(operator.lines)))
    keyed = (
        ("billing", "subscription", keys.subscription),
        ("crm", "product", keys.product),
        ("crm_fixed", "product", keys.product),
        ("inventory", "service", keys.service),
        ("inventory", "service", keys.former_service),
    )
    named = pl.concat([_records(system, entity, key, line_id=line) for system, entity, key in keyed])
    no_instant = pl.lit(None, pl.Datetime("us", "UTC"))
    named = named.join(delivered, on=list(_RECORD), how="semi").with_columns(valid_from=no_instant, valid_to=no_instant)
    rows = register(operator).filter("is_dumped")
    shown = _records(
        "subscribers",
        "subscriber",
        rows["imsi"],
        line_id=_owner(rows["line"].to_numpy(), rows["lone"].to_numpy()),
        valid_from=instants(rows["begin"].to_numpy()),
        valid_to=instants(rows["end"].to_numpy()),
    )
    columns = [*_RECORD, "valid_from", "valid_to", "line_id"]
    return pl.concat([part.select(columns) for part in (named, shown)]).sort(*_RECORD, "valid_from")


def _line(line: np.ndarray) -> pl.Series:
    return _name("line-", line)


def _owner(line: np.ndarray, lone: np.ndarray) -> pl.Series:
    """Lines by number; a SIM card without a customer is a line of its own."""
    return pl.select(pl.when(pl.Series(line) >= 0).then(_line(line)).otherwise(_name("lone-", lone))).to_series()


def _usage(operator: Operator, files: MediationFiles) -> pl.DataFrame:
    """One row per record, in the order of the files."""
    events, order = operator.events, files.order
    return pl.DataFrame(
        {
            "stream": pl.Series(USAGE_TYPES, dtype=pl.String)[events.usage_type[order]],
            "file_sequence": files.file_sequence[order],
            "record_sequence": files.record_sequence[order],
            "line_id": _owner(events.line[order], events.lone_sim[order]),
        }
    )


def _resources(operator: Operator, keys: Keys, circuits: Circuits, delivered: pl.DataFrame) -> pl.DataFrame:
    """Inventory's resources, the register's SIM cards and the objects of alarms. Whatever they are called, the resource
    is named by kind and number of its place in the true world."""
    network, lines = operator.network, operator.lines
    prefixes = {"Site": "site-", "Cell": "cell-", "AccessNode": "node-"}
    parts = []
    for kind, prefix, count in (
        (SITE, prefixes["Site"], len(network.sites)),
        (CELL, prefixes["Cell"], len(network.cells)),
        (NODE, prefixes["AccessNode"], len(network.nodes)),
        (PORT, "port-", len(network.ports)),
    ):
        index = np.arange(count)
        key = keys.network_resource(kind, index)
        parts.append(_records("inventory", "resource", key, resource_id=_name(prefix, index)))
    serial = np.unique(np.concatenate([lines.sim, lines.new_sim, lines.twin_sim, operator.lone_sims.serial]))
    serial = serial[serial >= 0]
    parts.append(_records("inventory", "resource", keys.sim(serial), resource_id=_name("sim-", serial)))
    number = circuits.inventory["number"].to_numpy()
    leased = keys.network_resource(CIRCUIT, number)
    parts.append(_records("inventory", "resource", leased, resource_id=_name("circuit-", number)))
    objects = alarmed_objects(operator)
    meant = objects.select(pl.col("type").replace_strict(prefixes) + pl.col("number").cast(pl.String)).to_series()
    parts.append(_records("alarms", "alarmed_object", objects["object"], resource_id=meant))
    known = pl.concat(parts).join(delivered, on=list(_RECORD), how="semi")
    cards = register(operator).filter("is_dumped").unique("serial")
    shown = _records("subscribers", "subscriber", cards["imsi"], resource_id=_name("sim-", cards["serial"].to_numpy()))
    measured = measured_objects(operator)
    prefix = pl.col("kind").replace_strict(prefixes | {"Port": "port-"})
    key = object_key(measured)
    true_name = pl.when(pl.col("number") >= 0).then(prefix + pl.col("number").cast(pl.String))
    meant = measured.select(true_name.otherwise(pl.lit("unknown-") + key)).to_series()
    counted = _records("performance", "measured_object", key, resource_id=meant)
    return pl.concat([known, shown, counted]).sort(*_RECORD)
