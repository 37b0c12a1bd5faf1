"""Service and resource inventory as TM Forum documents, in UTC with milliseconds."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import dates, digits, instants, reword
from seeds.operator.copies.json_text import (
    array,
    by_version,
    characteristic,
    either,
    object_,
    only_if,
    plain,
    related_party,
    text,
    utc_millisecond_text,
)
from seeds.operator.copies.keys import Keys
from seeds.operator.planting.circuits import RESERVE, Circuits
from seeds.operator.world.clock import DAY, NEVER
from seeds.operator.world.lines import iccid, imsi
from seeds.operator.world.network import TECHNOLOGIES
from seeds.operator.world.offerings import MOBILE, SPEED

SITE, CELL, NODE, PORT, CIRCUIT = range(5)
_V5_SHARE = 0.10
_WORDS = {"active": ("Active", "ACTIVE"), "terminated": ("Terminated", "TERMINATED")}


def copy_inventory(operator: Operator, keys: Keys, circuits: Circuits) -> dict[str, pl.DataFrame]:
    """Frames ``service`` and ``resource`` (id, document, changed_at)."""
    random = operator.parameters.random("inventory")
    resources = [_sites(operator, keys), _cells(operator, keys), _nodes(operator, keys), _ports(operator, keys)]
    resources += [_sims(operator, keys, random), _circuits(operator, keys, circuits)]
    return {
        "service": _services(operator, keys, random),
        "resource": pl.concat(resources).sort("id"),
    }


def cell_text(site: pl.Expr, number: pl.Expr) -> pl.Expr:
    """The cell identity that usage records carry: country, network, site and cell."""
    return pl.lit("262-98-") + site.cast(pl.String).str.zfill(5) + pl.lit("-") + number.cast(pl.String).str.zfill(2)


def _services(operator: Operator, keys: Keys, random: np.random.Generator) -> pl.DataFrame:
    lines, now = operator.lines, operator.parameters.now
    line = np.flatnonzero(keys.has_service_record)
    moved = operator.chooser.lines("O2.relocated_line")
    current = _service_rows(operator, keys, line, keys.service[line])
    start = lines.start[line].copy()
    is_moved = np.isin(line, moved)
    start[is_moved] = lines.gap_to[line[is_moved]]
    end = lines.served_until[line].copy()
    end[operator.lifecycle.network.inventory_is_stale[line]] = NEVER
    planned = ~lines.is_provisioned[line]
    start[planned] = NEVER
    state = np.select([planned, start > now, end < now], ["reserved", "inactive", "terminated"], "active")
    current = current.with_columns(
        started_at=instants(start),
        ended_at=instants(end),
        state=reword(pl.Series(state.tolist()), _WORDS, random, 0.06),
        changed_at=instants(
            np.minimum(np.select([end < NEVER, start < NEVER], [end, start], lines.start[line]), now - DAY // 24)
        ),
    )
    former = _service_rows(operator, keys, moved, keys.former_service[moved]).with_columns(
        started_at=instants(lines.start[moved]),
        ended_at=instants(lines.gap_from[moved]),
        state=pl.lit("terminated"),
        changed_at=instants(lines.gap_from[moved]),
    )
    # Where the line was before the move: a port that is free today.
    free = operator.network.ports.filter(pl.col("line") < 0)["port"].to_numpy()
    former_port = free[np.arange(len(moved)) % max(len(free), 1)]
    former = former.with_columns(resource=keys.network_resource(PORT, former_port))
    frame = pl.concat([current, former.select(current.columns)])
    frame = frame.with_columns(
        is_v5=pl.Series(random.random(len(frame)) < _V5_SHARE), has_extra=pl.Series(random.random(len(frame)) < 0.1)
    )
    return frame.select(pl.col("key").alias("id"), _service_document().alias("document"), "changed_at").sort("id")


def _service_rows(operator: Operator, keys: Keys, line: np.ndarray, key: pl.Series) -> pl.DataFrame:
    lines, now = operator.lines, np.full(len(line), operator.parameters.now)
    changed = np.where(lines.plan_changed_at[line] < now, lines.plan_changed_at[line], lines.start[line])
    since = np.where(lines.speed[line] > 0, lines.speed_since[line], changed)
    is_mobile = lines.kind[line] == MOBILE
    sim = keys.sim(np.maximum(lines.sim_at(line, now), 0))
    port = keys.network_resource(PORT, np.maximum(operator.network.line_port[line], 0))
    # Inventory lists a second card where the customer asked for it.
    asked, twin = operator.chooser.lines("O11.multi_sim"), np.maximum(lines.twin_sim[line], 0)
    return pl.DataFrame(
        {
            "key": key,
            "is_mobile": is_mobile,
            "number": digits(lines.number_at(line, now)),
            "holder": keys.holder[line],
            "resource": pl.select(pl.when(pl.Series(is_mobile)).then(sim).otherwise(port)).to_series(),
            "is_realised": lines.is_provisioned[line],
            "twin": pl.select(pl.when(pl.Series(np.isin(line, asked))).then(keys.sim(twin))).to_series(),
            "speed": np.where(lines.speed[line] > 0, lines.speed[line], SPEED[lines.offering_at(line, now)]),
            "speed_since": instants(since),
        }
    )


def _service_document() -> pl.Expr:
    key, is_v5, is_mobile = pl.col("key"), pl.col("is_v5"), pl.col("is_mobile")
    number = text(pl.lit("+") + pl.col("number"))
    has_speed = pl.col("is_realised") & (pl.col("speed") > 0)
    kind = either(is_mobile, text("SIM"), text("Port"))
    resource = {"id": text(pl.col("resource")), "name": kind, "@referredType": kind}
    twin = {**resource, "id": text(pl.col("twin"))}
    version5 = {"@type": text("ResourceRef")}
    lists_both = pl.col("twin").is_not_null()
    return object_(
        {
            "id": text(key),
            "href": text(pl.lit("/serviceInventory/v4/service/") + key),
            "name": text(either(is_mobile, pl.lit("Mobile "), pl.lit("Line ")) + pl.col("number")),
            "category": text("CFS"),
            "serviceType": either(is_mobile, text("mobile"), text("fixed")),
            "state": text(pl.col("state")),
            "startDate": utc_millisecond_text(pl.col("started_at")),
            "endDate": utc_millisecond_text(pl.col("ended_at")),
            "hasStarted": either(pl.col("started_at").is_not_null(), plain("true"), plain("false")),
            "serviceCharacteristic": array(
                characteristic(is_v5, "msisdn", only_if(is_mobile, number)),
                characteristic(is_v5, "lineNumber", only_if(~is_mobile, number)),
                characteristic(is_v5, "downstreamSpeed", only_if(has_speed, text(pl.col("speed").cast(pl.String)))),
                characteristic(
                    is_v5, "speedProfileSince", only_if(has_speed, utc_millisecond_text(pl.col("speed_since")))
                ),
            ),
            "supportingResource": only_if(
                pl.col("is_realised"),
                by_version(
                    is_v5,
                    array(object_(resource), only_if(lists_both, object_(twin))),
                    array(object_({**resource, **version5}), only_if(lists_both, object_({**twin, **version5}))),
                ),
            ),
            "relatedParty": related_party(is_v5, pl.col("holder"), None, "Customer"),
            "migrationWave": only_if(pl.col("has_extra"), text("W3")),
            "@type": text("Service"),
        }
    )


def _resource(frame: pl.DataFrame, kind: str, characteristics: list[pl.Expr], relations: list[pl.Expr]) -> pl.DataFrame:
    """Resource documents from key, name, site_key, state, started_at, ended_at, changed_at and is_v5."""
    key = pl.col("key")
    place = object_(
        {
            "id": text(pl.col("site_key")),
            "href": text(pl.lit("/resourceInventoryManagement/v4/resource/") + pl.col("site_key")),
            "role": text("location"),
            "@referredType": text("Site"),
        }
    )
    document = object_(
        {
            "id": text(key),
            "href": text(pl.lit("/resourceInventoryManagement/v4/resource/") + key),
            "name": text(pl.col("name")),
            "category": text("physical"),
            "administrativeState": text("unlocked"),
            "operationalState": text(pl.col("state")),
            "startOperatingDate": utc_millisecond_text(pl.col("started_at")),
            "endOperatingDate": utc_millisecond_text(pl.col("ended_at")),
            "place": only_if(pl.col("site_key").is_not_null(), place),
            "resourceCharacteristic": array(*characteristics) if characteristics else pl.lit("[]"),
            "resourceRelationship": array(*relations) if relations else pl.lit("[]"),
            "@type": text(kind),
        }
    )
    return frame.select(key.alias("id"), document.alias("document"), "changed_at")


def _relation(kind: str, other: pl.Expr) -> pl.Expr:
    href = text(pl.lit("/resourceInventoryManagement/v4/resource/") + other)
    reference = object_({"id": text(other), "href": href, "@referredType": text("Resource")})
    # v4 puts the key beside the type, v5 inside a reference; this inventory does both.
    return only_if(
        other.is_not_null(),
        object_({"relationshipType": text(kind), "id": text(other), "href": href, "resource": reference}),
    )


def _standard(operator: Operator, frame: pl.DataFrame, age: np.ndarray) -> pl.DataFrame:
    """Columns that all network resources share; ``age`` spreads their first day over the years before the window."""
    start = operator.parameters.clock.midnight(operator.parameters.start_day - 400 - age * 97 % 3000)
    return frame.with_columns(
        state=pl.lit("enable"),
        started_at=instants(start),
        ended_at=pl.lit(None, pl.Datetime("us", "UTC")),
        changed_at=instants(start),
        is_v5=pl.Series(age % 10 == 7),
    )


def _sites(operator: Operator, keys: Keys) -> pl.DataFrame:
    sites = operator.network.sites
    index = sites["site"].to_numpy()
    frame = _standard(operator, sites, index).with_columns(
        key=keys.network_resource(SITE, index),
        site_key=keys.network_resource(SITE, index),
        name=pl.lit("Site ") + pl.col("site").cast(pl.String),
    )
    is_v5 = pl.col("is_v5")
    coordinates = [characteristic(is_v5, name, plain(pl.col(name))) for name in ("latitude", "longitude")]
    return _resource(frame, "Site", coordinates, [])


def _cells(operator: Operator, keys: Keys) -> pl.DataFrame:
    cells = operator.network.cells
    index, site = cells["cell"].to_numpy(), cells["site"].to_numpy()
    frame = _standard(operator, cells, index).with_columns(
        key=keys.network_resource(CELL, index),
        site_key=keys.network_resource(SITE, site),
        name=pl.lit("Site ") + pl.col("site").cast(pl.String) + pl.lit(" Cell ") + pl.col("number").cast(pl.String),
        technology_name=pl.Series(TECHNOLOGIES)[cells["technology"].to_numpy()],
    )
    is_v5 = pl.col("is_v5")
    characteristics = [
        characteristic(is_v5, "technology", text(pl.col("technology_name"))),
        characteristic(is_v5, "cellId", text(cell_text(pl.col("site"), pl.col("number")))),
    ]
    return _resource(frame, "Cell", characteristics, [_relation("isContainedBy", pl.col("site_key"))])


def _nodes(operator: Operator, keys: Keys) -> pl.DataFrame:
    nodes = operator.network.nodes
    index = nodes["node"].to_numpy()
    frame = _standard(operator, nodes, index).with_columns(
        key=keys.network_resource(NODE, index),
        site_key=keys.network_resource(SITE, nodes["site"].to_numpy()),
        name=pl.lit("Access Node ") + pl.col("node").cast(pl.String),
    )
    technology = characteristic(pl.col("is_v5"), "technology", text("GPON"))
    return _resource(frame, "AccessNode", [technology], [_relation("isContainedBy", pl.col("site_key"))])


def _ports(operator: Operator, keys: Keys) -> pl.DataFrame:
    ports = operator.network.ports
    index, node = ports["port"].to_numpy(), ports["node"].to_numpy()
    site = operator.network.nodes["site"].to_numpy()[node]
    frame = _standard(operator, ports, index).with_columns(
        key=keys.network_resource(PORT, index),
        site_key=keys.network_resource(SITE, site),
        node_key=keys.network_resource(NODE, node),
        name=pl.lit("Access Node ")
        + pl.col("node").cast(pl.String)
        + pl.lit(" Port ")
        + pl.col("number").cast(pl.String),
    )
    return _resource(frame, "Port", [], [_relation("isContainedBy", pl.col("node_key"))])


def _sims(operator: Operator, keys: Keys, random: np.random.Generator) -> pl.DataFrame:
    """SIM cards: of every line, the card before and after a swap, and cards without a customer."""
    lines, lone = operator.lines, operator.lone_sims
    first = np.flatnonzero((lines.kind == MOBILE) & lines.is_provisioned)
    second = first[lines.sim_changed_at[first] < operator.parameters.now]
    twins = first[lines.twin_sim[first] >= 0]
    serial = np.concatenate([lines.sim[first], lines.new_sim[second], lines.twin_sim[twins], lone.serial])
    start = np.concatenate([lines.start[first], lines.sim_changed_at[second], lines.twin_from[twins], lone.begin])
    end = np.concatenate(
        [
            np.minimum(lines.served_until[first], lines.sim_changed_at[first]),
            lines.served_until[second],
            lines.served_until[twins],
            np.full(len(lone), NEVER),
        ]
    )
    # What the network lost without an order is still a card in somebody's hands.
    ended = end < operator.parameters.now
    frame = (
        pl.DataFrame(
            {
                "key": keys.sim(serial),
                "serial": serial,
                "imsi": digits(imsi(serial)),
                "state": np.where(ended, "disable", "enable"),
                "started_at": instants(np.minimum(start, operator.parameters.now)),
                "ended_at": instants(end),
                "changed_at": instants(
                    np.minimum(np.where(end < NEVER, end, start), operator.parameters.now - DAY // 24)
                ),
                "is_v5": random.random(len(serial)) < _V5_SHARE,
                "purpose": pl.Series([None] * (len(serial) - len(lone)) + lone.purpose, dtype=pl.String),
                "purpose_until": pl.concat([_no_days(len(serial) - len(lone)), _last_days(lone.purpose_until)]),
            }
        )
        .with_columns(
            iccid=iccid(pl.col("serial")),
            site_key=pl.lit(None, pl.String),
        )
        .with_columns(name=pl.lit("SIM ") + pl.col("iccid"))
    )
    is_v5 = pl.col("is_v5")
    characteristics = [
        characteristic(is_v5, "imsi", text(pl.col("imsi"))),
        characteristic(is_v5, "iccid", text(pl.col("iccid"))),
        characteristic(is_v5, "purpose", text(pl.col("purpose"))),
        characteristic(is_v5, "purposeValidUntil", text(pl.col("purpose_until"))),
    ]
    return _resource(frame, "SIM", characteristics, [])


def _circuits(operator: Operator, keys: Keys, circuits: Circuits) -> pl.DataFrame:
    """Leased circuits: whose they are, what they carry, or until when they are held for an order."""
    leased, now = circuits.inventory, operator.parameters.now
    number, line, offering = (leased[name].to_numpy() for name in ("number", "line", "offering"))
    started, ended = leased["from_at"].to_numpy(), leased["to_at"].to_numpy()
    is_reserved = pl.col("use") == RESERVE
    frame = leased.with_columns(
        key=keys.network_resource(CIRCUIT, number),
        reference=keys.circuit(number),
        service=pl.select(pl.when(pl.Series(line >= 0)).then(keys.service[np.maximum(line, 0)])).to_series(),
        sold_as=pl.select(pl.when(pl.Series(offering >= 0)).then(keys.offering[np.maximum(offering, 0)])).to_series(),
        state=pl.Series(np.where(ended < now, "disable", "enable").tolist()),
        started_at=instants(started),
        ended_at=instants(ended),
        changed_at=instants(np.minimum(np.where(ended < NEVER, ended, started), now - DAY // 24)),
        held_until=pl.col("reserved_until").cast(pl.Int32).cast(pl.Date).dt.strftime("%Y-%m-%d"),
        is_v5=pl.Series(number % 10 == 7),
    )
    key, is_v5 = pl.col("key"), pl.col("is_v5")
    status = pl.when(is_reserved).then(pl.lit("reserved")).when(pl.col("ended_at").is_null()).then(pl.lit("available"))
    document = object_(
        {
            "id": text(key),
            "href": text(pl.lit("/resourceInventoryManagement/v4/resource/") + key),
            "name": text(pl.lit("Circuit ") + pl.col("reference")),
            "category": text("logical"),
            "administrativeState": text("unlocked"),
            "operationalState": text(pl.col("state")),
            "resourceStatus": text(status),
            "startOperatingDate": utc_millisecond_text(pl.col("started_at")),
            "endOperatingDate": utc_millisecond_text(pl.col("ended_at")),
            "resourceCharacteristic": array(
                characteristic(is_v5, "circuitReference", text(pl.col("reference"))),
                characteristic(is_v5, "circuitUse", text(pl.col("use"))),
                characteristic(is_v5, "supplier", text(pl.col("partner"))),
                characteristic(is_v5, "supplierReference", text(pl.col("supplier_reference"))),
                characteristic(is_v5, "supplierProduct", text(pl.col("product"))),
                characteristic(is_v5, "carriedService", text(pl.col("service"))),
                characteristic(is_v5, "productOffering", text(pl.col("sold_as"))),
                characteristic(is_v5, "reservedUntil", text(pl.col("held_until"))),
            ),
            "resourceRelationship": plain("[]"),
            "relatedParty": only_if(
                pl.col("holder").is_not_null(), related_party(is_v5, pl.col("holder"), None, "Customer")
            ),
            "@type": text("Circuit"),
        }
    )
    return frame.select(key.alias("id"), document.alias("document"), "changed_at")


def _no_days(count: int) -> pl.Series:
    return pl.Series([None] * count, dtype=pl.String)


def _last_days(ended: np.ndarray) -> pl.Series:
    """The last day of a purpose as text, from the first day on which it has ended (-1: no end)."""
    last = dates(np.maximum(ended - 1, 0))
    return pl.select(pl.when(pl.Series(ended >= 0)).then(last.dt.to_string("%Y-%m-%d"))).to_series()
