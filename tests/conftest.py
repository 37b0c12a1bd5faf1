"""What tests of several rooms share."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from concord import telemetry
from concord.settings import Settings
from tests.small_operator import refreshed_lake

FRESH_SEED_VARIABLE = "CONCORD_FRESH_SEED"
SEED = 42
# Tests that take minutes, or use a lake that others build.
LONG_GROUPS = (
    "past-report",
    "app",
    "empty-lake",
    "tests/dbt/test_durable_builds.py",
    "tests/dbt/test_spark_dialect.py",
)

telemetry.disable()


def pytest_configure(config: pytest.Config) -> None:
    """Choose this run's fresh seed, once for all worker processes."""
    os.environ.setdefault(FRESH_SEED_VARIABLE, str(random.SystemRandom().randrange(1_000, 1_000_000)))


def pytest_report_header(config: pytest.Config) -> str:
    """Say which seed it is, so that a failure can be repeated."""
    seed = os.environ[FRESH_SEED_VARIABLE]
    return f"fresh seed of this run: {seed} (the same again: {FRESH_SEED_VARIABLE}={seed} make test)"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the tests of a file, or of a named group, to one process, so that what they share is made once.

    Groups that build lakes begin, then those that use them: at the end both processes have short files left.
    """

    def group(item: pytest.Item) -> str:
        marker = item.get_closest_marker("xdist_group")
        return marker.args[0] if marker else item.path.relative_to(config.rootpath).as_posix()

    begin = [f"seed-{seed}" for seed in (SEED, 7, os.environ[FRESH_SEED_VARIABLE])]
    rank = {name: place for place, name in enumerate([*begin, *LONG_GROUPS])}
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(group(item)))
    items.sort(key=lambda item: rank.get(group(item), len(rank)))


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
