"""The published lake with PostgreSQL as its catalogue, by settings alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from concord.errors import ConcordError
from concord.published import connect_reader, expire, last_publication, publish
from concord.settings import Settings, load_settings
from tests.concord.lakes import build, build_first, read

SETTINGS = """
lake:
  folder: lake
  catalogue: "postgres:{dsn}"
  catalogue_schema: published
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    from seeds.operator.serve.postgresql import PostgreSQL

    with PostgreSQL(tmp_path_factory.mktemp("catalogue")) as running:
        yield running


@pytest.fixture
def settings(server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CATALOGUE_PASSWORD", server.administrator_password)
    dsn = server.dsn("postgres").replace(server.administrator_password, "${CATALOGUE_PASSWORD}")
    assert "${CATALOGUE_PASSWORD}" in dsn
    file = tmp_path / "concord.yml"
    file.write_text(SETTINGS.format(dsn=dsn), encoding="utf-8")
    return load_settings(file)


def test_publish_read_and_expire(settings: Settings) -> None:
    with pytest.raises(ConcordError):
        connect_reader(settings)
    build_first(settings)
    first = publish(settings)
    build(settings, "update core.dim_customer set amount = 7")
    second = publish(settings)
    assert (second.tables, second.skipped) == (1, 1)
    assert last_publication(settings) == second
    assert read(settings, "select distinct amount from core.dim_customer") == [(7,)]
    assert read(settings, "select max(amount) from core.dim_customer", first.snapshot_id) == [(4,)]
    assert not (settings.lake_folder / "published.sqlite").exists()
    assert expire(settings, timedelta(0)).snapshots >= 1
    assert read(settings, "select distinct amount from core.dim_customer") == [(7,)]


def test_a_wrong_password_is_not_shown(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOGUE_PASSWORD", "a-wrong-secret")
    with pytest.raises(ConcordError) as caught:
        connect_reader(settings)
    assert "a-wrong-secret" not in str(caught.value)
    assert "a-wrong-secret" not in repr(caught.value.__cause__)
    with pytest.raises(ConcordError) as caught:
        publish(settings)
    assert "a-wrong-secret" not in str(caught.value)
