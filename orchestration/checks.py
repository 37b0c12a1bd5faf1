"""Expectations and freshness as Dagster's asset checks. What they find is decided elsewhere; here it is shown."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
    multi_asset_check,
)

from expectations.declared import Declared, read_declared
from expectations.landing.suites import DECLARED_FOLDER, promised
from expectations.published.suites import promises
from expectations.results import CheckResult
from ingestion.registry import Entity, Source, registry
from orchestration.resources import Lake

FRESHNESS = "freshness"
LOADED = "loaded"
_SEVERITY = {"warn": AssetCheckSeverity.WARN, "error": AssetCheckSeverity.ERROR}


def landed_key(system: str, entity: str) -> AssetKey:
    """The key of a landed entity, which is also that of the dbt source."""
    return AssetKey([system, entity])


def landing_check_specs(source: Source) -> list[AssetCheckSpec]:
    """For each entity: was it loaded, and each of its source's promises. A broken one holds the load, not the run."""
    specs = []
    for entity in source.entities:
        key = landed_key(source.system, entity.name)
        specs.append(AssetCheckSpec(LOADED, asset=key, description="The last attempt brought the source's state."))
        specs += [_spec(each, key, blocking=False) for each in _landing_promises(source, entity)]
    return specs


def _landing_promises(source: Source, entity: Entity) -> list[Declared]:
    declared = read_declared(DECLARED_FOLDER / f"{source.system}.yml").get(entity.name, [])
    return [*promised(entity), *declared]


def _spec(declared: Declared, key: AssetKey, blocking: bool) -> AssetCheckSpec:
    return AssetCheckSpec(
        declared.name,
        asset=key,
        description=declared.description or declared.name.replace("_", " "),
        blocking=blocking and declared.severity == "error",
    )


def as_asset_check(result: CheckResult) -> AssetCheckResult:
    """One result of Great Expectations as Dagster shows it."""
    metadata = {"observed": result.observed, "examples": result.details, "load_id": result.load_id}
    return AssetCheckResult(
        asset_key=AssetKey(result.target.split(".")),
        check_name=result.expectation,
        passed=result.success,
        severity=_SEVERITY[result.severity],
        metadata={name: MetadataValue.text(value) for name, value in metadata.items() if value is not None},
    )


def published_checks():
    """The promises to readers, on core and marts: a broken blocking one keeps the build from being published."""
    specs = [
        _spec(each, AssetKey(promise.table.split(".")), blocking=True)
        for promise in promises()
        for each in promise.expectations
    ]

    @multi_asset_check(
        name="published_edge", specs=specs, can_subset=True, description="Great Expectations on the finished build."
    )
    def published_edge(context: AssetCheckExecutionContext, lake: Lake) -> Iterable[AssetCheckResult]:
        from orchestration.build_state import build_lock
        from orchestration.pipeline import check_build

        settings = lake.settings()
        with build_lock(settings):
            results = check_build(settings)
        yield from _selected(context, map(as_asset_check, results))

    return published_edge


def freshness_checks():
    """Is each landed entity as young as its source's descriptor asks? Judged by the loads themselves."""
    specs = [
        AssetCheckSpec(
            FRESHNESS,
            asset=landed_key(source.system, entity.name),
            description=f"Read within {source.freshness.fail_after_hours:g} hours "
            f"(a warning after {source.freshness.warn_after_hours:g}).",
        )
        for source in registry().values()
        for entity in source.entities
    ]

    @multi_asset_check(name="source_freshness", specs=specs, can_subset=True)
    def source_freshness(context: AssetCheckExecutionContext, lake: Lake) -> Iterable[AssetCheckResult]:
        from ingestion.outcomes import read_outcomes

        last_read = _last_read(read_outcomes(lake.settings()))
        yield from _selected(context, _judge(last_read, datetime.now(UTC)))

    return source_freshness


def _selected(context: AssetCheckExecutionContext, results: Iterable[AssetCheckResult]) -> Iterator[AssetCheckResult]:
    """All are found together; a run may ask for some of them."""
    for result in results:
        if AssetCheckKey(result.asset_key, result.check_name) in context.selected_asset_check_keys:
            yield result


def _last_read(outcomes) -> dict[tuple[str, str], datetime]:
    """(system, entity) -> when its state was last read whole: a load, or the proof that nothing had changed."""
    last: dict[tuple[str, str], datetime] = {}
    for row in outcomes.select("system", "entity", "status", "finished_at").iter_rows(named=True):
        if row["status"] in ("loaded", "unchanged"):
            finished = row["finished_at"]
            at = finished if isinstance(finished, datetime) else datetime.fromisoformat(finished)
            key = (row["system"], row["entity"])
            last[key] = max(at, last.get(key, at))
    return last


def _judge(last_read: dict[tuple[str, str], datetime], now: datetime) -> Iterator[AssetCheckResult]:
    for source in registry().values():
        limits = source.freshness
        for entity in source.entities:
            at = last_read.get((source.system, entity.name))
            hours = None if at is None else (now - at).total_seconds() / 3600
            too_old = hours is None or hours > limits.fail_after_hours
            yield AssetCheckResult(
                asset_key=landed_key(source.system, entity.name),
                check_name=FRESHNESS,
                passed=hours is not None and hours <= limits.warn_after_hours,
                severity=AssetCheckSeverity.ERROR if too_old else AssetCheckSeverity.WARN,
                metadata={
                    "last_read_at": "never" if at is None else at.isoformat(),
                    "hours": MetadataValue.null() if hours is None else round(hours, 2),
                    "warn_after_hours": limits.warn_after_hours,
                    "fail_after_hours": limits.fail_after_hours,
                },
            )
