"""From sources to a publication, as plain functions: the command line and Dagster run the same ones.

Killed at any moment, the published lake holds the previous publication or the new one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cases.feed import feed
from cases.sync import sync
from concord import published
from concord.errors import ConcordError
from concord.settings import Settings
from expectations import landing
from expectations import published as published_edge
from expectations.results import CheckResult
from ingestion.fields import utc_moment, utc_text
from ingestion.landing import ensure_schema
from ingestion.outcomes import LoadOutcome
from ingestion.run import ingest
from orchestration.build_state import begin, build_lock, read_state, write_state
from orchestration.dbt_runner import DbtEvent, DbtRun, run_dbt
from orchestration.operations import operations_tables
from orchestration.progress import Progress, Step, silent, timed

# Unit tests prove the SQL, not the data: they run with the code's tests, not with every build.
BUILD = ("build", "--exclude-resource-type", "unit_test")


@dataclass(frozen=True)
class Build:
    """What one build did."""

    dbt: DbtRun
    checks: list[CheckResult]
    publication: published.Publication


@dataclass(frozen=True)
class Refresh:
    """What one refresh did, from the first source to the publication."""

    outcomes: list[LoadOutcome]
    checks: list[CheckResult]
    build: Build


def refresh(
    settings: Settings, progress: Progress = silent, systems: list[str] | None = None, *, accept_shrink: bool = False
) -> Refresh:
    """Ingest every source, check what landed, build, check the build, publish.

    A dead source or a held load never stops the rest: the build uses what counts.
    Raises ConcordError as ``build`` does.
    """
    outcomes = ingest_systems(settings, progress, systems)
    checks = check_landing(settings, progress, outcomes)
    return Refresh(outcomes, checks, build(settings, progress, accept_shrink=accept_shrink))


def build(
    settings: Settings, progress: Progress = silent, *, as_of: str | None = None, accept_shrink: bool = False
) -> Build:
    """Build the workspace from raw, check it, publish it.

    as_of: only loads that had finished by this instant (ISO 8601) count.
    Raises ConcordError when as_of is no instant, dbt or a blocking check fails (the last publication stays) or another
    build runs.
    """
    if as_of is not None:
        as_of = _instant(as_of)
    with build_lock(settings):
        prepare(settings, progress, as_of)
        run = run_models(settings, progress, as_of)
        finish_models(settings)
        checks = check_build(settings, progress, accept_shrink=accept_shrink)
        require_sound(settings, checks)
        publication = publish_build(settings, progress)
    return Build(run, checks, publication)


def _instant(text: str) -> str:
    """The instant in UTC as the raw layer spells it: completion records are compared with it as text."""
    try:
        return utc_text(utc_moment(text))
    except ValueError:
        raise ConcordError(f"'{text}' is no instant", hint="write it like 2026-07-31T06:15:00Z") from None


def ingest_systems(settings: Settings, progress: Progress, systems: list[str] | None = None) -> list[LoadOutcome]:
    """Pull every source, reporting each entity as it ends."""

    def report(outcome: LoadOutcome) -> None:
        bad = outcome.has_failed
        detail = outcome.status
        if bad:
            detail += f": {outcome.message or outcome.reason or 'a file was refused'}"
        if outcome.quarantined_rows:
            detail += f", {outcome.quarantined_rows:,} rows quarantined"
        state = "warned" if bad else "done"
        progress(Step(f"{outcome.system}.{outcome.entity}", state, detail, outcome.rows, outcome.seconds))

    with timed(progress, "ingest") as step:
        outcomes = ingest(settings, systems, on_outcome=report)
        step.rows = sum(outcome.rows or 0 for outcome in outcomes)
        missed = [outcome for outcome in outcomes if outcome.has_failed]
        step.detail = f"{len(outcomes) - len(missed)} of {len(outcomes)} entities"
        step.state = "warned" if missed else "done"
    return outcomes


def check_landing(settings: Settings, progress: Progress, outcomes: Iterable[LoadOutcome]) -> list[CheckResult]:
    """Check the loads that these outcomes brought; a load that breaks a promise is put on hold."""
    load_ids = {outcome.load_id for outcome in outcomes if outcome.status == "loaded"}
    with timed(progress, "landing checks") as step:
        results = landing.check(settings, load_ids=load_ids) if load_ids else []
        step.detail, held = _summary(results), [each for each in results if each.is_blocking]
        step.state = "warned" if held else "done"
    for result in held:
        progress(Step(result.target, "warned", f"load held: {result.expectation}, {result.details or result.observed}"))
    return results


def prepare(settings: Settings, progress: Progress = silent, as_of: str | None = None) -> None:
    """Make the workspace ready: nothing of an unfinished build in it, every source readable, our own past restored.

    That past are durable ids, from the last publication, and the events of cases, from the state database.

    as_of: the instant of the build to come (ISO 8601); one before what is published leaves the durable ids as they are.
    """
    with timed(progress, "prepare") as step:
        begin(settings)
        ensure_schema(settings)
        until = utc_moment(as_of) if as_of else None
        published.restore_registries(settings, until)
        events = feed(settings, until)
        step.detail = f"schemas, durable identities, {events:,} events of cases"


def run_models(settings: Settings, progress: Progress, as_of: str | None = None) -> DbtRun:
    """dbt: seeds, models and their tests."""

    def report(event: DbtEvent) -> None:
        if event.is_failure or event.status == "warn":
            state = "failed" if event.is_failure else "warned"
            rows = f": {event.failing_rows:,} rows" if event.failing_rows else ""
            progress(Step(f"{event.resource_type} {event.name}", state, event.status + rows, seconds=event.seconds))
        else:
            progress(Step("dbt build", "running", f"{event.index}/{event.total} {event.name}"))

    with timed(progress, "dbt build") as step:
        run = run_dbt(settings, BUILD, report, as_of=as_of)
        counts = run.counts()
        step.detail = (
            f"{counts['seed', 'success']} seeds, {counts['model', 'success']} models, "
            f"{counts['test', 'pass']} tests passed, {counts['test', 'warn']} warned"
        )
    return run


def finish_models(settings: Settings) -> None:
    """The workspace is whole: what follows may read it."""
    write_state(settings, "built")


def check_build(settings: Settings, progress: Progress = silent, *, accept_shrink: bool = False) -> list[CheckResult]:
    """Check the workspace against what readers are promised; sound or not, the results are kept.

    Raises ConcordError when there is no whole build to check.
    """
    if read_state(settings) not in ("built", "checked"):
        raise ConcordError("the last build did not finish: there is nothing to check", hint="run 'concord build'")
    with timed(progress, "published checks") as step:
        results = published_edge.check(settings, accept_shrink=accept_shrink)
        step.detail = _summary(results)
        step.state = "done" if all(result.success for result in results) else "warned"
    for result in results:
        if not result.success:
            state = "failed" if result.is_blocking else "warned"
            progress(Step(result.target, state, f"{result.expectation}: {result.details or result.observed}"))
    write_state(settings, "built" if any(result.is_blocking for result in results) else "checked")
    return results


def require_sound(settings: Settings, results: list[CheckResult]) -> None:
    """Raises ConcordError when a promise to readers is broken: nothing is published, the last publication stays."""
    broken = [result for result in results if result.is_blocking]
    if broken:
        first, others = broken[0], f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        found = first.details or first.observed
        raise ConcordError(
            f"not published: {first.target} breaks '{first.expectation}' ({found}){others}",
            hint=f"the last publication stays; see {settings.checks / 'data_docs' / 'index.html'}",
        )


def publish_build(settings: Settings, progress: Progress = silent) -> published.Publication:
    """Publish a workspace that passed its checks, with what happened on the way (schema ops); then cases follow it.

    Cases follow what is published and nothing else: a build that is held back opens and closes none.
    Raises ConcordError when it has not passed its checks, or when it is published and the cases could not follow.
    """
    if read_state(settings) != "checked":
        raise ConcordError("the build has not passed its checks and can't be published", hint="run 'concord build'")
    with timed(progress, "publish") as step:
        publication = published.publish(settings, operations_tables(settings))
        step.rows = publication.rows
        step.detail = (
            f"snapshot {publication.snapshot_id}: {publication.tables} tables written, {publication.skipped} unchanged"
        )
    with timed(progress, "cases") as step:
        try:
            step.detail = str(sync(settings))
        except ConcordError as error:
            raise ConcordError(
                f"published, but cases could not follow: {error}",
                hint="the next build makes up for it, and so does 'concord case sync'",
            ) from error
    return publication


def _summary(results: list[CheckResult]) -> str:
    failed = [result for result in results if not result.success]
    blocking = sum(result.is_blocking for result in failed)
    return (
        f"{len(results) - len(failed)} of {len(results)} passed, {len(failed) - blocking} warned, {blocking} blocking"
    )
