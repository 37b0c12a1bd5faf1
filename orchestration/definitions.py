"""What Dagster loads: sources, dbt, publication and report in one graph. Assembly only.

Loading needs no settings file and no source; a step reads the settings when it runs.
"""

from __future__ import annotations

from dagster import Definitions, multiprocess_executor

from concord import telemetry
from orchestration.assets_dbt import dbt_project_assets, other_sources, published_keys, read_manifest
from orchestration.assets_publish import publication_assets
from orchestration.assets_sources import source_assets
from orchestration.checks import freshness_checks, published_checks
from orchestration.jobs import JOBS
from orchestration.resources import Lake
from orchestration.schedules import schedules
from orchestration.sensors import file_sensors

telemetry.disable()

# Sources wait for networks, not for processors; dbt brings its own threads. Each step has a process of its own, forked
# from one that has already imported the slow part; no library with threads is loaded there.
EXECUTOR = {"max_concurrent": 4, "start_method": {"forkserver": {"preload_modules": ["dagster_dbt"]}}}


def build_defs(settings_file: str | None = None) -> Definitions:
    """All definitions, for the lake of ``settings_file`` (else $CONCORD_SETTINGS, else ./concord.yml)."""
    manifest = read_manifest()
    return Definitions(
        assets=[
            *source_assets(),
            *other_sources(manifest),
            dbt_project_assets(manifest),
            *publication_assets(published_keys(manifest)),
        ],
        asset_checks=[published_checks(), freshness_checks()],
        jobs=JOBS,
        schedules=schedules(),
        sensors=file_sensors(),
        resources={"lake": Lake(settings_file=settings_file)},
        executor=multiprocess_executor.configured(EXECUTOR),
    )


defs = build_defs()
