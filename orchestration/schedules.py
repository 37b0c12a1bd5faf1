"""When things run, in UTC: each source by its own descriptor, the whole refresh daily, freshness hourly."""

from __future__ import annotations

from dagster import AssetSelection, ScheduleDefinition, define_asset_job

from ingestion.registry import registry
from orchestration.checks import FRESHNESS, landed_key

# One job for everything: sources, checks, dbt, publication, report.
REFRESH = define_asset_job(
    "refresh",
    selection=AssetSelection.all(),
    description="Every source, then the build, its checks, the publication and the report.",
)

# After the nightly extracts, the last of which is billing's at half past five.
_REFRESH_AT = "15 6 * * *"
_FRESHNESS_AT = "5 * * * *"


def schedules(freshness: AssetSelection) -> list[ScheduleDefinition]:
    """One per system, from its source.yml; the refresh; the freshness checks."""
    per_system = [
        ScheduleDefinition(
            name=f"{source.system}_schedule",
            cron_schedule=source.schedule,
            execution_timezone="UTC",
            target=AssetSelection.assets(*(landed_key(source.system, entity.name) for entity in source.entities)),
            description=f"Pull {source.title}.",
        )
        for source in registry().values()
    ]
    return [
        *per_system,
        ScheduleDefinition(name="refresh_schedule", cron_schedule=_REFRESH_AT, execution_timezone="UTC", job=REFRESH),
        ScheduleDefinition(
            name=f"{FRESHNESS}_schedule", cron_schedule=_FRESHNESS_AT, execution_timezone="UTC", target=freshness
        ),
    ]
