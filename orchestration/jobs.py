"""What runs together: each source, the build, the freshness checks; and everything in one."""

from __future__ import annotations

from dagster import AssetCheckKey, AssetKey, AssetSelection, define_asset_job

from ingestion.registry import Source, registry
from orchestration.checks import FRESHNESS, landed_key


def _landed(*sources: Source) -> list[AssetKey]:
    return [landed_key(source.system, entity.name) for source in sources for entity in source.entities]


_ALL_LANDED = _landed(*registry().values())
_SOURCES = AssetSelection.assets(*_ALL_LANDED)
# Judged by the clock, not by what a run has just done.
_FRESHNESS = AssetSelection.checks(*(AssetCheckKey(key, FRESHNESS) for key in _ALL_LANDED))

REFRESH = define_asset_job(
    "refresh",
    selection=AssetSelection.all(),
    description="Every source, then the build, its checks, the publication and the report.",
)
BUILD = define_asset_job(
    "build",
    selection=AssetSelection.all() - _SOURCES,
    description="From what has landed: the build, its checks, the publication and the report.",
)
# A system's schedule and its sensor start the same job.
INGEST = {
    source.system: define_asset_job(
        f"ingest_{source.system}",
        selection=AssetSelection.assets(*_landed(source)) - _FRESHNESS,
        description=f"{source.title}: read what is new, then check it.",
    )
    for source in registry().values()
}
JUDGE_FRESHNESS = define_asset_job(
    FRESHNESS,
    selection=_FRESHNESS,
    description="Has every source been read as lately as its descriptor asks?",
)

JOBS = [REFRESH, BUILD, *INGEST.values(), JUDGE_FRESHNESS]
