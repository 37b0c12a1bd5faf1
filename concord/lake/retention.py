"""Old snapshots keep their files: let them go after a while."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import duckdb

from concord.errors import ConcordError
from concord.lake.connection import LAKE, connect_writer, is_published, literal
from concord.lake.lock import publisher_lock
from concord.settings import Settings

# Files of a publication that was killed; a day's grace, in case a publisher elsewhere is still writing them.
_ORPHAN_GRACE = timedelta(days=1)


@dataclass(frozen=True)
class Expiry:
    """What a clean-up removed."""

    snapshots: int
    files: int


def expire(settings: Settings, keep: timedelta) -> Expiry:
    """Forget snapshots older than ``keep`` (never the newest) and delete the files that only they needed.

    Also deletes files that a killed publication left behind. Nothing that the kept snapshots need is touched.
    Raises ConcordError when nothing is published or another publication is running.
    """
    if not is_published(settings):
        raise ConcordError("nothing has been published yet", hint="run 'concord build' first")
    lake = literal(LAKE)
    with publisher_lock(settings), closing(connect_writer(settings)) as connection:
        try:
            snapshots = connection.execute(
                f"select * from ducklake_expire_snapshots({lake}, older_than => {_ago(keep)})"
            ).fetchall()
            files = connection.execute(
                f"select * from ducklake_cleanup_old_files({lake}, cleanup_all => true)"
            ).fetchall()
            files += connection.execute(
                f"select * from ducklake_delete_orphaned_files({lake}, older_than => {_ago(_ORPHAN_GRACE)})"
            ).fetchall()
        except duckdb.Error as error:
            raise ConcordError(f"old snapshots can't be removed: {str(error).splitlines()[0]}") from error
    return Expiry(snapshots=len(snapshots), files=len(files))


def _ago(span: timedelta) -> str:
    return f"now() - to_seconds({span.total_seconds()})"
