"""When jobs run, in UTC: each source as its own descriptor says, then one build a day; freshness hourly.

``refresh`` has no schedule: started together, these do the same, each source at its own time.
"""

from __future__ import annotations

from dagster import ScheduleDefinition

from ingestion.registry import registry
from orchestration.jobs import BUILD, INGEST, JUDGE_FRESHNESS

# After the nightly extracts, the last of which is billing's at half past five.
_BUILD_AT = "15 6 * * *"
_FRESHNESS_AT = "5 * * * *"


def schedules() -> list[ScheduleDefinition]:
    """One per system, from its source.yml; the daily build; the freshness checks."""
    jobs = [(INGEST[source.system], source.schedule) for source in registry().values()]
    jobs += [(BUILD, _BUILD_AT), (JUDGE_FRESHNESS, _FRESHNESS_AT)]
    return [
        ScheduleDefinition(
            name=f"{job.name}_schedule",
            cron_schedule=cron,
            execution_timezone="UTC",
            job=job,
            description=job.description,
        )
        for job, cron in jobs
    ]
