"""Performance management: hourly counters of cells, access nodes and ports, under each element manager's names."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import instants
from seeds.operator.copies.inventory import cell_text
from seeds.operator.copies.json_text import either
from seeds.operator.world.clock import HOUR

DAYS = 2
# One port in so many is under supervision.
_PORT_STEP = 8
_FLAW_PER_SITES = 40
_UNKNOWN_PER_CELLS = 80
_FIRST_NEW_CELL = 8
_FORMER_NUMBERS = 90_000
# kind -> group of counters, counters
COUNTERS = {
    "Cell": (
        "cells",
        (
            "DRB.PdcpSduVolumeDl", "DRB.PdcpSduVolumeUl", "RRC.ConnEstabAtt.Sum", "RRC.ConnEstabSucc.Sum",
            "RRU.CellUnavailableTime",
        ),
    ),
    "AccessNode": ("nodes", ("IF.InOctets", "IF.OutOctets", "EQPT.UnavailableTime")),
    "Port": ("ports", ("IF.InErrors", "IF.UnavailableTime")),
}  # fmt: skip
_OBJECT = ("element_manager", "vendor_name", "dn_prefix", "managed_element", "user_label", "measured_object")


def measured_objects(operator: Operator) -> pl.DataFrame:
    """Everything that is measured: the manager's names for it (see _OBJECT), its kind, its number in the true world (-1
    for what no inventory knows), and ``flaw``: what is wrong with its name, or null.

    The radio managers have the sites with even and odd numbers. The first names cells by number below their site, the
    second writes site, cell and cell identity into one name.
    """
    cells = operator.network.cells.with_columns(
        site=pl.col("site").cast(pl.Int64), number=pl.col("number").cast(pl.Int64)
    )
    flaws = _flawed_sites(operator)
    known = cells.select("site", "number", "technology", pl.col("cell").alias("true_number")).with_columns(
        flaw=pl.lit(None, pl.String)
    )
    radio = pl.concat([known, _unknown_cells(operator, cells)]).join(
        flaws, on="site", how="left", maintain_order="left"
    )
    even = _by_number(radio.filter(pl.col("site") % 2 == 0), operator)
    odd = _by_identity(_swapped(radio.filter(pl.col("site") % 2 == 1)))
    return pl.concat([even, odd, _nodes(operator), _ports(operator)])


def copy_performance(operator: Operator) -> dict[str, pl.DataFrame]:
    """Frame ``measurement``: one row per object and hour of the last days, with lists ``counters`` and ``values``."""
    random = operator.parameters.random("performance")
    objects = measured_objects(operator)
    clock, last = operator.parameters.clock, operator.parameters.end_day
    hours = np.arange(int(clock.midnight(last - DAYS)), int(clock.midnight(last)), HOUR)
    frame = objects.with_row_index("object").join(pl.DataFrame({"begin": hours}), how="cross").sort("begin", "object")
    values, suspect = _values(frame, random)
    groups = {kind: group for kind, (group, _) in COUNTERS.items()}
    counters = pl.DataFrame({"kind": list(COUNTERS), "counters": [list(names) for _, names in COUNTERS.values()]})
    return {
        "measurement": frame.join(counters, on="kind", how="left", maintain_order="left").select(
            *_OBJECT,
            pl.col("kind").replace_strict(groups).alias("measurement_info"),
            instants(frame["begin"].to_numpy(), "begin_at"),
            instants(frame["begin"].to_numpy() + HOUR, "end_at"),
            "counters",
            values.alias("values"),
            suspect.alias("is_suspect"),
        )
    }


def object_key(objects: pl.DataFrame) -> pl.Series:
    """The name under which a manager's file knows each object, whole."""
    return objects.select(
        pl.col("element_manager") + "/" + pl.col("managed_element") + "," + pl.col("measured_object")
    ).to_series()


def name_flaws(operator: Operator) -> pl.DataFrame:
    """Disagreements about names, for the ledger: ``subject`` (the object's key) and ``description``."""
    flawed = measured_objects(operator).filter(pl.col("flaw").is_not_null())
    return pl.DataFrame({"performance.measured_object": object_key(flawed), "description": flawed["flaw"]})


def _flawed_sites(operator: Operator) -> pl.DataFrame:
    """Sites that a manager calls by something else than their number: columns site, site_flaw."""
    count = len(operator.network.sites)
    order = operator.parameters.random("performance names").permutation(count).astype(np.int64)
    wanted = max(1, count // (2 * _FLAW_PER_SITES))
    chosen = np.concatenate([order[order % 2 == half][:wanted] for half in (0, 1)])
    # The first manager has local names, the second one numbers of before the merger.
    return pl.DataFrame({"site": np.sort(chosen), "site_flaw": True})


def _unknown_cells(operator: Operator, cells: pl.DataFrame) -> pl.DataFrame:
    """Cells that were built after inventory was last told."""
    count = max(2, len(cells) // _UNKNOWN_PER_CELLS)
    sites = operator.parameters.random("performance new cells").permutation(len(operator.network.sites))[:count]
    return pl.DataFrame({"site": sites.astype(np.int64)}).select(
        "site",
        pl.lit(_FIRST_NEW_CELL, pl.Int64).alias("number"),
        pl.lit(2, cells.schema["technology"]).alias("technology"),
        pl.lit(-1, pl.Int64).alias("true_number"),
        pl.lit("unknown_cell: measured, and not in the inventory").alias("flaw"),
    )


def _named(objects: pl.DataFrame, manager: str, vendor: str, kind: str) -> pl.DataFrame:
    return objects.select(
        pl.lit(manager).alias("element_manager"),
        pl.lit(vendor).alias("vendor_name"),
        pl.lit("DC=nordlicht.example").alias("dn_prefix"),
        "managed_element",
        pl.col("user_label").cast(pl.String),
        "measured_object",
        pl.lit(kind).alias("kind"),
        pl.col("true_number").cast(pl.Int64).alias("number"),
        "flaw",
    )


def _by_number(cells: pl.DataFrame, operator: Operator) -> pl.DataFrame:
    """``SubNetwork=1,ManagedElement=SITE_0042`` and ``GnbDuFunction=1,NrCellDu=3``."""
    city = operator.network.sites["city"].cast(pl.Int64)
    towers = pl.DataFrame({"site": operator.network.sites["site"].cast(pl.Int64), "tower": "TURM_" + _letters(city)})
    frame = cells.join(towers, on="site", how="left", maintain_order="left")
    renamed = pl.col("site_flaw").fill_null(False)
    site = pl.lit("SITE_") + pl.col("site").cast(pl.String).str.zfill(4)
    # Several sites of a town would have one name: the manager's own letter tells them apart.
    tower = pl.col("tower") + "_" + _letter(pl.col("site"))
    function = pl.col("technology").cast(pl.Int64).replace_strict(
        [0, 1, 2], ["BtsSiteMgr=1,GsmCell=", "ENodeBFunction=1,EUtranCellFDD=", "GnbDuFunction=1,NrCellDu="]
    )  # fmt: skip
    named = frame.with_columns(
        managed_element=pl.lit("SubNetwork=1,ManagedElement=") + either(renamed, tower, site),
        user_label=pl.lit("Site ") + pl.col("site").cast(pl.String),
        measured_object=function + pl.col("number").cast(pl.String),
        flaw=pl.coalesce("flaw", pl.when(renamed).then(pl.lit("renamed_site: the manager calls the site by its town"))),
    )
    return _named(named, "NMS-RAN-1", "Nordwave", "Cell")


def _by_identity(cells: pl.DataFrame) -> pl.DataFrame:
    """``ManagedElement=enb-00042`` and ``eutrancell=SITE42_CELL03,CellIdentity=262-98-00042-03``."""
    stale = pl.col("site_flaw").fill_null(False)
    site = pl.col("site") + pl.when(stale).then(_FORMER_NUMBERS).otherwise(0)
    named = cells.with_columns(
        managed_element=pl.lit("ManagedElement=enb-") + site.cast(pl.String).str.zfill(5),
        user_label=either(stale, pl.lit("site") + pl.col("site").cast(pl.String), pl.lit(None, pl.String)),
        measured_object=pl.lit("eutrancell=SITE") + site.cast(pl.String) + "_CELL" + _two(pl.col("called"))
        + ",CellIdentity=" + cell_text(pl.col("site"), pl.col("number")),
        flaw=pl.coalesce("flaw", pl.when(stale).then(pl.lit("stale_name: the site's number of before the merger"))),
    )  # fmt: skip
    return _named(named, "NMS-RAN-2", "Halma", "Cell")


def _swapped(cells: pl.DataFrame) -> pl.DataFrame:
    """Adds ``called``, the number in the cell's name: cells 1 and 2 of one site carry each other's."""
    free = cells.filter(pl.col("site_flaw").is_null())["site"]
    pair = (pl.col("site") == (free[0] if len(free) else -1)) & pl.col("number").is_in([1, 2])
    return cells.with_columns(
        called=pl.when(pair).then(3 - pl.col("number")).otherwise("number"),
        flaw=pl.when(pair).then(pl.lit("swapped_names: two cells carry each other's number")).otherwise("flaw"),
    )


def _nodes(operator: Operator) -> pl.DataFrame:
    """``SubNetwork=ACCESS,ManagedElement=AN0007`` and ``EquipmentHolder=1``."""
    nodes = operator.network.nodes.select(
        _access_element(pl.col("node")).alias("managed_element"),
        pl.lit(None, pl.String).alias("user_label"),
        pl.lit("EquipmentHolder=1").alias("measured_object"),
        pl.col("node").alias("true_number"),
        pl.lit(None, pl.String).alias("flaw"),
    )
    return _named(nodes, "NMS-ACCESS", "Ostermann", "AccessNode")


def _ports(operator: Operator) -> pl.DataFrame:
    """``Slot=1,Port=012`` below its node."""
    ports = operator.network.ports.filter(pl.col("port") % _PORT_STEP == 0).select(
        _access_element(pl.col("node")).alias("managed_element"),
        pl.lit(None, pl.String).alias("user_label"),
        (pl.lit("Slot=1,Port=") + pl.col("number").cast(pl.String).str.zfill(3)).alias("measured_object"),
        pl.col("port").alias("true_number"),
        pl.lit(None, pl.String).alias("flaw"),
    )
    return _named(ports, "NMS-ACCESS", "Ostermann", "Port")


def _access_element(node: pl.Expr) -> pl.Expr:
    return pl.lit("SubNetwork=ACCESS,ManagedElement=AN") + node.cast(pl.String).str.zfill(4)


def _two(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(2)


def _letter(number: pl.Expr) -> pl.Expr:
    """Letters for a number, without a digit in them."""
    return number.cast(pl.String).str.replace_many(list("0123456789"), list("ABCDEFGHIK"))


def _letters(numbers: pl.Series) -> pl.Series:
    return numbers.to_frame("number").select(_letter(pl.col("number"))).to_series()


def _values(frame: pl.DataFrame, random: np.random.Generator) -> tuple[pl.Series, pl.Series]:
    """Values of each row's counters as the files spell them (lists of text), and whether the element doubts them."""
    count = len(frame)
    hour = (frame["begin"].to_numpy() // HOUR) % 24
    busy = 0.3 + np.sin((hour - 5) / 24 * np.pi) ** 2
    away = np.where(random.random(count) < 0.01, random.integers(1, 3600, count), 0)
    share = 1 - away / 3600
    volume = np.exp(random.normal(13, 1.0, count)) * busy * share
    attempts = (random.gamma(4.0, 60.0, count) * busy * share).astype(np.int64)
    success = np.floor(attempts * (1 - random.beta(1.2, 80, count))).astype(np.int64)
    columns = pl.DataFrame(
        {
            "down": np.round(volume, 1),
            "up": np.round(volume * random.beta(2, 9, count), 1),
            "attempts": attempts,
            "success": success,
            "octets": (volume * 1_000).astype(np.int64),
            "errors": random.poisson(0.4, count),
            "away": away,
        }
    ).select(pl.all().cast(pl.String))
    # An element that was away for most of the hour does not know how many there were.
    columns = columns.with_columns(success=pl.when(pl.Series(away > 3_000)).then(pl.lit("NIL")).otherwise("success"))
    kind = frame["kind"]
    lists = columns.with_columns(kind=kind).select(
        pl.when(pl.col("kind") == "Cell")
        .then(pl.concat_list("down", "up", "attempts", "success", "away"))
        .when(pl.col("kind") == "AccessNode")
        .then(pl.concat_list("octets", "octets", "away"))
        .otherwise(pl.concat_list("errors", "away"))
    )
    return lists.to_series(), pl.Series(away > 0)
