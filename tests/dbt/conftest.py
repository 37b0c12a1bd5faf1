"""One build of the whole project on a lake in which nothing has landed yet, for every test that looks at the result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.dbt.dbt_project import dbt, manifest


@dataclass(frozen=True)
class Build:
    """A build of the project: where it is, dbt's manifest, and what dbt said."""

    folder: Path
    manifest: dict
    succeeded: bool
    output: str


@pytest.fixture(scope="session")
def empty_build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Seeds, models and unit tests. It may have failed in part; the tests that need all of it say so."""
    folder = tmp_path_factory.mktemp("empty_lake")
    result = dbt(folder, "build", "--exclude-resource-type", "test", check=False)
    assert (folder / "target" / "manifest.json").is_file(), result.stdout[-4000:] + result.stderr[-2000:]
    return Build(folder, manifest(folder), result.returncode == 0, result.stdout)
