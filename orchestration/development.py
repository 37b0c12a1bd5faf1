"""``concord dev``: Dagster's pages on a lake, with the demo's servers when the lake belongs to a demo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from concord import telemetry
from concord.settings import SETTINGS_VARIABLE, Settings, load_settings

_INSTANCE = """\
# Written when it is missing; change it as you like.
telemetry:
  enabled: false
nux:
  enabled: false
# Two at once: sources may be read while a build runs; a second build would only wait.
concurrency:
  runs:
    max_concurrent_runs: 2
"""


def serve_dagster(settings: Settings, port: int) -> int:
    """Run ``dagster dev`` until it ends or Ctrl-C; stop whatever was started. Returns its exit code."""
    telemetry.disable()
    with _sources(settings) as settings_file:
        # The servers may have moved to other ports, and written the settings anew.
        lake = load_settings(settings_file).lake_folder
        home = dagster_home(lake)
        environment = {**os.environ, SETTINGS_VARIABLE: str(settings_file), "DAGSTER_HOME": str(home)}
        command = [sys.executable, "-m", "dagster", "dev", "-m", "orchestration.definitions", "-p", str(port)]
        process = subprocess.Popen(command, env=environment, cwd=Path(__file__).resolve().parents[1])
        return _wait(process)


def dagster_home(lake: Path) -> Path:
    """Dagster's own folder inside the lake, with an instance file."""
    home = lake / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    instance = home / "dagster.yaml"
    if not instance.exists():
        instance.write_text(_INSTANCE, encoding="utf-8")
    return home


def _sources(settings: Settings) -> AbstractContextManager[Path]:
    if settings.operator is None:
        return nullcontext(Path(settings.file or "concord.yml").resolve())
    from seeds.operator.serve import running

    return running(settings.operator, lake=settings.lake_folder, reports=settings.reports)


def _wait(process: subprocess.Popen) -> int:
    """Ctrl-C reaches Dagster by itself; a polite end of this process is passed on. Both wait until it is gone."""

    def stop(*_: object) -> None:
        process.terminate()

    before = signal.signal(signal.SIGTERM, stop)
    try:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
    finally:
        signal.signal(signal.SIGTERM, before)
        if process.poll() is None:
            process.terminate()
            process.wait()
