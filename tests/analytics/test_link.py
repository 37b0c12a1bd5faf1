"""Linking customer records: what becomes one customer and what never does."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from analytics.identity.features import RECORD_SCHEMA, prepare
from analytics.identity.link import link
from analytics.identity.model import LinkModel, train


def table(*rows: dict[str, Any]) -> pa.Table:
    """Records; what a row doesn't name is null."""
    filled = [{"system": "crm", "party_type": "person", **row} for row in rows]
    return pa.Table.from_pylist(
        [{name: row.get(name) for name in RECORD_SCHEMA.names} for row in filled], RECORD_SCHEMA
    )


def test_model_survives_its_json() -> None:
    model = train(prepare(table({"record_id": "a", "given_name": "Ada"}, {"record_id": "b", "given_name": "Max"})))
    again = LinkModel.from_json(model.to_json())
    assert again.model_id == model.model_id
    assert again.parameters == model.parameters


def test_evidence_sums_to_the_match_weight() -> None:
    records = table(
        {"record_id": "a", "given_name": "Ada", "family_name": "Öztürk", "emails": ["ada@x.de"]},
        {"record_id": "b", "given_name": "Ada", "family_name": "Oeztuerk", "emails": ["Ada@x.de"]},
    )
    model = train(prepare(records))
    (pair,) = link(records, model).pairs.to_pylist()
    evidence = json.loads(pair["evidence"])
    assert sum(field["weight"] for field in evidence.values()) == pytest.approx(pair["match_weight"], abs=0.01)
