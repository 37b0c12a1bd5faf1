"""Published identity against the true one: customers, the services of usage events, resources.

The operator's ``truth/`` says which party, line and resource each source record is; the published lake says which
customer, service and resource the platform makes of it.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from concord.errors import ConcordError
from concord.published import connect_reader
from concord.settings import Settings
from scoring.identity_metrics import ClusterScore, cluster_score, ratio

CUSTOMERS, SERVICES, USAGE, RESOURCES = "customers", "services", "service to usage", "resources"
# One record per customer of each system; CRM's individuals and organisations only repeat their customer's link.
_CUSTOMER_RECORDS = [("billing", "account"), ("crm", "customer"), ("crm_fixed", "customer")]
_RECORD = ["system", "entity", "source_key"]


@dataclass(frozen=True)
class IdentityScore:
    """How one kind of link did. A ratio is None when there is nothing to divide by.

    Pairs of records for customers and services, links of one record (or event) to the right thing for the others.
    """

    name: str
    unit: str  # pairs | events | links
    true: int
    found: int
    correct: int
    purity: float | None = None  # share of records in the company of their own kind; clusters only

    @property
    def precision(self) -> float | None:
        """Share of what was found that is true."""
        return ratio(self.correct, self.found)

    @property
    def recall(self) -> float | None:
        """Share of what is true that was found."""
        return ratio(self.correct, self.true)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return ratio(2 * self.correct, self.true + self.found)


def score_identity(settings: Settings) -> list[IdentityScore]:
    """Scores of customers, services, usage and resources in the published lake.

    Raises ConcordError when these settings belong to no synthetic operator, it has no truth, or nothing is published.
    """
    truth = {name: pl.read_parquet(_truth_file(settings, name)) for name in ("party", "service", "resource")}
    with closing(connect_reader(settings)) as lake:
        found = {name: _records(lake, name) for name in ("customer", "service", "resource")}
        return [
            customers(truth["party"], found["customer"]),
            services(truth["service"], found["service"]),
            service_to_usage(
                lake,
                f"read_parquet('{_truth_file(settings, 'usage')}')",
                "core.fct_usage",
                truth["service"],
                found["service"],
            ),
            resources(truth["resource"], found["resource"]),
        ]


def customers(truth: pl.DataFrame, found: pl.DataFrame) -> IdentityScore:
    """Pairs of customer records. A record that the platform doesn't have stands alone.

    ``truth``: system, entity, source_key, party_id; ``found``: system, entity, source_key, found_id.
    """
    kept = pl.DataFrame(_CUSTOMER_RECORDS, schema=_RECORD[:2], orient="row")
    records = truth.join(kept, on=_RECORD[:2], how="semi").join(found, on=_RECORD, how="left")
    return _pairs(CUSTOMERS, cluster_score(records["party_id"], records["found_id"]))


def services(truth: pl.DataFrame, found: pl.DataFrame) -> IdentityScore:
    """Pairs of service records. Only records that the platform holds as a service: not every product is one.

    A record that two lines held in turn counts once per line, wherever the platform has put it.
    """
    records = truth.select(*_RECORD, "line_id").unique().join(found, on=_RECORD, how="inner")
    return _pairs(SERVICES, cluster_score(records["line_id"], records["found_id"]))


def service_to_usage(
    database: duckdb.DuckDBPyConnection, truth: str, usage: str, service_truth: pl.DataFrame, found: pl.DataFrame
) -> IdentityScore:
    """Events at the right service: one whose records all are the line that made the event.

    ``truth`` and ``usage`` are relations of the database, too long to be held in memory: stream, file_sequence,
    record_sequence, line_id; event_reference, service_id. Events that the lake doesn't hold (a refused file) are no
    question of identity and count nowhere.
    """
    meaning = _only_meaning(service_truth.rename({"line_id": "true_id"}), found)
    database.register("service_meaning", meaning.to_arrow())
    row = database.execute(
        f"""
        select count(*), count(usage.service_id), count(*) filter (where service_meaning.only_id = truth.line_id)
        from {truth} as truth
        inner join {usage} as usage
            on usage.event_reference = concat_ws('-', truth.stream, truth.file_sequence, truth.record_sequence)
        left join service_meaning on usage.service_id = service_meaning.found_id
        """
    ).fetchone()
    return IdentityScore(USAGE, "events", *(row or (0, 0, 0)))


def resources(truth: pl.DataFrame, found: pl.DataFrame) -> IdentityScore:
    """Names and cards of other systems at the right resource of the inventory.

    ``truth``: system, entity, source_key, resource_id; ``found``: system, entity, source_key, found_id.
    """
    records = truth.rename({"resource_id": "true_id"})
    in_inventory = records.filter(pl.col("system") == "inventory")
    others = records.filter(pl.col("system") != "inventory").join(found, on=_RECORD, how="left")
    linked = _only_meaning(in_inventory, found.filter(pl.col("system") == "inventory"))
    judged = others.join(linked, on="found_id", how="left")
    return IdentityScore(
        RESOURCES,
        "links",
        true=len(others.join(in_inventory, on="true_id", how="semi")),
        found=len(judged.join(found.filter(pl.col("system") == "inventory"), on="found_id", how="semi")),
        correct=(judged["true_id"] == judged["only_id"]).sum(),
    )


def _only_meaning(truth: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """What each found thing truly is: found_id, only_id. Null when its records are more things than one."""
    return (
        truth.join(found, on=_RECORD, how="inner")
        .group_by("found_id")
        .agg(pl.when(pl.col("true_id").n_unique() == 1).then(pl.col("true_id").first()).alias("only_id"))
    )


def _pairs(name: str, clusters: ClusterScore) -> IdentityScore:
    return IdentityScore(
        name, "pairs", clusters.true_pairs, clusters.found_pairs, clusters.correct_pairs, clusters.purity
    )


def _records(lake: duckdb.DuckDBPyConnection, entity: str) -> pl.DataFrame:
    """Source records and the thing that the platform makes of them: system, entity, source_key, found_id."""
    return lake.execute(
        f"select distinct system, entity, source_key, {entity}_id as found_id from core.xref_{entity}"
    ).pl()


def _truth_file(settings: Settings, name: str) -> Path:
    if settings.operator is None:
        raise ConcordError(
            "there is no truth to compare with: these settings name no synthetic operator",
            hint="'operator: <folder>' in the settings file; 'make demo' makes one",
        )
    file = Path(settings.operator) / "truth" / f"{name}.parquet"
    if not file.is_file():
        raise ConcordError(f"no truth at {file}", hint="'make demo' makes one")
    return file
