"""Deployment settings: one YAML file says where the lake is and where each source system answers.

Values may name environment variables as ``${NAME}``; secrets belong there and nowhere else.
"""

from __future__ import annotations

import os
import re
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from concord.errors import ConcordError

SETTINGS_VARIABLE = "CONCORD_SETTINGS"
DEFAULT_SETTINGS_FILE = Path("concord.yml")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class ObjectStore(BaseModel):
    """Credentials of the S3-compatible store that holds the published data. Secrets as ``${NAME}``."""

    model_config = ConfigDict(extra="forbid")

    key_id: str | None = None
    secret: str | None = None
    session_token: str | None = None
    region: str | None = None
    endpoint: str | None = None  # host[:port], without scheme; empty for AWS
    url_style: Literal["vhost", "path"] | None = None
    use_ssl: bool | None = None


class Lake(BaseModel):
    """Where the lake lives. Relative paths are relative to the settings file."""

    model_config = ConfigDict(extra="forbid")

    folder: Path = Path("lake")
    # Any DuckLake metadata address (sqlite:<file>, postgres:<libpq string>);
    # a SQLite file inside the lake folder when empty.
    catalogue: str | None = None
    # PostgreSQL schema that holds DuckLake's metadata; made when it is missing.
    catalogue_schema: str | None = None
    # Where DuckLake keeps its Parquet files (a folder or s3://…); a folder inside the lake when empty.
    published_data: str | None = None
    object_store: ObjectStore | None = None


class State(BaseModel):
    """Where people's work on cases is kept: a database with transactions, outside the lake, which can be rebuilt."""

    model_config = ConfigDict(extra="forbid")

    # sqlite:<file> or postgresql://user:${SECRET}@host:5432/database; a SQLite file beside the lake folder when empty.
    database: str | None = None
    # PostgreSQL schema that holds the tables; made when it is missing, "public" when empty.
    database_schema: str | None = Field(default=None, pattern=r"^[a-z_][a-z0-9_]*$")


class App(BaseModel):
    """The web app. It has no log-in of its own: a proxy in front of it says who somebody is."""

    model_config = ConfigDict(extra="forbid")

    # Name of the HTTP header in which the proxy names the person that it has logged in.
    user_header: str | None = None
    port: int = Field(default=8501, ge=1, le=65535)


class Settings(BaseModel):
    """One deployment of Concord."""

    model_config = ConfigDict(extra="forbid")

    lake: Lake = Field(default_factory=Lake)
    state: State = Field(default_factory=State)
    app: App = Field(default_factory=App)
    reports: Path = Path("reports")
    # system name -> connection details (base_url, dsn, folder, token …), as its source.yml asks for
    sources: dict[str, dict[str, Any]] = Field(default_factory=dict)
    # The synthetic operator's folder, when these settings belong to a demo.
    operator: Path | None = None
    file: Path | None = None

    @cached_property
    def lake_folder(self) -> Path:
        return self.lake.folder.resolve()

    @property
    def raw(self) -> Path:
        """Append-only loads: ``raw/<system>/<entity>/load_date=…/*.parquet``."""
        return self.lake_folder / "raw"

    @property
    def workspace(self) -> Path:
        """The DuckDB file that only the running build opens."""
        return self.lake_folder / "workspace.duckdb"

    @property
    def catalogue(self) -> str:
        """DuckLake's metadata address, with environment variables put in. May hold a password: never show it."""
        if self.lake.catalogue:
            return _expand(self.lake.catalogue, "lake.catalogue")
        return f"sqlite:{self.lake_folder / 'published.sqlite'}"

    @property
    def published_data(self) -> str:
        return self.lake.published_data or str(self.lake_folder / "published")

    @property
    def state_database(self) -> str:
        """The state database's address, with environment variables put in. May hold a password: never show it."""
        if self.state.database:
            return _expand(self.state.database, "state.database")
        # Beside the lake, not in it: a lake may be thrown away and built again, what people decided may not.
        return f"sqlite:{self.lake_folder.with_name(self.lake_folder.name + '-state') / 'concord.sqlite'}"

    @property
    def object_store(self) -> dict[str, Any]:
        """The object store's credentials that are set, with environment variables put in; empty when none are."""
        if self.lake.object_store is None:
            return {}
        values = self.lake.object_store.model_dump(exclude_none=True)
        return {name: _expand(value, f"lake.object_store.{name}") for name, value in values.items()}

    @property
    def checks(self) -> Path:
        """Results of checks, one JSON file a run, and Great Expectations' Data Docs."""
        return self.lake_folder / "checks"

    def source(self, system: str) -> dict[str, Any]:
        """Connection details of one system, with environment variables put in.

        Raises ConcordError when the system has no settings or a variable is not set.
        """
        if system not in self.sources:
            raise ConcordError(
                f"no connection settings for source '{system}'",
                hint=f"add it under 'sources:' in {self.file or DEFAULT_SETTINGS_FILE}",
            )
        details = {key: _expand(value, f"sources.{system}.{key}") for key, value in self.sources[system].items()}
        if self.file and isinstance(details.get("folder"), str):
            # Relative paths start at the settings file's folder; an absolute one stays as it is.
            details["folder"] = str(self.file.resolve().parent / details["folder"])
        return details


def load_settings(file: Path | None = None) -> Settings:
    """Read the settings file: the argument, else $CONCORD_SETTINGS, else ./concord.yml.

    Raises ConcordError, with a hint, when the file is missing or malformed.
    """
    chosen = file or Path(os.environ.get(SETTINGS_VARIABLE) or DEFAULT_SETTINGS_FILE)
    if not chosen.is_file():
        raise ConcordError(
            f"no settings file at {chosen}",
            hint="run 'make demo' for a synthetic operator, or copy concord.example.yml to concord.yml",
        )
    try:
        content = yaml.safe_load(chosen.read_text(encoding="utf-8")) or {}
        if not isinstance(content, dict):
            raise ConcordError(
                f"{chosen} holds no settings but a {type(content).__name__}", hint="see concord.example.yml"
            )
        settings = Settings.model_validate({**content, "file": chosen})
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise ConcordError(f"{chosen}{place} is not valid YAML: {problem}") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConcordError(f"{chosen} can't be read: {reason}") from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConcordError(f"{chosen}: {place}: {first['msg']}") from error
    base = chosen.resolve().parent
    settings.lake.folder = base / settings.lake.folder
    settings.lake.catalogue = _beside(base, settings.lake.catalogue)
    settings.lake.published_data = _beside(base, settings.lake.published_data)
    settings.state.database = _beside(base, settings.state.database)
    settings.reports = base / settings.reports
    if settings.operator:
        settings.operator = base / settings.operator
    return settings


def _beside(base: Path, address: str | None) -> str | None:
    """A relative file address, made relative to the settings file; any other address as it is."""
    if not address or "://" in address or address.startswith(("postgres:", "mysql:")):
        return address
    kind, separator, path = address.rpartition(":")
    return f"{kind}{separator}{base / path}"


def _expand(value: Any, place: str) -> Any:
    if not isinstance(value, str):
        return value

    def look_up(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise ConcordError(f"{place} needs the environment variable {name}", hint=f"export {name}=…")
        return os.environ[name]

    return _VARIABLE.sub(look_up, value)
