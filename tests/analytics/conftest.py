"""One population and one model for all tests of linking: training is the slow part."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.identity.features import prepare
from analytics.identity.model import LinkModel, train
from tests.analytics.people import population, table


@pytest.fixture(scope="session")
def people() -> list[dict[str, Any]]:
    return population(120, seed=3)


@pytest.fixture(scope="session")
def model(people: list[dict[str, Any]]) -> LinkModel:
    return train(prepare(table(people)))
