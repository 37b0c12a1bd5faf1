"""New files of file-based systems start their ingestion without waiting for the schedule."""

import hashlib
from pathlib import Path

from dagster import (
    RunRequest,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)

from concord.errors import ConcordError
from ingestion.registry import Source, registry
from orchestration.jobs import INGEST
from orchestration.resources import Lake

_FILE_CONNECTORS = ("delimited", "fixed_width", "measurement", "bank_statement", "workbook", "tap")
_EVERY_SECONDS = 60


def file_sensors() -> list[SensorDefinition]:
    """One sensor per system whose descriptor says that it delivers files."""
    return [_sensor(source) for source in registry().values() if source.connector in _FILE_CONNECTORS]


def _sensor(source: Source) -> SensorDefinition:
    @sensor(
        name=f"{source.system}_new_files",
        job=INGEST[source.system],
        minimum_interval_seconds=_EVERY_SECONDS,
        description=f"{source.title}: new or changed files are read at once.",
    )
    def new_files(context: SensorEvaluationContext, lake: Lake) -> RunRequest | SkipReason:
        try:
            folder = Path(lake.settings().source(source.system)["folder"])
        except ConcordError as error:
            return SkipReason(str(error))
        files = delivered(folder, source)
        if not files:
            return SkipReason(f"no files in {folder}")
        state = fingerprint(files)
        if state == context.cursor:
            return SkipReason(f"nothing new among {len(files)} files")
        context.update_cursor(state)
        # The run key makes Dagster start one run per state of the folder, also after a restart.
        return RunRequest(run_key=f"{source.system}:{state}")

    return new_files


def delivered(folder: Path, source: Source) -> list[Path]:
    """Files whose names match one of the system's patterns, in the settings' folder."""
    if not folder.is_dir():
        return []
    patterns = [entity.file_pattern for entity in source.entities]
    return sorted(
        file for file in folder.iterdir() if file.is_file() and any(each.fullmatch(file.name) for each in patterns)
    )


def fingerprint(files: list[Path]) -> str:
    """Changes when a file comes, goes, grows or is replaced."""
    digest = hashlib.sha256()
    for file in files:
        status = file.stat()
        digest.update(f"{file.name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
