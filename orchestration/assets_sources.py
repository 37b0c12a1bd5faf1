"""One asset per landed entity, from the source registry: a new system appears by its descriptor alone."""

from collections.abc import Iterator

from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetExecutionContext,
    AssetsDefinition,
    AssetSpec,
    Backoff,
    Failure,
    Jitter,
    MaterializeResult,
    RetryPolicy,
    multi_asset,
)

from ingestion.registry import Entity, Source, registry
from orchestration.checks import LOADED, as_asset_check, landed_key, landing_check_specs
from orchestration.resources import Lake

# 15, 30 and 60 seconds, give or take: a source that restarts is back by then.
RETRY = RetryPolicy(max_retries=3, delay=15, backoff=Backoff.EXPONENTIAL, jitter=Jitter.PLUS_MINUS)
# Reasons that waiting doesn't change.
_FINAL = {"no_settings"}


def source_assets() -> list[AssetsDefinition]:
    """One definition per system; its entities are its assets."""
    return [_system_assets(source) for source in registry().values()]


def _system_assets(source: Source) -> AssetsDefinition:
    @multi_asset(
        name=f"load_{source.system}",
        specs=[_spec(source, entity) for entity in source.entities],
        check_specs=landing_check_specs(source),
        can_subset=True,
        retry_policy=RETRY,
        description=f"{source.title}: pull what is new, then check it.",
    )
    def ingest_system_assets(context: AssetExecutionContext, lake: Lake) -> Iterator[MaterializeResult]:
        from expectations import landing
        from expectations.results import latest_results
        from ingestion.run import ingest_system

        settings = lake.settings()
        outcomes = ingest_system(settings, source.system)
        loaded = {outcome.load_id for outcome in outcomes if outcome.status == "loaded"}
        # An earlier attempt of this step may have brought a load: then every latest load is checked.
        load_ids = None if context.retry_number else loaded
        if load_ids != set():
            landing.check(settings, system=source.system, load_ids=load_ids)
        # An entity that brought nothing new keeps the results of the load that still counts.
        results = latest_results(settings, source.system)
        failed = [outcome for outcome in outcomes if outcome.status == "failed" and outcome.reason not in _FINAL]
        # Every attempt but the last fails the step, so that it is tried again. The last one lets the run go on with
        # what the lake already holds, and shows the failure on the asset: one dead source never stops the others.
        if failed and context.retry_number < RETRY.max_retries:
            raise Failure(description="; ".join(f"{each.entity}: {each.message}" for each in failed))
        selected = context.selected_asset_keys
        chosen_checks = context.selected_asset_check_keys
        for outcome in outcomes:
            key = landed_key(outcome.system, outcome.entity)
            if key not in selected:
                continue
            target = f"{outcome.system}.{outcome.entity}"
            checks = [_loaded_check(outcome), *(as_asset_check(each) for each in results if each.target == target)]
            yield MaterializeResult(
                asset_key=key,
                metadata=_metadata(outcome),
                check_results=[each for each in checks if AssetCheckKey(key, each.check_name) in chosen_checks],
            )

    return ingest_system_assets


def _spec(source: Source, entity: Entity) -> AssetSpec:
    return AssetSpec(
        landed_key(source.system, entity.name),
        group_name=source.system,
        description=entity.description,
        owners=[f"team:{source.owner}"],
        kinds={source.connector, "parquet"},
        tags={"mode": entity.mode, **({"standard": entity.standard} if entity.standard else {})},
        metadata={
            "interface": entity.from_,
            "key": ", ".join(entity.key),
            "cursor": entity.cursor or "",
            "feeds": ", ".join(entity.feeds),
        },
    )


def _loaded_check(outcome) -> AssetCheckResult:
    return AssetCheckResult(
        asset_key=landed_key(outcome.system, outcome.entity),
        check_name=LOADED,
        passed=not outcome.has_failed,
        # A refused load keeps the previous state on purpose; a failed one could not be read at all.
        severity=AssetCheckSeverity.ERROR if outcome.status == "failed" else AssetCheckSeverity.WARN,
        metadata={"status": outcome.status, "reason": outcome.reason or "", "message": outcome.message or ""},
    )


def _metadata(outcome) -> dict[str, object]:
    return {
        "status": outcome.status,
        "load_id": outcome.load_id,
        # Of this load: none when nothing had changed, only what is new when the load is incremental.
        "rows": outcome.rows,
        "quarantined_rows": outcome.quarantined_rows,
        "seconds": outcome.seconds,
        "files": len(outcome.files),
    }
