"""Run ingestion: every system, some of them, or one; what fails in one never stops another."""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib import import_module

from concord import telemetry
from concord.errors import ConcordError
from concord.settings import Settings
from ingestion.extraction import Extractor
from ingestion.guards import SourceFailed, SystemFailed
from ingestion.landing import land
from ingestion.outcomes import LoadOutcome
from ingestion.registry import Source, registry

OnOutcome = Callable[[LoadOutcome], None]


def ingest(
    settings: Settings,
    systems: list[str] | None = None,
    on_outcome: OnOutcome | None = None,
    *,
    accept_shrink: Collection[str] = (),
) -> list[LoadOutcome]:
    """Load every entity of the given systems (all by default) and return what became of each.

    ``accept_shrink`` names entities whose full load may shrink this once. Raises ConcordError for an unknown system or
    entity, and for nothing that a source does.
    """
    telemetry.disable()
    chosen = [source_of(system) for system in (systems or sorted(registry()))]
    entities = {entity.name for source in chosen for entity in source.entities}
    for name in accept_shrink:
        if name not in entities:
            raise ConcordError(
                f"no entity '{name}' in {', '.join(s.system for s in chosen)}", hint="see 'concord ingest --help'"
            )
    outcomes: list[LoadOutcome] = []
    for source in chosen:
        outcomes += _ingest_source(settings, source, on_outcome, accept_shrink)
    return outcomes


def ingest_system(
    settings: Settings, system: str, on_outcome: OnOutcome | None = None, *, accept_shrink: Collection[str] = ()
) -> list[LoadOutcome]:
    """Load every entity of one system. Raises ConcordError when there is no such system."""
    return ingest(settings, [system], on_outcome, accept_shrink=accept_shrink)


def source_of(system: str) -> Source:
    """The system's descriptor. Raises ConcordError when there is none."""
    if system not in registry():
        raise ConcordError(f"unknown system '{system}'", hint=f"known systems: {', '.join(sorted(registry()))}")
    return registry()[system]


def extractor(source: Source) -> Extractor:
    """The connector of a source. Imported when needed: some take a while."""
    extract: Extractor = import_module(f"ingestion.connectors.{source.connector}").extract
    return extract


def _ingest_source(
    settings: Settings, source: Source, on_outcome: OnOutcome | None, accept_shrink: Collection[str]
) -> list[LoadOutcome]:
    outcomes = []
    dead: BaseException | None = None
    details: dict[str, object] = {}
    try:
        details = settings.source(source.system)
        missing = [name for name in source.settings if not details.get(name)]
        if missing:
            raise ConcordError(
                f"sources.{source.system} lacks {', '.join(missing)}", hint="add it to the settings file"
            )
    except ConcordError as error:
        dead = SystemFailed("no_settings", str(error), error.hint)
    for entity in source.entities:
        if dead is None:
            outcome, problem = land(
                settings, source, entity, details, extractor(source), accept_shrink=entity.name in accept_shrink
            )
            if isinstance(problem, SourceFailed) and problem.affects_system:
                dead = problem
        else:
            # One dead system is asked once, not once per entity.
            problem_now = dead

            def fail(_context: object, problem: BaseException = problem_now) -> None:
                raise problem

            outcome, _ = land(settings, source, entity, details, fail)  # type: ignore[arg-type]
        outcomes.append(outcome)
        if on_outcome:
            on_outcome(outcome)
    return outcomes
