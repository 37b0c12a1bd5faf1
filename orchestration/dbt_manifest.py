"""The dbt manifest, made anew when a file of the project is younger than it. Needs no lake and no source."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from concord import telemetry
from concord.engine import install_extensions
from concord.errors import ConcordError
from orchestration.dbt_runner import PROJECT

MANIFEST = PROJECT / "target" / "manifest.json"
_READ_BY_DBT = {".sql", ".py", ".yml", ".yaml", ".csv", ".md"}


def prepared_manifest() -> Path:
    """The manifest's path; ``dbt parse`` first when it is missing or stale. Safe when several processes load at once.

    Raises ConcordError with dbt's own words when the project can't be parsed.
    """
    MANIFEST.parent.mkdir(exist_ok=True)
    with (MANIFEST.parent / "parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_stale():
            _parse()
    return MANIFEST


def _is_stale() -> bool:
    if not MANIFEST.is_file():
        return True
    parsed_at = MANIFEST.stat().st_mtime
    return any(file.stat().st_mtime > parsed_at for file in _project_files())


def _project_files() -> Iterator[Path]:
    folders = [PROJECT, PROJECT.parent / "seeds" / "reference", PROJECT.parent / "seeds" / "steward"]
    for folder in folders:
        for place, inner, names in os.walk(folder):
            inner[:] = [name for name in inner if name not in ("target", "logs")]
            yield from (
                Path(place, name) for name in names if Path(name).suffix in _READ_BY_DBT and name != ".user.yml"
            )


def _parse() -> None:
    telemetry.disable()
    install_extensions()
    environment = {**os.environ, "DBT_PROFILES_DIR": str(PROJECT), "DBT_TARGET_PATH": str(MANIFEST.parent)}
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--no-use-colors", "--quiet", "parse"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        MANIFEST.unlink(missing_ok=True)
        raise ConcordError(f"the dbt project can't be parsed: {' '.join((done.stdout + done.stderr).split())}")
    # Unchanged content leaves dbt's file as it was; the next look must still find it young enough.
    MANIFEST.touch()
