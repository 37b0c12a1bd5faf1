"""A small synthetic operator and a lake refreshed from it, through the real interfaces."""

from __future__ import annotations

import fcntl
from pathlib import Path

from concord.settings import Settings, load_settings

CUSTOMERS = 600
MONTHS = 3
EVENTS = 60_000


def refreshed_lake(folder: Path, seed: int) -> Settings:
    """Generate an operator, serve it, refresh a lake from it; returns the settings.

    Does it once: whoever comes later, in whichever process, waits for the first and gets the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "done"
        if not done.exists():
            done.write_text(str(_refresh(folder, seed)), encoding="utf-8")
        return load_settings(Path(done.read_text(encoding="utf-8")))


def _refresh(folder: Path, seed: int) -> Path:
    # Imported late: only end-to-end tests need the operator's packages.
    from orchestration.pipeline import refresh
    from seeds.operator.generate import generate
    from seeds.operator.serve import running

    operator = folder / "operator"
    generate(operator, customers=CUSTOMERS, months=MONTHS, events=EVENTS, seed=seed)
    with running(operator, lake=folder / "lake", reports=folder / "reports") as settings_file:
        refresh(load_settings(settings_file))
    return settings_file
