"""The dbt project as the tests of this folder use it: run in a process of its own, on an empty lake."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = REPOSITORY / "dbt_project"


def dbt(folder: Path, *arguments: str, check: bool = True, project: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    """Run a dbt command on the project, with everything that it writes under ``folder``.

    Raises AssertionError with dbt's own output when it fails and ``check`` is set.
    """
    environment = {
        **os.environ,
        "CONCORD_WORKSPACE": str(folder / "workspace.duckdb"),
        "CONCORD_RAW": str(folder / "raw"),
        "CONCORD_AS_OF": "",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    places = ["--project-dir", project, "--profiles-dir", project, "--target-path", folder / "target"]
    # concord.engine first: it puts DuckDB's extensions in place, so that nothing is downloaded.
    program = (
        "import sys; from concord.engine import install_extensions; install_extensions();"
        "from dbt.cli.main import cli; cli(sys.argv[1:])"
    )
    command = [sys.executable, "-c", program, *arguments, *map(str, places), "--log-path", str(folder / "logs")]
    result = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if check:
        assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    return result


def part_of_project(folder: Path, *models: str) -> Path:
    """A copy of the project with some of the models' folders only: dbt reads it in a fraction of the time."""
    project = folder / "dbt_project"
    for name in ("macros", "tests", *(f"models/{name}" for name in models)):
        shutil.copytree(PROJECT / name, project / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, project / name)
    return project


def manifest(folder: Path) -> dict[str, Any]:
    """dbt's manifest of the last command that ran in ``folder``."""
    return json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))


def models(manifest_of_project: dict[str, Any]) -> list[dict[str, Any]]:
    """The project's models, in order of their names."""
    nodes = manifest_of_project["nodes"].values()
    return sorted((node for node in nodes if node["resource_type"] == "model"), key=lambda node: node["name"])
