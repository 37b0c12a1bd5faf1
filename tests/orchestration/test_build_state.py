"""One build at a time; what an unfinished one left is neither published nor built upon."""

from __future__ import annotations

import subprocess
import sys

import pytest

from concord.settings import Lake, Settings
from orchestration.build_state import BuildRunning, begin, build_lock, read_state, write_state


@pytest.fixture
def settings(tmp_path):
    return Settings(lake=Lake(folder=tmp_path / "lake"))


HOLD = """
import sys, time
from pathlib import Path
from concord.settings import Lake, Settings
from orchestration.build_state import build_lock
with build_lock(Settings(lake=Lake(folder=Path(sys.argv[1])))):
    print("held", flush=True)
    time.sleep(60)
"""


def test_second_build_is_told_who_builds_and_a_killed_one_lets_go(settings):
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(settings.lake_folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline().strip() == "held"
        with pytest.raises(BuildRunning, match=f"process {other.pid}"), build_lock(settings):
            pass
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    with build_lock(settings):
        pass


def test_workspace_of_an_unfinished_build_is_thrown_away(settings):
    with build_lock(settings):
        begin(settings)
    settings.workspace.write_text("half")
    settings.workspace.with_name("workspace.duckdb.wal").write_text("half")
    with build_lock(settings):
        begin(settings)
    assert not settings.workspace.exists()
    assert not settings.workspace.with_name("workspace.duckdb.wal").exists()


@pytest.mark.parametrize("state", ["built", "checked"])
def test_workspace_of_a_finished_build_is_kept(settings, state):
    settings.lake_folder.mkdir(parents=True)
    settings.workspace.write_text("whole")
    write_state(settings, state)
    begin(settings)
    assert settings.workspace.read_text() == "whole"
    assert read_state(settings) == "running"
