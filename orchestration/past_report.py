"""A leakage report as it was at an earlier instant, byte by byte, whatever has been loaded since.

Kept snapshots of the lake are read as they are. One that has been let go is built again from the raw loads that had
finished then, in a workspace and a lake of its own: what everyone reads stays as it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from concord import published
from concord.errors import ConcordError
from concord.published import Publication
from concord.settings import Lake, Settings
from ingestion.fields import utc_moment, utc_text
from ingestion.landing import ensure_schema
from orchestration.build_state import begin
from orchestration.operations import operations_tables
from orchestration.pipeline import run_models
from orchestration.progress import Progress, silent, timed
from reporting.data import PublishedState
from reporting.leakage import ReportPaths, write_report


def write_report_as_of(
    settings: Settings, as_of: str, period: str | None = None, progress: Progress = silent
) -> ReportPaths:
    """Write the report of the publication that was the newest at an instant (ISO 8601).

    Raises ConcordError when as_of is no instant or nothing had been published by then.
    """
    publication = publication_at(settings, as_of)
    if _is_kept(settings, publication):
        return write_report(settings, period, PublishedState(publication, publication.snapshot_id))
    if publication.known_until is None:
        raise ConcordError(
            f"snapshot {publication.snapshot_id} is no longer kept, and nothing says on which loads it rests",
            hint="it was published by an earlier version; 'concord build --as-of' builds what was known at an instant",
        )
    with _rebuilt(settings, publication, progress) as past:
        return write_report(past, period, PublishedState(publication, None))


def publication_at(settings: Settings, as_of: str) -> Publication:
    """The newest publication at an instant (ISO 8601).

    Raises ConcordError when as_of is no instant, or nothing had been published by then.
    """
    try:
        moment = utc_moment(as_of)
    except ValueError:
        raise ConcordError(f"'{as_of}' is no instant", hint="write it like 2026-07-31T06:15:00Z") from None
    history = published.publications(settings)
    earlier = [publication for publication in history if _utc(publication.published_at) <= moment]
    if not earlier:
        first = _utc(history[0].published_at)
        raise ConcordError(
            f"nothing had been published at {as_of}", hint=f"the first publication is of {first:%Y-%m-%dT%H:%M:%SZ}"
        )
    return earlier[-1]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _is_kept(settings: Settings, publication: Publication) -> bool:
    try:
        published.connect_reader(settings, publication.snapshot_id).close()
    except ConcordError:
        return False
    return True


@contextmanager
def _rebuilt(settings: Settings, publication: Publication, progress: Progress) -> Iterator[Settings]:
    """Settings of a lake that holds what this publication held; gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="as-of-", dir=settings.lake_folder) as folder:
        lake = Path(folder)
        (lake / "raw").symlink_to(settings.raw, target_is_directory=True)
        past = settings.model_copy(update={"lake": Lake(folder=lake), "reports": settings.reports})
        # Cached on the copied settings: they point at the lake that everyone reads.
        past.__dict__.pop("lake_folder", None)
        known_until = utc_text(publication.known_until.replace(tzinfo=UTC))
        with timed(progress, "rebuild") as step:
            begin(past)
            ensure_schema(past)
            published.restore_registries(past, utc_moment(known_until), past=settings)
            run_models(past, progress, known_until)
            published.publish(past, operations_tables(past))
            step.detail = f"snapshot {publication.snapshot_id}, data known until {known_until}"
        yield past
