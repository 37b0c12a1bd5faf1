"""The published edge: does the finished build hold what users are promised?

Read from the build's workspace after dbt and before publication. A promise of severity ``error`` that doesn't hold
keeps the build out of the published lake; the last good one stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from concord.engine import connect
from concord.settings import Settings
from expectations.published.previous import create_previous_counts
from expectations.published.suites import Promise, promises
from expectations.published.workspace import attach_workspace
from expectations.results import CheckResult, write_results

if TYPE_CHECKING:
    from expectations.session import CheckSession


def check(settings: Settings, *, accept_shrink: bool = False, data_docs: bool = True) -> list[CheckResult]:
    """Check the workspace's core and marts, and keep the results.

    ``accept_shrink`` lets a build through that legally holds far fewer rows than the last publication, such as one
    of an earlier day.

    Raises ConcordError when there is no workspace.
    """
    # Great Expectations takes seconds to import; whoever only lists the checks needn't.
    from expectations.session import CheckSession

    results: list[CheckResult] = []
    with connect() as connection:
        tables = attach_workspace(connection, settings)
        create_previous_counts(connection, None if accept_shrink else settings)
        with CheckSession(settings, "published", connection) as session:
            for promise in promises():
                results.extend(_check_table(session, promise, promise.table in tables))
            if data_docs:
                session.build_data_docs()
    write_results(settings, "published", results)
    return results


def _check_table(session: CheckSession, promise: Promise, exists: bool) -> list[CheckResult]:
    suite = f"published.{promise.table}"
    if not exists:
        return [session.missing(suite, promise.table, each) for each in promise.expectations]
    return session.run(suite, promise.table, promise.table, promise.expectations)


__all__ = ["check"]
