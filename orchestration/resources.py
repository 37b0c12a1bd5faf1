"""The one resource: which lake a run works on. Settings are read when a step runs, never when definitions load."""

from __future__ import annotations

from pathlib import Path

from dagster import ConfigurableResource

from concord.settings import Settings, load_settings


class Lake(ConfigurableResource):
    """A deployment of Concord: its settings file, else $CONCORD_SETTINGS, else ./concord.yml."""

    settings_file: str | None = None

    def settings(self) -> Settings:
        """Raises ConcordError, with a hint, when there is no readable settings file."""
        return load_settings(Path(self.settings_file) if self.settings_file else None)
