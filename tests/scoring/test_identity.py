"""Scores of identity on hand-made truth and hand-made links, each worked out by hand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from concord.errors import ConcordError
from concord.settings import Settings
from scoring.floors import IDENTITY_FLOORS, Floors, identity_failures
from scoring.identity import CUSTOMERS, IdentityScore, customers, resources, score_identity, service_to_usage, services

INVENTORY, CARD = ("inventory", "service"), ("subscribers", "subscriber")


def records(name: str, *rows: tuple[str, str, str, str | None]) -> pl.DataFrame:
    schema = {"system": pl.String, "entity": pl.String, "source_key": pl.String, name: pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def usage_score(lines: list[str], events: list[str | None], truth: pl.DataFrame, found: pl.DataFrame) -> IdentityScore:
    """One file of records, each made by a line; the services of those records that the lake holds."""
    database = duckdb.connect()
    numbers = range(1, len(lines) + 1)
    database.register("true_usage", pl.DataFrame(
        {"stream": "voice", "file_sequence": 7, "record_sequence": numbers, "line_id": lines}
    ).to_arrow())  # fmt: skip
    references = [f"voice-7-{number}" for number in range(1, len(events) + 1)]
    database.register("usage", pl.DataFrame(
        {"event_reference": references, "service_id": pl.Series(events, dtype=pl.String)}
    ).to_arrow())  # fmt: skip
    return service_to_usage(database, "true_usage", "usage", truth, found)


def test_customers_count_pairs_of_customer_records_only() -> None:
    truth = records(
        "party_id",
        ("billing", "account", "A1", "p1"),
        ("crm", "customer", "C1", "p1"),
        ("crm", "individual", "I1", "p1"),
        ("crm_fixed", "customer", "7", "p1"),
        ("crm", "customer", "C2", "p2"),
    )
    found = records(
        "found_id",
        ("billing", "account", "A1", "x"),
        ("crm", "customer", "C1", "x"),
        ("crm", "individual", "I1", "x"),
        ("crm", "customer", "C2", "x"),
        # 7 is not in the lake
    )
    score = customers(truth, found)
    # true pairs: A1-C1, A1-7, C1-7; found pairs: A1-C1, A1-C2, C1-C2
    assert (score.true, score.found, score.correct) == (3, 3, 1)
    assert score.precision == score.recall == score.f1 == pytest.approx(1 / 3)
    assert score.purity == pytest.approx(3 / 4)


def test_events_are_right_only_where_the_service_is_the_line_and_nothing_else() -> None:
    truth = records("line_id", (*INVENTORY, "S1", "a"), (*INVENTORY, "S2", "b"), (*INVENTORY, "S3", "c"))
    found = records("found_id", (*INVENTORY, "S1", "x"), (*INVENTORY, "S2", "y"), (*INVENTORY, "S3", "y"))
    score = usage_score(["a", "a", "b", "a"], ["x", None, "y", "y"], truth, found)
    # the first is right, the second has none, the third's service is two lines, the fourth's another line's
    assert (score.true, score.found, score.correct) == (4, 3, 1)


def test_events_that_the_lake_does_not_hold_count_nowhere() -> None:
    truth = records("line_id", (*INVENTORY, "S1", "a"))
    found = records("found_id", (*INVENTORY, "S1", "x"))
    score = usage_score(["a", "a", "a"], ["x"], truth, found)
    assert (score.true, score.found, score.correct) == (1, 1, 1)


def test_services_leave_products_out_that_are_none() -> None:
    truth = records("line_id", (*INVENTORY, "S1", "a"), (*CARD, "262", "a"), ("crm", "product", "P9", "a"))
    found = records("found_id", (*INVENTORY, "S1", "x"), (*CARD, "262", "y"))
    score = services(truth, found)
    assert (score.true, score.found, score.correct) == (1, 0, 0)
    assert (score.precision, score.recall) == (None, 0.0)


def test_a_resource_link_is_right_when_the_inventory_means_the_same() -> None:
    stock = ("inventory", "resource")
    truth = records(
        "resource_id",
        (*stock, "R1", "cell-1"),
        (*stock, "R2", "cell-2"),
        ("alarms", "alarmed_object", "SITE_1/CELL-1", "cell-1"),
        ("alarms", "alarmed_object", "SITE_1/CELL-2", "cell-2"),
        ("alarms", "alarmed_object", "SITE_9", "site-9"),
    )
    found = records(
        "found_id",
        (*stock, "R1", "x"),
        (*stock, "R2", "y"),
        ("alarms", "alarmed_object", "SITE_1/CELL-1", "x"),
        ("alarms", "alarmed_object", "SITE_1/CELL-2", "x"),
        # SITE_9 is not in the inventory: not linked, and nothing is missed
    )
    score = resources(truth, found)
    assert (score.true, score.found, score.correct) == (2, 2, 1)


def test_floors_name_what_identity_misses() -> None:
    good = IdentityScore(CUSTOMERS, "pairs", true=1000, found=975, correct=974)
    assert identity_failures([good]) == []
    assert identity_failures([IdentityScore(CUSTOMERS, "pairs", true=1000, found=1000, correct=960)]) == [
        "customers: precision 0.9600 is below 0.995",
        "customers: recall 0.9600 is below 0.97",
    ]
    assert identity_failures([good], {CUSTOMERS: Floors(recall=0.99)}) == ["customers: recall 0.9740 is below 0.99"]
    assert set(IDENTITY_FLOORS) == {"customers", "services", "service to usage", "resources"}


def test_an_operator_without_truth_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConcordError, match="no truth at"):
        score_identity(Settings(operator=tmp_path))
