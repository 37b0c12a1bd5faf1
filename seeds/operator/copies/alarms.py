"""Fault management: X.733 alarms in their latest state, with resource names of its own."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import choose_words, instants
from seeds.operator.copies.json_text import (
    by_version,
    either,
    local_text,
    object_,
    only_if,
    plain,
    text,
    truth,
    utc_text,
)
from seeds.operator.world.clock import HOME_ZONE, MINUTE, NEVER, SECOND

# type, severity, probable cause, specific problem, affects service
_PROBLEMS = (
    ("communicationsAlarm", "critical", "lossOfSignal", "S1 link down", True),
    ("communicationsAlarm", "major", "degradedSignal", "Microwave fading", True),
    ("equipmentAlarm", "critical", "powerProblem", "Mains failure, on battery", True),
    ("equipmentAlarm", "major", "replaceableUnitProblem", "Radio unit failed", True),
    ("equipmentAlarm", "minor", "fanFailure", "Fan speed low", False),
    ("environmentalAlarm", "minor", "highTemperature", "Cabinet temperature high", False),
    ("environmentalAlarm", "warning", "enclosureDoorOpen", "Door open", False),
    ("processingErrorAlarm", "warning", "softwareError", "Process restarted", False),
    ("qualityOfServiceAlarm", "minor", "thresholdCrossed", "Drop rate above threshold", True),
)
_SHARES = (0.10, 0.14, 0.06, 0.09, 0.11, 0.14, 0.12, 0.10, 0.14)
_HOURS = (2, 2, 3, 3, 3, 3, 4, 6, 8, 8, 7, 7, 6, 7, 7, 6, 6, 6, 5, 5, 4, 4, 3, 2)


def site_name(site: pl.Expr) -> pl.Expr:
    """``SITE_0042``, where the inventory says ``Site 42``."""
    return pl.lit("SITE_") + site.cast(pl.String).str.zfill(4)


def alarmed_objects(operator: Operator) -> pl.DataFrame:
    """Everything that can raise an alarm: fault management's name, its type, its number in the true world (of a site,
    cell or node), its site, its weight."""
    network = operator.network
    sites = network.sites.select(
        site_name(pl.col("site")).alias("object"),
        pl.lit("Site").alias("type"),
        pl.col("site").alias("number"),
        "site",
        pl.lit(3.0).alias("weight"),
    )
    cells = network.cells.select(
        (site_name(pl.col("site")) + pl.lit("/CELL-") + pl.col("number").cast(pl.String)).alias("object"),
        pl.lit("Cell").alias("type"),
        pl.col("cell").alias("number"),
        "site",
        pl.lit(1.0).alias("weight"),
    )
    nodes = network.nodes.select(
        (pl.lit("AN-") + pl.col("node").cast(pl.String).str.zfill(4)).alias("object"),
        pl.lit("AccessNode").alias("type"),
        pl.col("node").alias("number"),
        "site",
        pl.lit(6.0).alias("weight"),
    )
    return pl.concat([sites, cells, nodes])


def copy_alarms(operator: Operator) -> dict[str, pl.DataFrame]:
    """Frame ``alarm`` (id, document, changed_at): about one alarm per site and week, outages that take a site's cells
    with them, and some that a second manager reported once more."""
    parameters = operator.parameters
    random = parameters.random("alarms")
    objects = alarmed_objects(operator)
    count = max(60, int(len(operator.network.sites) * parameters.days * 0.28))
    weight = objects["weight"].to_numpy() * random.gamma(0.6, 1.0, len(objects))
    picked = random.choice(len(objects), count, p=weight / weight.sum())
    raised = _moments(operator, random, count)
    problem = random.choice(len(_PROBLEMS), count, p=_SHARES)
    lasting = (np.exp(random.normal(3.3, 1.3, count)) * 60).astype(np.int64) + 20
    frame = pl.DataFrame({"thing": picked, "raised": raised, "problem": problem, "lasting": lasting})

    frame = pl.concat([frame, _outages(operator, objects, random)]).sort("raised", "thing")
    repeated = frame.filter(pl.Series(random.random(len(frame)) < 0.012)).with_columns(pl.col("raised") + 2 * SECOND)
    frame = pl.concat(
        [frame.with_columns(pl.lit(False).alias("is_repeat")), repeated.with_columns(pl.lit(True).alias("is_repeat"))]
    ).sort("raised", "thing", "is_repeat")
    return {"alarm": _documents(operator, objects, frame, random)}


def _moments(operator: Operator, random: np.random.Generator, count: int) -> np.ndarray:
    parameters = operator.parameters
    day = parameters.start_day + random.integers(0, parameters.days, count)
    cumulative = np.concatenate([[0.0], np.cumsum(_HOURS)]) / sum(_HOURS)
    seconds = np.interp(random.random(count), cumulative, np.arange(25) * 3600.0).astype(np.int64)
    return parameters.clock.midnight(day) + seconds * SECOND


def _outages(operator: Operator, objects: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """A site that loses its link: the site's alarm and, within a minute, one of each of its cells."""
    sites = len(operator.network.sites)
    count = max(3, sites * operator.parameters.days // 400)
    outage = pl.DataFrame(
        {
            "site": random.integers(0, sites, count),
            "start": _moments(operator, random, count),
            "lasting": (np.exp(random.normal(4.2, 0.9, count)) * 60).astype(np.int64) + 300,
        }
    )
    hit = (
        objects.with_row_index("thing")
        .filter(pl.col("type") != "AccessNode")
        .join(outage, on="site", how="inner")
        .sort("start", "thing")
    )
    delay = random.integers(0, 60, len(hit)) * SECOND
    return hit.select(
        pl.col("thing").cast(pl.Int64),
        (pl.col("start") + pl.Series(delay)).alias("raised"),
        pl.lit(0, pl.Int64).alias("problem"),
        "lasting",
    )


def _documents(
    operator: Operator, objects: pl.DataFrame, frame: pl.DataFrame, random: np.random.Generator
) -> pl.DataFrame:
    count, now = len(frame), operator.parameters.now
    raised = frame["raised"].to_numpy()
    cleared = raised + frame["lasting"].to_numpy() * SECOND
    open_still = (cleared > now) | (random.random(count) < 0.01)
    cleared = np.where(open_still, NEVER, cleared)
    acknowledged = random.random(count) < 0.7
    updated = np.minimum(raised + random.integers(1, 15, count) * MINUTE, now - MINUTE)
    changed = np.where(open_still, np.where(acknowledged, updated, raised), cleared)
    state = np.where(~open_still, "cleared", np.where(acknowledged, "updated", "raised"))
    thing, problem = frame["thing"].to_numpy(), frame["problem"].to_numpy()
    columns = pl.DataFrame(
        {
            "number": 500_000 + np.arange(count),
            "external": pl.Series(np.cumsum(~frame["is_repeat"].to_numpy())).cast(pl.String),
            "object": objects["object"][thing],
            "type": objects["type"][thing],
            "alarm_type": pl.Series([row[0] for row in _PROBLEMS])[problem],
            "severity": pl.Series([row[1] for row in _PROBLEMS])[problem],
            "cause": pl.Series([row[2] for row in _PROBLEMS])[problem],
            "specific": pl.Series([row[3] for row in _PROBLEMS])[problem],
            "affects": pl.Series([row[4] for row in _PROBLEMS])[problem],
            "state": pl.Series(state.tolist()),
            "is_open": open_still,
            "acknowledged": acknowledged,
            "raised_at": instants(raised),
            "changed_at": instants(changed),
            "cleared_at": instants(cleared),
            "manager": choose_words(random, count, ["NMS-RAN-1", "NMS-RAN-2", "NMS-ACCESS"], [0.5, 0.3, 0.2]),
            "is_repeat": frame["is_repeat"],
            "is_v5": random.random(count) < 0.10,
            "is_local": random.random(count) < 0.08,
        }
    )

    def moment(name: str) -> pl.Expr:
        return either(pl.col("is_local"), local_text(pl.col(name), HOME_ZONE), utc_text(pl.col(name)))

    number = pl.col("number").cast(pl.String)
    document = object_(
        {
            # A whole number in v4, text in v5.
            "id": by_version(pl.col("is_v5"), number, text(number)),
            "href": text(pl.lit("/alarmManagement/v4/alarm/") + number),
            "externalAlarmId": text(pl.lit("EXT-") + pl.col("external").str.zfill(7)),
            "alarmType": text(pl.col("alarm_type")),
            "perceivedSeverity": text(
                pl.when(pl.col("is_open"))
                .then("severity")
                .otherwise(pl.when(pl.col("number") % 4 == 0).then(pl.lit("cleared")).otherwise("severity"))
            ),
            "probableCause": text(pl.col("cause")),
            "specificProblem": text(pl.col("specific")),
            "state": text(pl.col("state")),
            "ackState": text(pl.when("acknowledged").then(pl.lit("acknowledged")).otherwise(pl.lit("unacknowledged"))),
            "alarmRaisedTime": moment("raised_at"),
            "alarmReportingTime": moment("raised_at"),
            "alarmChangedTime": moment("changed_at"),
            "alarmClearedTime": moment("cleared_at"),
            "alarmedObject": object_(
                {"id": text(pl.col("object")), "@type": only_if(pl.col("is_v5"), text("AlarmedObject"))}
            ),
            "alarmedObjectType": text(pl.col("type")),
            "sourceSystemId": text(pl.when("is_repeat").then(pl.lit("NMS-UMBRELLA")).otherwise("manager")),
            "serviceAffecting": truth(pl.col("affects")),
            "isRootCause": only_if(pl.col("type") == "Site", plain("true")),
            "@type": text("Alarm"),
        }
    )
    return columns.select(number.alias("id"), document.alias("document"), "changed_at").sort("changed_at", "id")
