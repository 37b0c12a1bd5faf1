"""A lake that nothing has landed in, and a folder into which files are delivered."""

from __future__ import annotations

from pathlib import Path

import pytest

from concord.settings import Settings
from tests.ingestion.sources import settings_at


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_at(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "delivered"
    path.mkdir()
    return path
