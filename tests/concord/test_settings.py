"""The settings file: places, secrets, mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from concord.errors import ConcordError
from concord.settings import load_settings


def write(folder: Path, text: str) -> Path:
    file = folder / "concord.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_source_s_relative_folder_starts_at_the_file(tmp_path: Path) -> None:
    sources = "sources: {usage: {folder: drop/usage}, crm_fixed: {folder: /srv/fixed}}\n"
    settings = load_settings(write(tmp_path, sources))
    assert settings.source("usage") == {"folder": str(tmp_path / "drop" / "usage")}
    assert settings.source("crm_fixed") == {"folder": "/srv/fixed"}


def test_relative_places_start_at_the_file(tmp_path: Path) -> None:
    settings = load_settings(
        write(
            tmp_path,
            "lake: {folder: here, catalogue: 'sqlite:meta/x.sqlite', published_data: data}\n"
            "operator: op\nreports: out\n",
        )
    )
    assert settings.lake_folder == tmp_path / "here"
    assert settings.catalogue == f"sqlite:{tmp_path}/meta/x.sqlite"
    assert settings.published_data == str(tmp_path / "data")
    assert (settings.operator, settings.reports) == (tmp_path / "op", tmp_path / "out")


@pytest.mark.parametrize("address", ["postgres:host=db dbname=x", "postgres:postgresql://u@db/x"])
def test_addresses_of_servers_stay_as_they_are(tmp_path: Path, address: str) -> None:
    settings = load_settings(
        write(tmp_path, f"lake: {{catalogue: '{address}', published_data: 's3://bucket/place'}}\n")
    )
    assert (settings.catalogue, settings.published_data) == (address, "s3://bucket/place")


def test_defaults_lie_in_the_lake_folder(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, ""))
    assert settings.catalogue == f"sqlite:{tmp_path}/lake/published.sqlite"
    assert settings.published_data == str(tmp_path / "lake" / "published")
    assert settings.object_store == {}


def test_secrets_come_from_the_environment_when_they_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(
        tmp_path,
        """
        lake: {catalogue: "postgres:password=${LAKE_WORD}", object_store: {secret: "${STORE_WORD}", use_ssl: false}}
        sources: {billing: {dsn: "postgresql://x:${BILLING_WORD}@db/y", port: 7}}
        """,
    )
    settings = load_settings(file)
    with pytest.raises(ConcordError, match="BILLING_WORD"):
        settings.source("billing")
    with pytest.raises(ConcordError, match="LAKE_WORD"):
        _ = settings.catalogue
    for name in ("LAKE_WORD", "STORE_WORD", "BILLING_WORD"):
        monkeypatch.setenv(name, name.lower())
    assert settings.catalogue == "postgres:password=lake_word"
    assert settings.object_store == {"secret": "store_word", "use_ssl": False}
    assert settings.source("billing") == {"dsn": "postgresql://x:billing_word@db/y", "port": 7}
    assert "word@" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lake: [", "line 1 is not valid YAML"),
        ("lake", "holds no settings but a str"),
        ("lakes: {}", "lakes: Extra inputs"),
        ("lake: {foldr: x}", "lake.foldr"),
        ("lake: 7", "lake: "),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConcordError, match=message):
        load_settings(write(tmp_path, text))


def test_a_file_that_is_no_text_is_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "concord.yml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConcordError, match="not UTF-8"):
        load_settings(file)


def test_the_argument_wins_over_the_variable_and_an_empty_one_counts_as_unset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, "reports: chosen\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONCORD_SETTINGS", "")
    assert load_settings().reports == tmp_path / "chosen"
    monkeypatch.setenv("CONCORD_SETTINGS", "nowhere.yml")
    assert load_settings(file).reports == tmp_path / "chosen"
    with pytest.raises(ConcordError, match=r"nowhere\.yml"):
        load_settings()


def test_a_source_without_settings_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConcordError, match="no connection settings for source 'crm'"):
        load_settings(write(tmp_path, "")).source("crm")
