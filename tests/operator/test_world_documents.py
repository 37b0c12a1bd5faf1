"""The operator's TM Forum documents against the published v4 definitions."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from jsonschema import Draft4Validator

from ingestion.registry import Entity, Source, registry
from seeds.operator.generate import generate

DEFINITIONS = Path(__file__).parents[3] / "shared" / "standards" / "tmf" / "openapi-v4"
# Real servers add status words of their own, and so does the operator: vocabularies aren't part of the shape.
NOT_SHAPE = ("enum", "discriminator", "example")
LARGEST_SHARE_OF_OTHER_VERSION = 0.2

pytestmark = pytest.mark.skipif(not DEFINITIONS.is_dir(), reason="the published definitions are not at hand")

COLLECTIONS = [
    pytest.param(source, entity, id=f"{source.system}.{entity.name}")
    for source in registry().values()
    if source.connector == "tmforum"
    for entity in source.entities
]


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("operator")
    generate(folder, customers=150, months=1, events=2_000, seed=11)
    return folder / "systems"


def shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items() if key not in NOT_SHAPE}
    return [shape(item) for item in value] if isinstance(value, list) else value


def validator(entity: Entity) -> Draft4Validator:
    files = list(DEFINITIONS.glob(f"{entity.standard}-*.json"))
    if not files:
        pytest.skip(f"the published definition of {entity.standard} is not at hand")
    (file,) = files
    definitions = shape(json.loads(file.read_text(encoding="utf-8"))["definitions"])
    collection = entity.from_.rsplit("/", 1)[1]
    name = collection[0].upper() + collection[1:]
    return Draft4Validator({"$ref": f"#/definitions/{name}", "definitions": definitions})


def is_version_5(document: dict) -> bool:
    """Parties are wrapped in version 5, and alarm ids are text."""
    wrapped = any("partyOrPartyRole" in party for party in document.get("relatedParty", []))
    return wrapped or ("alarmType" in document and isinstance(document["id"], str))


@pytest.mark.parametrize(("source", "entity"), COLLECTIONS)
def test_documents_have_the_published_shape(systems: Path, source: Source, entity: Entity) -> None:
    texts = pl.read_parquet(systems / source.system / f"{entity.name}.parquet")["document"].to_list()
    documents = [json.loads(text) for text in texts]
    version_4 = [document for document in documents if not is_version_5(document)]
    check = validator(entity)
    wrong = [error.message for document in version_4 for error in check.iter_errors(document)]
    assert documents
    assert not wrong[:3]
    assert len(documents) - len(version_4) <= LARGEST_SHARE_OF_OTHER_VERSION * len(documents)
