"""What tests of several rooms share."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from concord import telemetry
from concord.settings import Settings
from tests.groups import FRESH_SEED_VARIABLE, SEED, group_of, rank_of
from tests.small_operator import refreshed_lake

telemetry.disable()


def pytest_configure(config: pytest.Config) -> None:
    """Choose this run's fresh seed, once for all worker processes."""
    os.environ.setdefault(FRESH_SEED_VARIABLE, str(random.SystemRandom().randrange(1_000, 1_000_000)))


def pytest_report_header(config: pytest.Config) -> str:
    """Say which seed it is, so that a failure can be repeated."""
    seed = os.environ[FRESH_SEED_VARIABLE]
    return f"fresh seed of this run: {seed} (the same again: {FRESH_SEED_VARIABLE}={seed} make test)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins, so that all processes end at about the same time."""
    items.sort(key=lambda item: rank_of(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each process whole groups of tests, so that what a group shares is made once."""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Groups(config, log)


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests bring their own settings."""
    monkeypatch.delenv("CONCORD_SETTINGS", raising=False)


@pytest.fixture(scope="session")
def lake_of_seed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Settings]:
    """Gives a refreshed lake of a small operator by seed; each is made once a run, whichever worker comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def make(seed: int) -> Settings:
        return refreshed_lake(Path(shared) / f"operator-{seed}", seed)

    return make


@pytest.fixture(scope="session")
def refreshed(lake_of_seed: Callable[[int], Settings]) -> Settings:
    """The lake that end-to-end tests share. Don't change it: publish into a copy."""
    return lake_of_seed(SEED)
