"""New files start a run once; what is already known doesn't."""

from __future__ import annotations

import pytest
from dagster import RunRequest, SkipReason, build_sensor_context

from orchestration.resources import Lake
from orchestration.sensors import file_sensors

FILE = "med_voice_20260701_000001.csv.gz"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "concord.yml").write_text("sources: {usage: {folder: " + str(tmp_path / "files") + "}}\n")
    return tmp_path


@pytest.fixture
def look(folder):
    """Evaluate the usage sensor as the daemon would, with the cursor of the last look."""
    sensor = next(each for each in file_sensors() if each.name == "usage_new_files")
    cursor = None

    def evaluate(settings_file=None):
        nonlocal cursor
        lake = Lake(settings_file=str(settings_file or folder / "concord.yml"))
        context = build_sensor_context(cursor=cursor, resources={"lake": lake})
        answer = sensor(context)
        cursor = context.cursor
        return answer

    return evaluate


def test_every_file_based_system_has_a_sensor():
    assert {sensor.name for sensor in file_sensors()} == {
        "bank_new_files",
        "crm_fixed_new_files",
        "general_ledger_new_files",
        "partners_new_files",
        "performance_new_files",
        "record_counts_new_files",
        "roaming_new_files",
        "subscribers_new_files",
        "usage_new_files",
    }


def test_new_file_starts_one_run(folder, look):
    assert isinstance(look(), SkipReason)
    (folder / "files" / FILE).write_bytes(b"1")
    first = look()
    assert isinstance(first, RunRequest)
    assert isinstance(look(), SkipReason)
    (folder / "files" / FILE.replace("000001", "000002")).write_bytes(b"2")
    second = look()
    assert isinstance(second, RunRequest)
    assert second.run_key != first.run_key


def test_replaced_file_starts_a_run(folder, look):
    (folder / "files" / FILE).write_bytes(b"1")
    look()
    (folder / "files" / FILE).write_bytes(b"longer")
    assert isinstance(look(), RunRequest)


def test_files_of_other_names_are_not_the_systems(folder, look):
    (folder / "files" / "readme.txt").write_text("hello")
    assert isinstance(look(), SkipReason)


def test_missing_settings_are_a_reason_to_skip(folder, look):
    answer = look(folder / "nowhere.yml")
    assert isinstance(answer, SkipReason)
    assert "no settings file" in answer.skip_message
