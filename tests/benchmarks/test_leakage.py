"""The benchmark of usage controls: what it measures, and that its many copies stay apart."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from benchmarks.leakage.manyfold import multiply
from benchmarks.leakage.models import control_of, plan

# model: room, what it reads
MODELS = {
    "fct_usage": ("core", []),
    "fct_rated_usage": ("core", []),
    "fct_order_item": ("core", []),
    "int_rated_usage__re_rated": ("controls", ["fct_usage", "fct_rated_usage"]),
    "int_leakage__r1_candidate": ("controls", ["int_rated_usage__re_rated"]),
    "int_leakage__o4_candidate": ("controls", ["fct_order_item"]),
    "int_leakage__candidate_claim": ("controls", ["int_leakage__r1_candidate", "int_leakage__o4_candidate"]),
    "int_leakage__claim": ("controls", ["int_leakage__candidate_claim"]),
    "leak_r1_mis_rating": ("controls", ["int_leakage__r1_candidate", "int_leakage__claim"]),
    "leak_o4_order_fallout": ("controls", ["int_leakage__o4_candidate", "int_leakage__claim"]),
    "int_control__scope_rating": ("controls", ["fct_rated_usage"]),
}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    nodes = {
        f"model.concord.{name}": {
            "name": name, "alias": name, "resource_type": "model", "schema": room, "fqn": ["concord", room, name],
        }
        for name, (room, _) in MODELS.items()
    }  # fmt: skip
    parents = {
        f"model.concord.{name}": [f"model.concord.{each}" for each in reads] for name, (_, reads) in MODELS.items()
    }
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps({"nodes": nodes, "parent_map": parents}), encoding="utf-8")
    return file


def test_controls_that_read_events_are_measured_with_what_they_stand_on(manifest: Path) -> None:
    found = plan(manifest)

    assert found.controls == ["R1"]
    assert found.measured == [
        "int_rated_usage__re_rated",
        "int_leakage__r1_candidate",
        "int_leakage__candidate_claim",
        "int_leakage__claim",
        "leak_r1_mis_rating",
    ]
    assert found.inputs == ["controls.int_leakage__o4_candidate", "core.fct_rated_usage", "core.fct_usage"]


def test_a_model_belongs_to_the_control_that_it_names() -> None:
    assert control_of("leak_u3_rated_never_billed") == control_of("int_leakage__u3_candidate") == "U3"
    assert control_of("int_rated_usage__re_rated") == control_of("int_leakage__candidate_claim") == ""


def test_copies_join_among_themselves_only() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema core")
        connection.execute(
            "create table core.fct_usage as select 'e' || i as event_reference, i as units from range(4) r(i)"
        )
        connection.execute(
            "create table core.fct_rated_usage as"
            " select i as rated_usage_id, case when i < 3 then 'e' || i end as event_reference, 'run' as bill_run_id"
            " from range(4) r(i)"
        )
        connection.execute("create table core.fct_bill_run as select 'run' as bill_run_id")

        rows = multiply(connection, ["core.fct_usage", "core.fct_rated_usage", "core.fct_bill_run"], copies=3)

        assert rows == {"core.fct_rated_usage": 12, "core.fct_usage": 12}
        assert connection.execute("select count(*) from core.fct_bill_run").fetchone() == (1,)
        joined = connection.execute(
            "select count(*), count(distinct rated_usage_id), count(distinct event_reference), sum(units)"
            " from core.fct_rated_usage join core.fct_usage using (event_reference)"
        ).fetchone()
        assert joined == (9, 9, 9, 9)
        assert connection.execute("select count(*) from core.fct_usage where event_reference = 'e0'").fetchone() == (1,)
