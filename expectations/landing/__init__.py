"""The landing edge: does a new load hold what its source promised?

Each check reads the rows of one load only. A promise that must hold (severity ``error``) and doesn't puts the load on
hold: it stays in the lake and doesn't count; the state before it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from concord.engine import connect
from concord.settings import Settings
from expectations.declared import read_declared
from expectations.landing.holds import settle_hold
from expectations.landing.loads import Load, loads_to_check
from expectations.landing.suites import DECLARED_FOLDER, promised, view_name
from expectations.landing.views import create_view
from expectations.results import CheckResult, write_results
from ingestion.registry import registry

if TYPE_CHECKING:
    from expectations.session import CheckSession


def check(
    settings: Settings, system: str | None = None, load_ids: Iterable[str] | None = None, *, data_docs: bool = True
) -> list[CheckResult]:
    """Check loads against their sources' promises, keep the results, and hold the loads that fail.

    Without ``load_ids`` the latest load of each entity (of one system, if given) is checked. A load that passes at last
    is released from its hold.
    """
    loads = loads_to_check(settings, system, load_ids)
    if not loads:
        return []
    # Great Expectations takes seconds to import; whoever only lists the checks needn't.
    from expectations.session import CheckSession

    results: list[CheckResult] = []
    with connect() as connection, CheckSession(settings, "landing", connection) as session:
        for load in loads:
            found = _check_load(settings, session, connection, load)
            settle_hold(settings, load, found)
            results.extend(found)
        if data_docs:
            session.build_data_docs()
    write_results(settings, "landing", results)
    return results


def _check_load(settings: Settings, session: CheckSession, connection, load: Load) -> list[CheckResult]:
    source = registry()[load.system]
    entity = source.entity(load.entity)
    declared = read_declared(DECLARED_FOLDER / f"{load.system}.yml").get(load.entity, [])
    view = view_name(load.system, load.entity, load.load_id)
    create_view(connection, view, settings, source, entity, load)
    target = f"{load.system}.{load.entity}"
    return session.run(f"landing.{target}", view, target, [*promised(entity), *declared], load.load_id)


__all__ = ["check"]
