"""``concord report --as-of``: an earlier report byte by byte, whatever has been loaded since."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from concord.errors import ConcordError
from concord.published import expire, publications
from concord.settings import Lake, Settings
from orchestration import pipeline
from orchestration.past_report import publication_at, write_report_as_of
from orchestration.pipeline import build, publish_build
from reporting.leakage import ReportPaths, write_report


@pytest.fixture(scope="module")
def settings(refreshed: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake of its own, so that the shared one stays as it is: the same build, published anew."""
    folder = tmp_path_factory.mktemp("past")
    not_published = shutil.ignore_patterns("published*", "publisher.lock")
    shutil.copytree(refreshed.lake_folder, folder / "lake", symlinks=True, ignore=not_published)
    settings = Settings(lake=Lake(folder=folder / "lake"), reports=folder / "reports", operator=refreshed.operator)
    publish_build(settings)
    return settings


def test_an_earlier_report_comes_again_byte_by_byte(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # The data's own tests ran when the shared lake was built.
    monkeypatch.setattr(pipeline, "BUILD", (*pipeline.BUILD, "--exclude-resource-type", "test"))
    moment = datetime.now(UTC).isoformat()
    before = digests(write_report(settings))

    land_fewer_subscriptions(settings.raw)
    build(settings)
    after = digests(write_report(settings))
    assert set(after) != set(before)

    kept = digests(write_report_as_of(settings, moment))
    assert kept == before

    expired = expire(settings, timedelta(0))
    assert expired.snapshots > 0
    published = publications(settings)[-1]
    rebuilt = digests(write_report_as_of(settings, moment))
    assert rebuilt == before
    assert publications(settings)[-1] == published, "the lake that everyone reads was changed"
    assert not list(settings.lake_folder.glob("as-of-*"))


def test_what_was_never_published_can_not_be_reported(settings: Settings) -> None:
    with pytest.raises(ConcordError, match="nothing had been published") as refused:
        publication_at(settings, "2001-01-01T00:00:00Z")
    assert "first publication" in refused.value.hint
    with pytest.raises(ConcordError, match="no instant"):
        publication_at(settings, "last Tuesday")


def digests(paths: ReportPaths) -> dict[str, str]:
    """SHA-256 of every file of a report, by name; the report is taken away."""
    folder = paths.page.parent
    found = {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    shutil.rmtree(folder)
    assert len(found) > 50
    return found


def land_fewer_subscriptions(raw: Path) -> None:
    """A later full load of billing's subscriptions that lacks every tenth one."""
    record = json.loads(next((raw / "billing" / "_loads" / "subscription").rglob("*.json")).read_text("utf-8"))
    moment = datetime.now(UTC)
    load_id = f"{moment:%Y%m%dT%H%M%S%f}Z"
    landed = raw / record["data_files"][0]
    every = pl.read_parquet(landed).with_row_index("position")
    rows = every.filter(pl.col("position") % 10 != 0).drop("position").with_columns(pl.lit(load_id).alias("_load_id"))
    later = landed.with_name("later.parquet")
    rows.write_parquet(later)
    instant = f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"
    record |= {
        "load_id": load_id,
        "rows": len(rows),
        "content_hash": "another",
        "started_at": instant,
        "finished_at": instant,
        "data_files": [later.relative_to(raw).as_posix()],
    }
    file = raw / "billing" / "_loads" / "subscription" / f"{load_id}.json"
    file.write_text(json.dumps(record), encoding="utf-8")
