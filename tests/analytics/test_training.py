"""A training block that fails teaches nothing and says so; any other error comes out."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from splink.internals.linker_components.training import LinkerTraining

from analytics.identity.features import prepare
from analytics.identity.model import train
from tests.analytics.people import population, table


def _failing(monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError(message)

    monkeypatch.setattr(LinkerTraining, "estimate_parameters_using_expectation_maximisation", fail)


def test_a_vanished_level_leaves_its_block_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _failing(monkeypatch, "m_probability value 6e-308 is below the minimum allowed value")
    with caplog.at_level(logging.WARNING):
        assert train(prepare(table(population(300, 1)))).model_id
    assert "taught nothing" in caplog.text


def test_any_other_error_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _failing(monkeypatch, "something else")
    with pytest.raises(ValueError, match="something else"):
        train(prepare(table(population(300, 1))))
